"""The read model of `digest status`: a few queries, however many subscribers and years there are.

First what is asked of keywords, then of subscribers and of the services.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, exists, func, select

from digest.domain.keywords import Keyword, distinct
from digest.domain.mails import MailState
from digest.domain.preferences import Preferences, holding, pause_of, preferred, slots_done_at
from digest.domain.schedule import is_due, latest_slot, next_slot
from digest.domain.settings import Config
from digest.domain.status import (
    DAYS,
    KeywordStatus,
    Mishap,
    Overview,
    Services,
    ServiceStatus,
    SubscriberStatus,
    Totals,
)
from digest.domain.subscribers import Subscriber
from digest.domain.tokens import Signer
from digest.store.database import Database
from digest.store.log_schema import runs
from digest.store.queries.audits import latest_audit
from digest.store.queries.pending import all_pending
from digest.store.queries.preferences import all_preferences
from digest.store.queries.refused import given_up
from digest.store.queries.suppressions import events_with_labels, signing_key, suppressed
from digest.store.queries.unavailable import unavailable_papers
from digest.store.schema import deliveries, fetches, keywords, mails, papers, sightings, subscribers

_NOT_SENT = [state for state in MailState if state is not MailState.SENT]
_COUNT = func.count().label("counted")


def overview(database: Database, config: Config, now: datetime) -> Overview:
    """The status of everything that the configuration names."""
    with database.transaction() as connection:
        return Overview(
            tuple(_keywords(connection, distinct(config.keywords), now)),
            tuple(_subscribers(connection, config.subscribers, now)),
            Services(_service(connection, runs.c.arxiv), _service(connection, runs.c.mail)),
            latest_audit(connection),
            unavailable_papers(connection),
            events_with_labels(
                connection,
                now - timedelta(days=DAYS),
                {subscriber.email: subscriber.email for subscriber in config.subscribers},
            ),
        )


def totals(database: Database, config: Config) -> Totals:
    """Counts row by row, which takes a second or two after years."""
    with database.transaction() as connection:
        known, delivered = _known_papers(connection), _delivered_papers(connection)
    return Totals(
        tuple(known.get(keyword.id, 0) for keyword in distinct(config.keywords)),
        tuple(delivered.get(subscriber.email, 0) for subscriber in config.subscribers),
    )


def _keywords(connection: Connection, wanted: Sequence[Keyword], now: datetime) -> Iterator[KeywordStatus]:
    rows = {row.key: row for row in connection.execute(_keyword_query())}
    days = [now.date() - timedelta(days=ago) for ago in reversed(range(DAYS))]
    news = _new_by_day(connection, days[0])
    for keyword in wanted:
        if row := rows.get(keyword.id):
            week = tuple(news.get((row.number, day.isoformat()), 0) for day in days)
            yield _keyword_status(keyword, row, week)
        else:
            yield KeywordStatus(keyword.name)


def _keyword_status(keyword: Keyword, row: Row[Any], week: tuple[int, ...]) -> KeywordStatus:
    return KeywordStatus(
        name=keyword.name,
        last_good_at=row.last_good_at,
        new=row.new or 0,
        failing_since=row.failing_since,
        problem=row.problem or "",
        new_today=week[-1],
        week=week,
        never_had_a_paper=row.last_good_at is not None and not row.has_papers,
        search_problem=row.search_problem or "",
        compared=row.compared,
        differing=row.differing,
    )


def _keyword_query() -> Select[Any]:
    """All keywords, with the number of new papers of the last good fetch, and whether they have papers."""
    new = (
        select(fetches.c.fresh)
        .where(fetches.c.keyword == keywords.c.number, fetches.c.problem.is_(None))
        .order_by(fetches.c.number.desc())
        .limit(1)
    )
    papers = exists().where(sightings.c.keyword == keywords.c.number)
    return select(keywords, new.scalar_subquery().label("new"), papers.label("has_papers"))


def _new_by_day(connection: Connection, begin: date) -> dict[tuple[int, str], int]:
    """How many new papers each keyword, by number, had on each day (ISO, in UTC) from that one on.

    `fetches` has no index by time, but its numbers grow with time: the query reads the latest rows only, back
    to the first one that is older.
    """
    day = func.date(fetches.c.fetched_at).label("day")
    older = select(fetches.c.number).where(func.date(fetches.c.fetched_at) < begin.isoformat())
    last_older = older.order_by(fetches.c.number.desc()).limit(1).scalar_subquery()
    query = (
        select(fetches.c.keyword, day, func.sum(fetches.c.fresh).label("new"))
        .where(fetches.c.number > func.coalesce(last_older, 0))
        .group_by(fetches.c.keyword, day)
    )
    return {(row.keyword, row.day): row.new for row in connection.execute(query)}


def _known_papers(connection: Connection) -> dict[str, int]:
    """How many papers each keyword, by its id, has."""
    papers = select(func.count()).where(sightings.c.keyword == keywords.c.number).scalar_subquery()
    rows = connection.execute(select(keywords.c.key, papers.label("papers")))
    return {row.key: row.papers for row in rows}


def _subscribers(
    connection: Connection, wanted: Sequence[Subscriber], now: datetime
) -> Iterator[SubscriberStatus]:
    rows = {row.email: row for row in connection.execute(_subscriber_query())}
    backlog = _backlog(connection)
    signer = Signer(signing_key(connection))
    fingerprints = {subscriber.email: signer.fingerprint(subscriber.email) for subscriber in wanted}
    suppressions = suppressed(connection, fingerprints.values())
    changed = all_preferences(connection)
    for subscriber in wanted:
        row = rows.get(subscriber.email)
        suppression = suppressions.get(fingerprints[subscriber.email])
        preferences = changed.get(subscriber.email, ())
        served_at = slots_done_at(row.served_at if row else now, preferences, now)
        yield replace(
            _subscriber_status(row, backlog) if row else SubscriberStatus(subscriber.email),
            suppressed=suppression,
            preferences=tuple(holding(preferences, now)),
            next_due=None if suppression else _next_due(subscriber, preferences, served_at, now),
        )


@dataclass(frozen=True, slots=True)
class _Backlog:
    """By subscriber number; who is not in a mapping has none."""

    waiting: Mapping[int, int]
    """Papers that are in no mail yet."""
    queued: Mapping[int, Row[Any]]
    """State and next attempt of the oldest queued mail."""
    failed: Mapping[int, int]
    """Mails that failed for good."""
    given_up: Mapping[int, tuple[str, ...]]
    """The ids of papers that are not tried any more."""


def _backlog(connection: Connection) -> _Backlog:
    waiting = all_pending().subquery()
    failed = select(mails.c.subscriber, _COUNT).where(mails.c.state == MailState.FAILED)
    return _Backlog(
        waiting=_counts(connection, select(waiting.c.subscriber, _COUNT).group_by(waiting.c.subscriber)),
        queued=_queued(connection),
        failed=_counts(connection, failed.group_by(mails.c.subscriber)),
        given_up=_given_up(connection),
    )


def _given_up(connection: Connection) -> dict[int, tuple[str, ...]]:
    lost = given_up().subquery()
    query = select(lost.c.subscriber, papers.c.id).join(papers, papers.c.number == lost.c.paper)
    found: dict[int, tuple[str, ...]] = {}
    for row in connection.execute(query.order_by(papers.c.id)):
        found[row.subscriber] = (*found.get(row.subscriber, ()), row.id)
    return found


def _queued(connection: Connection) -> dict[int, Row[Any]]:
    columns: Select[Any] = select(mails.c.subscriber, mails.c.state, mails.c.retry_at)
    latest_first = columns.where(mails.c.settled_at.is_(None)).order_by(mails.c.number.desc())
    return {row.subscriber: row for row in connection.execute(latest_first)}


def _subscriber_status(row: Row[Any], backlog: _Backlog) -> SubscriberStatus:
    mail = backlog.queued.get(row.number)
    return SubscriberStatus(
        email=row.email,
        last_mail_at=row.last_mail_at,
        waiting=backlog.waiting.get(row.number, 0),
        on_the_way=MailState(mail.state) if mail else None,
        retry_at=mail.retry_at if mail else None,
        failed=backlog.failed.get(row.number, 0),
        problem=row.problem or "",
        given_up=backlog.given_up.get(row.number, ()),
    )


def _subscriber_query() -> Select[Any]:
    """All subscribers, with when a mail of theirs last arrived, and the problem of their last mail."""
    theirs = mails.c.subscriber == subscribers.c.number
    latest = select(func.max(mails.c.number)).where(theirs).scalar_subquery()
    arrived = (
        select(mails.c.settled_at)
        # not `== SENT`, for which SQLite would walk through the mails of all subscribers
        .where(theirs, mails.c.state.not_in(_NOT_SENT))
        .order_by(mails.c.number.desc())
        .limit(1)
    )
    last = mails.alias()
    columns = select(subscribers, arrived.scalar_subquery().label("last_mail_at"), last.c.problem)
    return columns.select_from(subscribers).outerjoin(last, last.c.number == latest)


def _next_due(
    subscriber: Subscriber, preferences: Preferences, served_at: datetime, now: datetime
) -> datetime | None:
    """The slot that is late, or else the next one; None if they pause without an end."""
    schedule = preferred(subscriber, preferences, now).schedule
    if pause := pause_of(preferences, now):
        return next_slot(schedule, pause.until) if pause.until else None
    late = is_due(schedule, now, served_at=served_at)
    return (latest_slot if late else next_slot)(schedule, now)


def _delivered_papers(connection: Connection) -> dict[str, int]:
    """How many papers arrived at each address, also in mails that are deleted by now."""
    theirs = deliveries.c.subscriber == subscribers.c.number
    reserved = select(func.count()).where(theirs).scalar_subquery()
    rows = connection.execute(select(subscribers, reserved.label("papers"))).all()
    not_arrived = (
        select(mails.c.subscriber, _COUNT)
        .join(
            deliveries,
            and_(deliveries.c.subscriber == mails.c.subscriber, deliveries.c.mail == mails.c.number),
        )
        .where(mails.c.state.in_(_NOT_SENT))
    )
    less = _counts(connection, not_arrived.group_by(mails.c.subscriber))
    return {row.email: row.papers - less.get(row.number, 0) for row in rows}


def _counts(connection: Connection, query: Select[Any]) -> dict[int, int]:
    return {row.subscriber: row.counted for row in connection.execute(query)}


def _service(connection: Connection, problem: Column[str]) -> ServiceStatus:
    """`problem` is the column that says what was wrong there; empty: nothing."""
    ended = select(runs.c.started_at, problem.label("problem")).where(runs.c.ended_at.is_not(None))
    latest_first = ended.order_by(runs.c.number.desc()).limit(1)
    bad = connection.execute(latest_first.where(problem != "")).first()
    good = connection.execute(latest_first.where(problem == "")).first()
    return ServiceStatus(
        Mishap(bad.started_at, bad.problem) if bad else None, good.started_at if good else None
    )
