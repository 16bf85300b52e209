"""The tables `keywords`, `sightings` and `fetches`: what is known of each keyword, and how it was fetched."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, String, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.digests import ArchiveSection
from digest.domain.fetching import FetchResult, FetchStatus, KeywordMatch, KeywordState
from digest.domain.keywords import Keyword
from digest.domain.matching import accented_forms
from digest.store.column_types import Moment, written
from digest.store.database import Database
from digest.store.queries.papers import paper_from, paper_numbers, record_papers
from digest.store.queries.runs import announced_since
from digest.store.queries.subscriptions import start_subscriptions
from digest.store.schema import fetches, keywords, papers, sightings

RECENT = timedelta(days=7)
"""A paper is recent if it was submitted at most this long before the newest one."""

_FETCHES_TO_JUDGE_BY = 20
_TOO_FEW_FETCHES = 5
_TITLES_TO_JUDGE_BY = 200
_DISPUTED_KEPT = 1_000


class SqlKeywordStore:
    """digest.pipeline.ports.KeywordStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state_of(self, keyword: Keyword) -> KeywordState:
        with self._database.transaction() as connection:
            return _state(connection, keyword)

    def highest_order(self) -> int:
        with self._database.transaction() as connection:
            return connection.scalar(select(func.max(papers.c.announcement_order))) or 0

    def record(
        self, result: FetchResult, found: Sequence[KeywordMatch], baseline: int, now: datetime
    ) -> None:
        with self._database.transaction() as connection:
            number = _number(connection, result.keyword)
            record_papers(connection, [match.paper for match in found], now)
            _record_matches(connection, number, found, now)
            _record_progress(connection, number, result, baseline, now)
            _record_search(connection, number, result)
            _record_fetch(connection, number, now, found, str(result.problem or "") or None)
            start_subscriptions(connection)

    def record_failure(self, keyword: Keyword, reason: str, now: datetime) -> None:
        with self._database.transaction() as connection:
            number = _number(connection, keyword)
            _record_problem(connection, number, reason, now)
            _record_fetch(connection, number, now, (), reason)

    def fetch_statuses(self) -> Mapping[str, FetchStatus]:
        with self._database.transaction() as connection:
            return fetch_statuses(connection)

    def archive_section(self, keyword: Keyword, limit: int | None) -> ArchiveSection:
        stale = keywords.c.failing_since.is_not(None) & (keywords.c.key == keyword.id)
        with self._database.transaction() as connection:
            rows = _latest_papers(connection, keyword, limit)
            stale_since = connection.scalar(select(keywords.c.last_good_at).where(stale))
        changed_at = max((row.recorded_at for row in rows), default=None)
        return ArchiveSection(keyword, tuple(paper_from(row) for row in rows), changed_at, stale_since)

    def unmatched_announcements(self, keywords: Sequence[Keyword], since: datetime) -> Mapping[datetime, int]:
        with self._database.transaction() as connection:
            found = _has_match_since(connection, keywords, since)
            return {} if found else announced_since(connection, since)


def differences(database: Database) -> dict[str, tuple[int, int]]:
    """For each keyword, by its id: on how many papers arXiv and the matcher were compared, and differ."""
    with database.transaction() as connection:
        rows = connection.execute(select(keywords.c.key, keywords.c.compared, keywords.c.differing))
        return {row.key: (row.compared, row.differing) for row in rows}


def fetch_statuses(connection: Connection) -> dict[str, FetchStatus]:
    """How the last fetch of each keyword, by its id, ended."""
    return {
        row.key: FetchStatus(row.last_good_at, row.up_to_date_at, row.failing_since is not None)
        for row in connection.execute(select(keywords))
    }


def _number(connection: Connection, keyword: Keyword) -> int:
    query = select(keywords.c.number).where(keywords.c.key == keyword.id)
    return int(connection.execute(query).scalar_one())


def _state(connection: Connection, keyword: Keyword) -> KeywordState:
    row = connection.execute(select(keywords).where(keywords.c.key == keyword.id)).one_or_none()
    if row is None:
        return KeywordState()
    seen = _submissions(connection, row.number)
    newest = datetime.fromisoformat(max(seen.values())) if seen else None
    recently = written(newest - RECENT) if newest else ""
    return KeywordState(
        baseline=row.baseline,
        high_water_mark=row.covered,
        papers=frozenset(seen),
        recent=frozenset(paper_id for paper_id, submitted in seen.items() if submitted >= recently)
        - _late_papers(connection, row.number),
        newest_submission=newest,
        last_good_at=row.last_good_at,
        up_to_date_at=row.up_to_date_at,
        usual=_usual(connection, row.number),
        accented_forms=_accented_forms(connection, row.number, keyword),
        compared=row.compared,
        differing=row.differing,
        disputed=frozenset(row.disputed or ()),
        search_problem=row.search_problem or "",
    )


def _accented_forms(connection: Connection, number: int, keyword: Keyword) -> frozenset[str]:
    """How the titles of the keyword's latest papers write its phrases, beyond ASCII."""
    beyond_ascii = papers.c.title.op("GLOB")("*[^ -~]*")
    query = select(papers.c.title).join(sightings).where(sightings.c.keyword == number, beyond_ascii)
    latest = query.order_by(papers.c.announcement_order.desc()).limit(_TITLES_TO_JUDGE_BY)
    return accented_forms(keyword, connection.scalars(latest))


