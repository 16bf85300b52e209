"""The log of runs, and named timestamps, on a real SQLite file."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.runs import RunProblems, RunRecord
from digest.store.database import Database
from digest.store.queries.runs import (
    SqlRunStore,
    announced_since,
    clear_timestamp,
    fetched_at,
    set_timestamp,
    timestamp,
)
from tests.support.builders import NOON

LATER = NOON + timedelta(minutes=3)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "digest.sqlite3")
    yield database
    database.close()


def test_each_run_is_recorded_with_its_problems(database: Database) -> None:
    store = SqlRunStore(database)
    first = store.begin(NOON)
    store.record_fetch_started(first, 3)
    store.end(first, LATER, RunProblems(arxiv="no answer"))
    second = store.begin(LATER)
    assert store.latest(10) == (
        RunRecord(LATER),
        RunRecord(NOON, LATER, asked=3, problems=RunProblems(arxiv="no answer")),
    )
    assert second > first


def test_fetches_of_a_clock_that_was_ahead_are_left_out(database: Database) -> None:
    store, day = SqlRunStore(database), timedelta(days=1)
    for moment, keywords in ((NOON, 2), (NOON + day, 2), (LATER, 0), (LATER + timedelta(hours=1), 1)):
        store.record_fetch_started(store.begin(moment), keywords)
    with database.transaction() as connection:
        assert fetched_at(connection, 10) == (LATER + timedelta(hours=1), NOON)


def test_what_was_announced_is_known_of_the_runs_that_have_read_it_all(database: Database) -> None:
    store = SqlRunStore(database)
    for moment, papers in ((NOON, 7), (LATER, 0), (LATER + timedelta(days=1), 1_432)):
        store.record_announced(store.begin(moment), papers)
        store.begin(moment + timedelta(hours=1))
    with database.transaction() as connection:
        assert list(announced_since(connection, NOON).items()) == [
            (LATER + timedelta(days=1), 1_432),
            (LATER, 0),
        ]


def test_a_run_has_failed_if_it_has_any_problem() -> None:
    assert not RunRecord(NOON, LATER).failed
    assert RunRecord(NOON, LATER, problems=RunProblems(archive="no room")).failed
    assert RunProblems("one\ntwo", None, "three").lines == ("one", "two", "three")


def test_a_mail_server_is_lost_once(database: Database) -> None:
    store = SqlRunStore(database)
    servers = [False, True, True, False, False, True, False]
    lost = [store.lost_server(NOON, has_server=has_server) for has_server in servers]
    assert lost == [False, False, False, True, False, False, True]


def test_a_timestamp_is_set_changed_and_cleared(database: Database) -> None:
    with database.transaction() as connection:
        assert timestamp(connection, "alarm") is None
        set_timestamp(connection, "alarm", NOON)
        set_timestamp(connection, "alarm", LATER)
        assert timestamp(connection, "alarm") == LATER
        clear_timestamp(connection, "alarm")
        assert timestamp(connection, "alarm") is None
