"""What arXiv answered: papers in their newest version, which keyword saw them when, and each fetch."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, String, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.fetching import FetchResult, FetchStatus, KeywordMatch, KeywordState
from digest.domain.papers import Paper
from digest.store.schema import Moment, fetches, keywords, papers, sightings, written

RECENT = timedelta(days=7)
"""How far before the newest submission a paper counts as recent."""

_FETCHES_TO_JUDGE_BY = 20

_TOO_FEW_FETCHES = 5


def knowledge(connection: Connection, key: str) -> KeywordState:
    """What is known of the keyword with this key."""
    row = connection.execute(select(keywords).where(keywords.c.key == key)).one_or_none()
    if row is None:
        return KeywordState()
    seen = _submissions(connection, row.number)
    newest = datetime.fromisoformat(max(seen.values())) if seen else None
    recently = written(newest - RECENT) if newest else ""
    return KeywordState(
        baseline=row.baseline,
        high_water_mark=row.covered,
        papers=frozenset(seen),
        recent=frozenset(paper_id for paper_id, submitted in seen.items() if submitted >= recently),
        newest_submission=newest,
        last_good_at=row.last_good_at,
        up_to_date_at=row.up_to_date_at,
        usual=_usual(connection, row.number),
    )


def fetch_statuses(connection: Connection) -> dict[str, FetchStatus]:
    """How each keyword, by its key, was last answered."""
    return {
        row.key: FetchStatus(row.last_good_at, row.up_to_date_at, row.failing_since is not None)
        for row in connection.execute(select(keywords))
    }


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


def record_sightings(
    connection: Connection, keyword: int, found: Sequence[KeywordMatch], now: datetime
) -> None:
    """Remember that the keyword has the papers; a paper that it had already stays as it was."""
    numbers = paper_numbers(connection, [match.paper.id for match in found])
    rows = [
        {"keyword": keyword, "paper": numbers[match.paper.id], "fresh": match.is_new, "seen_at": now}
        for match in found
    ]
    if rows:
        connection.execute(insert(sightings).on_conflict_do_nothing(), rows)


def record_reach(
    connection: Connection, keyword: int, result: FetchResult, baseline: int, now: datetime
) -> None:
    """Remember how far a finding reaches, and whether it was good."""
    this = keywords.c.number == keyword
    covered = func.max(func.coalesce(keywords.c.covered, baseline), result.high_water_mark or 0)
    if result.problem:
        connection.execute(
            update(keywords).where(this, keywords.c.baseline.is_not(None)).values(covered=covered)
        )
        record_problem(connection, keyword, str(result.problem), now)
        return
    reach = {
        "baseline": func.coalesce(keywords.c.baseline, baseline),
        "covered": covered,
        "last_good_at": now,
        "up_to_date_at": now if result.up_to_date else None,
        "failing_since": None,
        "problem": None,
    }
    connection.execute(update(keywords).where(this).values(reach))


def record_problem(connection: Connection, keyword: int, problem: str, now: datetime) -> None:
    since = func.coalesce(keywords.c.failing_since, literal(now, Moment))
    values = {"failing_since": since, "problem": problem, "up_to_date_at": None}
    connection.execute(update(keywords).where(keywords.c.number == keyword).values(values))


def record_fetch(
    connection: Connection, keyword: int, now: datetime, found: Sequence[KeywordMatch], problem: str | None
) -> None:
    fresh = sum(match.is_new for match in found)
    row = {"keyword": keyword, "fetched_at": now, "papers": len(found), "fresh": fresh, "problem": problem}
    connection.execute(insert(fetches).values(row))


def latest_papers(connection: Connection, key: str, limit: int) -> Sequence[Row[Any]]:
    """The rows of a keyword's papers that were announced last, latest first.

    They are sorted by their numbers alone: all else of them would be carried along in vain.
    """
    latest = (
        select(papers.c.number)
        .join(sightings, sightings.c.paper == papers.c.number)
        .join(keywords, keywords.c.number == sightings.c.keyword)
        .where(keywords.c.key == key)
        .order_by(papers.c.announcement_order.desc())
        .limit(limit)
    )
    query = select(papers).where(papers.c.number.in_(latest)).order_by(papers.c.announcement_order.desc())
    return connection.execute(query).all()


def paper_numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """The number of each known paper among the ids."""
    query = select(papers.c.id, papers.c.number).where(papers.c.id.in_(ids))
    return {row.id: row.number for row in connection.execute(query)}


def paper_from(row: Row[Any]) -> Paper:
    """A row that has all columns of `papers`."""
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


def _submissions(connection: Connection, keyword: int) -> dict[str, str]:
    """All the papers of a keyword, and when they were submitted, as it is written.

    There may be thousands: as one text they are read several times as fast as in rows.
    """
    together = func.json_group_object(papers.c.id, papers.c.submitted, type_=String)
    query = select(together).select_from(papers).join(sightings).where(sightings.c.keyword == keyword)
    return dict(json.loads(connection.execute(query).scalar_one()))


def _usual(connection: Connection, keyword: int) -> float | None:
    good = (fetches.c.keyword == keyword) & fetches.c.problem.is_(None)
    query = select(fetches.c.fresh).where(good).order_by(fetches.c.number.desc()).limit(_FETCHES_TO_JUDGE_BY)
    counts = connection.scalars(query).all()
    return sum(counts) / len(counts) if len(counts) >= _TOO_FEW_FETCHES else None


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
