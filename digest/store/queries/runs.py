"""The log of runs, which tells the keeper how things went, and marks: since when something is so."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.runs import RunProblems, RunRecord
from digest.store.schema import marks, runs

FORGONE = "forgone"
"""The mark of a state that is to be enrolled without a welcome: whoever seems new may have been here."""

BACKUP = "backup"
"""The mark of a state that is a copy by `digest backup`, and of when it was made."""


def begin_run(connection: Connection, now: datetime) -> int:
    """Write down that a run begins; returns its number, which is higher than any before."""
    statement = insert(runs).values(started_at=now).returning(runs.c.number)
    return int(connection.execute(statement).scalar_one())


def record_fetch_started(connection: Connection, number: int, keywords: int) -> None:
    """Write down, before arXiv is asked, for how many keywords it is."""
    connection.execute(update(runs).where(runs.c.number == number).values(asked=keywords))


def end_run(connection: Connection, number: int, now: datetime, trouble: RunProblems) -> None:
    """Write down how a run ended."""
    values = {"ended_at": now, **asdict(trouble)}
    connection.execute(update(runs).where(runs.c.number == number).values(values))


def latest_runs(connection: Connection, most: int) -> Iterator[RunRecord]:
    """The latest first."""
    for row in connection.execute(select(runs).order_by(runs.c.number.desc()).limit(most)):
        yield _record(row)


def asked_at(connection: Connection, most: int) -> tuple[datetime, ...]:
    """When the latest runs, so many, asked arXiv, latest first. What a clock wrote that was ahead, as later
    runs show, is left out: it would count once its time has come."""
    query = select(runs.c.started_at, runs.c.asked).order_by(runs.c.number.desc()).limit(most)
    asked: list[datetime] = []
    earliest: datetime | None = None
    for run in connection.execute(query):
        if earliest is None or run.started_at <= earliest:
            earliest = run.started_at
            asked += [run.started_at] if run.asked else []
    return tuple(asked)


def last_number(connection: Connection) -> int:
    """Of the latest run; 0 if there was none."""
    return connection.scalar(select(func.max(runs.c.number))) or 0


def set_mark(connection: Connection, name: str, now: datetime) -> None:
    """Set a mark, or set it anew."""
    statement = insert(marks).values(name=name, at=now)
    connection.execute(statement.on_conflict_do_update(index_elements=[marks.c.name], set_={"at": now}))


def unmark(connection: Connection, name: str) -> None:
    connection.execute(delete(marks).where(marks.c.name == name))


def marked_at(connection: Connection, name: str) -> datetime | None:
    """When the mark was set; None if it is not."""
    return connection.scalar(select(marks.c.at).where(marks.c.name == name))


def _record(row: Row[Any]) -> RunRecord:
    trouble = RunProblems(row.arxiv, row.mail, row.archive)
    return RunRecord(row.started_at, row.ended_at, row.asked, trouble)