def accented_forms_of(database: Database, keyword: Keyword) -> frozenset[str]:
    """How known papers write the phrases of a keyword, where that has letters beyond ASCII."""
    with database.transaction() as connection:
        number = connection.scalar(select(keywords.c.number).where(keywords.c.key == keyword.id))
        return _accented_forms(connection, number, keyword) if number else frozenset()


def _late_papers(connection: Connection, keyword: int) -> frozenset[str]:
    """The ids of papers that only an audit has found."""
    late = (sightings.c.keyword == keyword) & sightings.c.late
    return frozenset(connection.scalars(select(papers.c.id).join(sightings).where(late)))


def _record_matches(
    connection: Connection, keyword: int, found: Sequence[KeywordMatch], now: datetime
) -> None:
    """Record that the keyword has the papers; one that it had already stays as it was."""
    numbers = paper_numbers(connection, [match.paper.id for match in found])
    rows = [
        {
            "keyword": keyword,
            "paper": numbers[match.paper.id],
            "fresh": match.is_new,
            "seen_at": now,
            "by_gaps": match.by_gaps,
        }
        for match in found
    ]
    if rows:
        connection.execute(insert(sightings).on_conflict_do_nothing(), rows)


def _record_progress(
    connection: Connection, keyword: int, result: FetchResult, baseline: int, now: datetime
) -> None:
    """Record the high-water mark of a fetch, and whether it was good."""
    this = keywords.c.number == keyword
    covered = func.max(func.coalesce(keywords.c.covered, baseline), result.high_water_mark or 0)
    if result.problem:
        connection.execute(
            update(keywords).where(this, keywords.c.baseline.is_not(None)).values(covered=covered)
        )
        _record_problem(connection, keyword, str(result.problem), now)
        return
    progress = {
        "baseline": func.coalesce(keywords.c.baseline, baseline),
        "covered": covered,
        "last_good_at": now,
        "up_to_date_at": now if result.up_to_date else None,
        "failing_since": None,
        "problem": None,
        "compared": keywords.c.compared + result.compared,
        "differing": keywords.c.differing + result.differing,
    }
    connection.execute(update(keywords).where(this).values(progress))


def _record_search(connection: Connection, keyword: int, result: FetchResult) -> None:
    """Record the papers that were not believed, and whether arXiv can answer the keyword's query."""
    this = keywords.c.number == keyword
    before = connection.scalar(select(keywords.c.disputed).where(this)) or []
    disputed = list(dict.fromkeys((*before, *result.disputed)))[-_DISPUTED_KEPT:]
    values = {"disputed": disputed or None, "search_problem": result.search_problem or None}
    connection.execute(update(keywords).where(this).values(values))


def _record_problem(connection: Connection, keyword: int, problem: str, now: datetime) -> None:
    since = func.coalesce(keywords.c.failing_since, literal(now, Moment))
    values = {"failing_since": since, "problem": problem, "up_to_date_at": None}
    connection.execute(update(keywords).where(keywords.c.number == keyword).values(values))


def _record_fetch(
    connection: Connection, keyword: int, now: datetime, found: Sequence[KeywordMatch], problem: str | None
) -> None:
    new = sum(match.is_new for match in found)
    row = {"keyword": keyword, "fetched_at": now, "papers": len(found), "fresh": new, "problem": problem}
    connection.execute(insert(fetches).values(row))


def _has_match_since(connection: Connection, wanted: Sequence[Keyword], since: datetime) -> bool:
    theirs = select(keywords.c.number).where(keywords.c.key.in_([keyword.id for keyword in wanted]))
    query = select(sightings.c.number).where(sightings.c.keyword.in_(theirs), sightings.c.seen_at > since)
    return connection.scalar(query.limit(1)) is not None


def _latest_papers(connection: Connection, keyword: Keyword, limit: int | None) -> Sequence[Row[Any]]:
    """The rows of the keyword's papers with the latest announcements (`limit` None: of all), latest first.

    The inner query sorts numbers alone: with all columns SQLite would carry every abstract through the sort.
    """
    latest = (
        select(papers.c.number)
        .join(sightings, sightings.c.paper == papers.c.number)
        .join(keywords, keywords.c.number == sightings.c.keyword)
        .where(keywords.c.key == keyword.id)
        .order_by(papers.c.announcement_order.desc())
        .limit(limit)
    )
    query = select(papers).where(papers.c.number.in_(latest)).order_by(papers.c.announcement_order.desc())
    return connection.execute(query).all()


def _submissions(connection: Connection, keyword: int) -> dict[str, str]:
    """The id of each paper of a keyword, with its submission time as text.

    There may be thousands: read as one JSON text they take a fraction of the time that rows take.
    """
    together = func.json_group_object(papers.c.id, papers.c.submitted, type_=String)
    query = select(together).select_from(papers).join(sightings).where(sightings.c.keyword == keyword)
    return dict(json.loads(connection.execute(query).scalar_one()))


def _usual(connection: Connection, keyword: int) -> float | None:
    """New papers in a good fetch, on average over the last ones; None if there were too few to judge by."""
    good = (fetches.c.keyword == keyword) & fetches.c.problem.is_(None)
    query = select(fetches.c.fresh).where(good).order_by(fetches.c.number.desc()).limit(_FETCHES_TO_JUDGE_BY)
    counts = connection.scalars(query).all()
    return sum(counts) / len(counts) if len(counts) >= _TOO_FEW_FETCHES else None
