"""The table `papers`: each paper in its newest version. Functions over a connection."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from digest.domain.papers import Paper
from digest.store.database import Database
from digest.store.queries.members import these
from digest.store.schema import papers


class SqlPaperStore:
    """digest.pipeline.ranking.KnownPapers over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, ids: Iterable[str]) -> tuple[Paper, ...]:
        query = select(papers).where(papers.c.id.in_(these(ids))).order_by(papers.c.announcement_order)
        with self._database.transaction() as connection:
            return tuple(map(paper_from, connection.execute(query)))

    def latest(self, most: int) -> tuple[Paper, ...]:
        query = select(papers).order_by(papers.c.announcement_order.desc()).limit(most)
        with self._database.transaction() as connection:
            return tuple(map(paper_from, connection.execute(query)))


def record_papers(connection: Connection, found: Iterable[Paper], now: datetime) -> None:
    """Insert the papers, or replace an older version; a version that is not newer changes nothing."""
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


def paper_numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """The number of each known paper among the ids."""
    query = select(papers.c.id, papers.c.number).where(papers.c.id.in_(these(ids)))
    return {row.id: row.number for row in connection.execute(query)}


def paper_from(row: Row[Any]) -> Paper:
    """The paper in a row that has all columns of `papers`."""
    return Paper(
        id=row.id,
        order=row.announcement_order,
        version=row.version,
        title=row.title,
        abstract=row.abstract,
        authors=tuple(row.authors),
        categories=tuple(row.categories),
        comment=row.comment,
        submitted=row.submitted,
        updated=row.updated,
        url=row.url,
        pdf_url=row.pdf_url,
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
        "url": paper.url,
        "pdf_url": paper.pdf_url,
    }
