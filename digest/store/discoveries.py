"""What arXiv answered: papers in their newest version, which keyword saw them when, and each fetch."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from digest.models import Paper
from digest.protocols import Sighting
from digest.store.schema import fetches, papers, sightings


def record_papers(connection: Connection, found: Iterable[Paper], now: datetime) -> None:
    """Remember the papers; a version that is not newer than the known one changes nothing."""
    statement = insert(papers)
    changes = {
        column.name: statement.excluded[column.name]
        for column in papers.columns
        if column.name not in ("number", "id")
    }
    newer = papers.c.version < statement.excluded.version
    statement = statement.on_conflict_do_update(index_elements=[papers.c.id], set_=changes, where=newer)
    rows = [_row(paper, now) for paper in found]
    if rows:
        connection.execute(statement, rows)


def record_sightings(connection: Connection, keyword: int, found: Sequence[Sighting], now: datetime) -> None:
    """Remember that the keyword has the papers; a paper that it had already stays as it was."""
    numbers = paper_numbers(connection, [sighting.paper.id for sighting in found])
    rows = [
        {"keyword": keyword, "paper": numbers[sighting.paper.id], "fresh": sighting.fresh, "seen_at": now}
        for sighting in found
    ]
    if rows:
        connection.execute(insert(sightings).on_conflict_do_nothing(), rows)


def record_fetch(
    connection: Connection, keyword: int, now: datetime, found: Sequence[Sighting], problem: str | None
) -> None:
    fresh = sum(sighting.fresh for sighting in found)
    row = {"keyword": keyword, "fetched_at": now, "papers": len(found), "fresh": fresh, "problem": problem}
    connection.execute(insert(fetches).values(row))


def paper_numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """The number of each known paper among the ids."""
    query = select(papers.c.id, papers.c.number).where(papers.c.id.in_(ids))
    return {row.id: row.number for row in connection.execute(query)}


def paper_from(row: Row[Any]) -> Paper:
    """A row that has all columns of `papers`."""
    return Paper(
        id=row.id,
        version=row.version,
        title=row.title,
        abstract=row.abstract,
        authors=tuple(row.authors),
        categories=tuple(row.categories),
        comment=row.comment,
        submitted=row.submitted,
        updated=row.updated,
    )


def _row(paper: Paper, now: datetime) -> dict[str, object]:
    return {
        "id": paper.id,
        "announcement_order": paper.order,
        "version": paper.version,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": list(paper.authors),
        "categories": list(paper.categories),
        "comment": paper.comment,
        "submitted": paper.submitted,
        "updated": paper.updated,
        "recorded_at": now,
    }
