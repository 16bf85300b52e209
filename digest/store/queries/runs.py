"""The tables `runs` and `marks`: the log of runs, and named timestamps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.runs import RunProblems, RunRecord
from digest.store.database import Database
from digest.store.log_schema import runs, timestamps

BACKUP = "backup"
"""The timestamp of a state that is a copy by `digest backup`: when it was made."""

BACKLOG_DISCARDED = "forgone"
"""The timestamp of a restored state whose backlog was discarded: the next sync welcomes nobody, since who
seems new may have been a subscriber."""

_ALERT = "alarm"

_SERVER = "server"
"""The timestamp of a state whose last run had a mail server: since when."""


class SqlRunStore:
    """digest.pipeline.ports.RunStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, now: datetime) -> int:
        statement = insert(runs).values(started_at=now).returning(runs.c.number)
        with self._database.transaction() as connection:
            return int(connection.execute(statement).scalar_one())

    def record_fetch_started(self, run: int, keywords: int) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(runs).where(runs.c.number == run).values(asked=keywords))

    def record_announced(self, run: int, papers: int) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(runs).where(runs.c.number == run).values(announced=papers))

    def end(self, run: int, now: datetime, problems: RunProblems) -> None:
        values = {"ended_at": now, **asdict(problems)}
        with self._database.transaction() as connection:
            connection.execute(update(runs).where(runs.c.number == run).values(values))

    def latest(self, most: int) -> Sequence[RunRecord]:
        query = select(runs).order_by(runs.c.number.desc()).limit(most)
        with self._database.transaction() as connection:
            return tuple(_record(row) for row in connection.execute(query))

    def alert_raised_at(self) -> datetime | None:
        with self._database.transaction() as connection:
            return timestamp(connection, _ALERT)

    def record_alert(self, raised_at: datetime | None) -> None:
        with self._database.transaction() as connection:
            if raised_at:
                set_timestamp(connection, _ALERT, raised_at)
            else:
                clear_timestamp(connection, _ALERT)

    def lost_server(self, now: datetime, *, has_server: bool) -> bool:
        with self._database.transaction() as connection:
            had_server = timestamp(connection, _SERVER) is not None
            if has_server and not had_server:
                set_timestamp(connection, _SERVER, now)
            elif had_server and not has_server:
                clear_timestamp(connection, _SERVER)
        return had_server and not has_server


def fetched_at(connection: Connection, most: int) -> tuple[datetime, ...]:
    """When the latest runs, at most so many, fetched from the source, latest first.

    A run whose time lies after that of a later run was recorded by a clock that was ahead. It is left out:
    else it would count when its time has come.
    """
    query = select(runs.c.started_at, runs.c.asked).order_by(runs.c.number.desc()).limit(most)
    return tuple(_believable(connection.execute(query)))


def announced_since(connection: Connection, since: datetime) -> dict[datetime, int]:
    """How many papers were announced, by the start of each run after that moment that has read them all, the
    latest first."""
    read = (runs.c.started_at > since) & runs.c.announced.is_not(None)
    query = select(runs.c.started_at, runs.c.announced).where(read)
    rows = connection.execute(query.order_by(runs.c.number.desc()))
    return {row.started_at: row.announced for row in rows}


def set_timestamp(connection: Connection, name: str, now: datetime) -> None:
    """Set a timestamp, or change it."""
    statement = insert(timestamps).values(name=name, at=now)
    connection.execute(statement.on_conflict_do_update(index_elements=[timestamps.c.name], set_={"at": now}))


def clear_timestamp(connection: Connection, name: str) -> None:
    connection.execute(delete(timestamps).where(timestamps.c.name == name))


def timestamp(connection: Connection, name: str) -> datetime | None:
    """The value of a timestamp; None if it is not set."""
    return connection.scalar(select(timestamps.c.at).where(timestamps.c.name == name))


def _believable(latest_first: Iterable[Row[Any]]) -> Iterator[datetime]:
    earliest: datetime | None = None
    for run in latest_first:
        if earliest is None or run.started_at <= earliest:
            earliest = run.started_at
            if run.asked:
                yield run.started_at


def _record(row: Row[Any]) -> RunRecord:
    problems = RunProblems(row.arxiv, row.mail, row.archive)
    return RunRecord(row.started_at, row.ended_at, row.asked, problems)
