from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.runs import RunProblems, RunRecord
from digest.store.database import Database
from digest.store.queries.runs import (
    asked_at,
    begin_run,
    end_run,
    last_number,
    latest_runs,
    marked_at,
    record_fetch_started,
    set_mark,
    unmark,
)
from tests.support.builders import NOON

LATER = NOON + timedelta(minutes=3)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "digest.sqlite3")
    yield database
    database.close()


def test_each_run_is_written_down_with_what_was_wrong(database: Database) -> None:
    with database.transaction() as connection:
        first = begin_run(connection, NOON)
        record_fetch_started(connection, first, 3)
        end_run(connection, first, LATER, RunProblems(arxiv="no answer"))
        second = begin_run(connection, LATER)
        assert list(latest_runs(connection, 10)) == [
            RunRecord(LATER),
            RunRecord(NOON, LATER, asked=3, trouble=RunProblems(arxiv="no answer")),
        ]
        assert last_number(connection) == second > first


def test_when_arxiv_was_asked_is_told_without_what_a_clock_wrote_that_was_ahead(database: Database) -> None:
    day = timedelta(days=1)
    with database.transaction() as connection:
        for moment, asked in ((NOON, 2), (NOON + day, 2), (LATER, 0), (LATER + timedelta(hours=1), 1)):
            record_fetch_started(connection, begin_run(connection, moment), asked)
        assert asked_at(connection, 10) == (LATER + timedelta(hours=1), NOON)


def test_a_run_has_failed_if_anything_was_wrong() -> None:
    assert not RunRecord(NOON, LATER).failed
    assert RunRecord(NOON, LATER, trouble=RunProblems(archive="no room")).failed
    assert RunProblems("one\ntwo", None, "three").lines == ("one", "two", "three")


def test_a_mark_is_set_set_anew_and_taken_away(database: Database) -> None:
    with database.transaction() as connection:
        assert marked_at(connection, "alarm") is None
        set_mark(connection, "alarm", NOON)
        set_mark(connection, "alarm", LATER)
        assert marked_at(connection, "alarm") == LATER
        unmark(connection, "alarm")
        assert marked_at(connection, "alarm") is None
