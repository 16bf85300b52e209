"""What `digest status` counts, for all keywords or readers at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from digest.models import MailState
from digest.store.outgoing import waiting_papers
from digest.store.schema import (
    deliveries,
    fetches,
    keywords,
    mails,
    sightings,
    subscribers,
)

NOT_SENT = [state for state in MailState if state is not MailState.SENT]
_COUNT = func.count().label("counted")


@dataclass(frozen=True, slots=True)
class Tally:
    """By number of subscriber: what is there for them to get. Who is not in a mapping has none."""

    waiting: Mapping[int, int]
    """Papers that are in no mail yet."""
    unsettled: Mapping[int, Row[Any]]
    """State and next attempt of the oldest mail that is on its way."""
    failed: Mapping[int, int]
    """Mails that will not be delivered."""


def tally(connection: Connection) -> Tally:
    failed = select(mails.c.subscriber, _COUNT).where(mails.c.state == MailState.FAILED)
    return Tally(
        waiting=_counts(connection, _waiting()),
        unsettled=_unsettled(connection),
        failed=_counts(connection, failed.group_by(mails.c.subscriber)),
    )


def new_by_day(connection: Connection, begin: date) -> dict[tuple[int, str], int]:
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


def known(connection: Connection) -> dict[str, int]:
    """How many papers each keyword has, by its key."""
    papers = select(func.count()).where(sightings.c.keyword == keywords.c.number).scalar_subquery()
    rows = connection.execute(select(keywords.c.key, papers.label("papers")))
    return {row.key: row.papers for row in rows}


def carried(connection: Connection) -> dict[str, int]:
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
        .where(mails.c.state.in_(NOT_SENT))
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
