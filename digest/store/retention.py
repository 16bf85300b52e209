"""Deletes what is not kept for ever: the bodies of mails, and old lines of the logs.

Papers and deliveries stay, since they keep a paper from coming twice. So does the memory of incoming messages
that were acted on, since a Maildir that nobody empties shows them for ever. A clock that is years ahead makes
everything else old, and a state loses no more than that.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from digest.errors import StoreError
from digest.store.database import Database
from digest.store.log_schema import audits, runs
from digest.store.queries.runs import set_timestamp, timestamp
from digest.store.schema import fetches, mails, suppression_events

logger = logging.getLogger(__name__)

LOGS_KEPT = timedelta(days=400)
"""A year, and what it takes to look back at the same season."""

BOUNCES_EXPECTED = timedelta(days=30)
"""A bounce is understood until a mail was done so long ago."""

FETCHES_KEPT = 20
"""The latest good fetches of each keyword, however old: they say how many new papers are usual."""

_DAY, _MONTH = timedelta(days=1), timedelta(days=30)

_LARGE_BYTES = 10_000_000

_TIDIED, _COMPACTED = "tidied", "compacted"


class SqlRetention:
    """digest.pipeline.ports.Retention over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tidy(self, now: datetime, keep_days: int) -> None:
        with self._database.transaction() as connection:
            should_compact = _tidy(connection, now, keep_days)
        if should_compact:
            try:
                self._database.compact()
            except StoreError as exc:
                logger.info("the state keeps its free pages for another month: %s", exc)


def _tidy(connection: Connection, now: datetime, keep_days: int) -> bool:
    """Returns whether the file should be compacted now, which is so once a month at most."""
    if not _take_turn(connection, _TIDIED, now, _DAY):
        return False
    _delete_bodies(connection, now, timedelta(days=keep_days))
    _delete_logs(connection, now - LOGS_KEPT)
    return _has_much_free_space(connection) and _take_turn(connection, _COMPACTED, now, _MONTH)


def _take_turn(connection: Connection, name: str, now: datetime, pause: timedelta) -> bool:
    """Whether the pause since the last turn is over, and if so, take one. One in the future was taken by
    a clock that was wrong."""
    last = timestamp(connection, name)
    if last and last <= now < last + pause:
        return False
    set_timestamp(connection, name, now)
    return True


def _delete_bodies(connection: Connection, now: datetime, keep: timedelta) -> None:
    """Of mails that are done; later also their Message-IDs, by which bounces are matched."""
    body = {"content": None, "sender": None}
    old = (mails.c.settled_at < now - keep) & mails.c.content.is_not(None)
    connection.execute(update(mails).where(old).values(body))
    very_old = (mails.c.settled_at < now - max(keep, BOUNCES_EXPECTED)) & mails.c.message_id.is_not(None)
    connection.execute(update(mails).where(very_old).values(message_id=None))


def _delete_logs(connection: Connection, before: datetime) -> None:
    """All but each subscriber's latest mail, the latest run and the latest audit, which `digest status`
    shows."""
    latest_mails = select(func.max(mails.c.number)).group_by(mails.c.subscriber)
    latest_run = select(func.max(runs.c.number)).scalar_subquery()
    latest_audit = select(func.max(audits.c.number)).scalar_subquery()
    for table, old in {
        mails: (mails.c.settled_at < before) & mails.c.number.not_in(latest_mails),
        fetches: (fetches.c.fetched_at < before) & ~_shows_what_is_usual(),
        audits: (audits.c.audited_at < before) & (audits.c.number < latest_audit),
        runs: (runs.c.started_at < before) & (runs.c.number < latest_run),
        suppression_events: suppression_events.c.at < before,
    }.items():
        connection.execute(delete(table).where(old))


def _shows_what_is_usual() -> ColumnElement[bool]:
    by_age = func.row_number().over(partition_by=fetches.c.keyword, order_by=fetches.c.number.desc())
    good = select(fetches.c.number, by_age.label("place")).where(fetches.c.problem.is_(None)).subquery()
    return fetches.c.number.in_(select(good.c.number).where(good.c.place <= FETCHES_KEPT))


def _has_much_free_space(connection: Connection) -> bool:
    """Whether more than a quarter of a large file is free pages."""
    pages, free, page_bytes = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return free > pages / 4 and pages * page_bytes > _LARGE_BYTES
