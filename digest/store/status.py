"""How everything stands, for `digest status`: a few queries, however many subscribers and years there are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, func, select

from digest.domain.keywords import Keyword, distinct
from digest.domain.mails import MailState
from digest.domain.schedule import is_due, latest_slot, next_slot
from digest.domain.settings import Config
from digest.domain.subscribers import Schedule, Subscriber, Suppression
from digest.domain.tokens import Signer
from digest.store.database import Database
from digest.store.queries.mails import waiting_papers
from digest.store.queries.suppressions import signing_key, suppressed
from digest.store.schema import deliveries, fetches, keywords, mails, runs, sightings, subscribers

DAYS = 7

_NOT_SENT = [state for state in MailState if state is not MailState.SENT]

_COUNT = func.count().label("counted")


@dataclass(frozen=True, slots=True)
class KeywordStatus:
    """`new` counts the papers of the last good answer."""

    name: str
    last_good_at: datetime | None = None
    new: int = 0
    failing_since: datetime | None = None
    problem: str = ""
    new_today: int = 0
    week: tuple[int, ...] = (0,) * DAYS
    """New papers on each of the last days in UTC, of which the last is today."""


@dataclass(frozen=True, slots=True)
class SubscriberStatus:
    """`problem` is that of the last mail, if it did not arrive."""

    email: str
    last_mail_at: datetime | None = None
    waiting: int = 0
    """Papers that are in no mail yet."""
    on_the_way: MailState | None = None
    """How the mail stands that is not settled."""
    retry_at: datetime | None = None
    failed: int = 0
    problem: str = ""
    suppressed: Suppression | None = None
    next_due: datetime | None = None
    """When the next digest is due: a moment that has passed if it is late; None for who gets no mail."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """A run in which something was wrong, by its beginning, and what it was: lines."""

    at: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """When a run last had trouble there, and when one began that last had none."""

    last_trouble: Mishap | None = None
    last_good_run: datetime | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """What runs depend on."""

    arxiv: ServiceStatus = ServiceStatus()
    mail: ServiceStatus = ServiceStatus()


@dataclass(frozen=True, slots=True)
class Overview:
    """Keywords and subscribers in the order of the configuration."""

    keywords: tuple[KeywordStatus, ...]
    subscribers: tuple[SubscriberStatus, ...]
    services: Services


@dataclass(frozen=True, slots=True)
class Totals:
    """Papers of all times, in the same order: known of each keyword, in mails that each subscriber got."""

    keywords: tuple[int, ...]
    subscribers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """By number of subscriber: what is there for them to get. Who is not in a mapping has none."""

    waiting: Mapping[int, int]
    """Papers that are in no mail yet."""
    unsettled: Mapping[int, Row[Any]]
    """State and next attempt of the oldest mail that is on its way."""
    failed: Mapping[int, int]
    """Mails that will not be delivered."""


def overview(database: Database, config: Config, now: datetime) -> Overview:
    """How everything stands that the configuration names."""
    with database.transaction() as connection:
        return Overview(
            tuple(_keywords(connection, distinct(config.keywords), now)),
            tuple(_subscribers(connection, config.subscribers, now)),
            Services(_service(connection, runs.c.arxiv), _service(connection, runs.c.mail)),
        )


def totals(database: Database, config: Config) -> Totals:
    """Counted one by one, which after years takes a second or two."""
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
    )


def _keyword_query() -> Select[Any]:
    """All keywords, with how many papers were new in the last good answer."""
    new = (
        select(fetches.c.fresh)
        .where(fetches.c.keyword == keywords.c.number, fetches.c.problem.is_(None))
        .order_by(fetches.c.number.desc())
        .limit(1)
    )
    return select(keywords, new.scalar_subquery().label("new"))


def _subscribers(
    connection: Connection, wanted: Sequence[Subscriber], now: datetime
) -> Iterator[SubscriberStatus]:
    rows = {row.email: row for row in connection.execute(_subscriber_query())}
    tally = _tally(connection)
    signer = Signer(signing_key(connection))
    fingerprints = {subscriber.email: signer.fingerprint(subscriber.email) for subscriber in wanted}
    shunned = suppressed(connection, fingerprints.values())
    for subscriber in wanted:
        row = rows.get(subscriber.email)
        suppression = shunned.get(fingerprints[subscriber.email])
        served_at = row.served_at if row else now
        yield replace(
            _subscriber_status(row, tally) if row else SubscriberStatus(subscriber.email),
            suppressed=suppression,
            next_due=None if suppression else _next_due(subscriber.schedule, served_at, now),
        )


def _subscriber_status(row: Row[Any], tally: Tally) -> SubscriberStatus:
    mail = tally.unsettled.get(row.number)
    return SubscriberStatus(
        email=row.email,
        last_mail_at=row.last_mail_at,
        waiting=tally.waiting.get(row.number, 0),
        on_the_way=MailState(mail.state) if mail else None,
        retry_at=mail.retry_at if mail else None,
        failed=tally.failed.get(row.number, 0),
        problem=row.problem or "",
    )


def _subscriber_query() -> Select[Any]:
    """All subscribers, with when a mail of theirs last arrived, and what was wrong with the very last."""
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


def _next_due(schedule: Schedule, served_at: datetime, now: datetime) -> datetime:
    """The slot that is late, or else the next one."""
    late = is_due(schedule, now, served_at=served_at)
    return (latest_slot if late else next_slot)(schedule, now)


def _service(connection: Connection, trouble: Column[str]) -> ServiceStatus:
    """`trouble` is the column that says what was wrong there."""
    ended = select(runs.c.started_at, trouble.label("problem")).where(runs.c.ended_at.is_not(None))
    latest_first = ended.order_by(runs.c.number.desc()).limit(1)
    bad = connection.execute(latest_first.where(trouble != "")).first()
    good = connection.execute(latest_first.where(trouble == "")).first()
    return ServiceStatus(
        Mishap(bad.started_at, bad.problem) if bad else None, good.started_at if good else None
    )


def _tally(connection: Connection) -> Tally:
    failed = select(mails.c.subscriber, _COUNT).where(mails.c.state == MailState.FAILED)
    return Tally(
        waiting=_counts(connection, _waiting()),
        unsettled=_unsettled(connection),
        failed=_counts(connection, failed.group_by(mails.c.subscriber)),
    )


def _new_by_day(connection: Connection, begin: date) -> dict[tuple[int, str], int]:
    """How many new papers each keyword, by number, had on each day (ISO, in UTC) from that one on.

    Fetches are numbered as time goes by, and have no index by time: looks at the latest only, back to
    the first that is older.
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
    """How many papers each keyword has, by its key."""
    papers = select(func.count()).where(sightings.c.keyword == keywords.c.number).scalar_subquery()
    rows = connection.execute(select(keywords.c.key, papers.label("papers")))
    return {row.key: row.papers for row in rows}


def _delivered_papers(connection: Connection) -> dict[str, int]:
    """How many papers arrived at each address, with mails that are long gone too."""
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


def _waiting() -> Select[Any]:
    waiting = waiting_papers().subquery()
    return select(waiting.c.subscriber, _COUNT).group_by(waiting.c.subscriber)


def _unsettled(connection: Connection) -> dict[int, Row[Any]]:
    columns: Select[Any] = select(mails.c.subscriber, mails.c.state, mails.c.retry_at)
    latest_first = columns.where(mails.c.settled_at.is_(None)).order_by(mails.c.number.desc())
    return {row.subscriber: row for row in connection.execute(latest_first)}


def _counts(connection: Connection, query: Select[Any]) -> dict[int, int]:
    return {row.subscriber: row.counted for row in connection.execute(query)}
