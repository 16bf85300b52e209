"""What is not kept for ever: the letters themselves, and old lines of the logs. Papers and who got which
are: they are what keeps a paper from coming twice.

A clock that is years ahead makes everything old, and loses a state no more than that.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from digest.store.queries.runs import marked_at, set_mark
from digest.store.schema import fetches, mails, read_messages, runs

LOGS_KEPT = timedelta(days=400)
"""A year, and what it takes to look back at the same season."""

RETURNS_EXPECTED = timedelta(days=30)
"""So long after a mail was settled, a report that it came back is still understood."""

FETCHES_KEPT = 20
"""Of each keyword, the latest good ones, however old: they tell what is usual."""

_DAY, _MONTH = timedelta(days=1), timedelta(days=30)

_LARGE_BYTES = 10_000_000

_TIDIED, _COMPACTED = "tidied", "compacted"


def tidy(connection: Connection, now: datetime, keep_days: int) -> bool:
    """Once a day, forget what is older than it is kept; `keep_days` is for the bodies of settled mails.
    Returns whether the file should be compacted now, which is so once a month at most."""
    if not _take_turn(connection, _TIDIED, now, _DAY):
        return False
    _forget_letters(connection, now, timedelta(days=keep_days))
    _forget_logs(connection, now - LOGS_KEPT)
    return _is_loose(connection) and _take_turn(connection, _COMPACTED, now, _MONTH)


def _take_turn(connection: Connection, name: str, now: datetime, pause: timedelta) -> bool:
    """Whether the pause since the last turn is over, and if so, take one. One in the future was taken by
    a clock that was wrong."""
    last = marked_at(connection, name)
    if last and last <= now < last + pause:
        return False
    set_mark(connection, name, now)
    return True


def _forget_letters(connection: Connection, now: datetime, keep: timedelta) -> None:
    body = {"content": None, "sender": None}
    old = (mails.c.settled_at < now - keep) & mails.c.content.is_not(None)
    connection.execute(update(mails).where(old).values(body))
    very_old = (mails.c.settled_at < now - max(keep, RETURNS_EXPECTED)) & mails.c.message_id.is_not(None)
    connection.execute(update(mails).where(very_old).values(message_id=None))


def _forget_logs(connection: Connection, before: datetime) -> None:
    """But for each subscriber's latest mail and the latest run, which tell how things stand."""
    latest_mails = select(func.max(mails.c.number)).group_by(mails.c.subscriber)
    latest_run = select(func.max(runs.c.number)).scalar_subquery()
    for table, old in {
        mails: (mails.c.settled_at < before) & mails.c.number.not_in(latest_mails),
        fetches: (fetches.c.fetched_at < before) & ~_tells_what_is_usual(),
        runs: (runs.c.started_at < before) & (runs.c.number < latest_run),
        read_messages: read_messages.c.read_at < before,
    }.items():
        connection.execute(delete(table).where(old))


def _tells_what_is_usual() -> ColumnElement[bool]:
    by_age = func.row_number().over(partition_by=fetches.c.keyword, order_by=fetches.c.number.desc())
    good = select(fetches.c.number, by_age.label("place")).where(fetches.c.problem.is_(None)).subquery()
    return fetches.c.number.in_(select(good.c.number).where(good.c.place <= FETCHES_KEPT))


def _is_loose(connection: Connection) -> bool:
    """Whether more than a quarter of a large file is free pages."""
    pages, free, page_bytes = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return free > pages / 4 and pages * page_bytes > _LARGE_BYTES
