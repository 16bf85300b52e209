"""The state is a real file, that other connections and other processes change."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from digest.bootstrap import schedule_state
from digest.daemon.state import ScheduleStateCache
from digest.domain.schedule import ScheduleState
from digest.domain.settings import Config
from digest.errors import StoreError
from digest.store.backup import back_up
from digest.store.database import Database
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, subscriber
from tests.support.refusals import refused

ADA, BO = subscriber("ada@example.org"), subscriber("bo@example.org")
FORGET_ALL = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as connection:
    connection.execute("DELETE FROM subscribers")
"""
FILE_TIME_STEP_SECONDS = 0.02
"""Files that are changed further apart than this carry different times."""


class Reads:
    """Counts how often the state is read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, config: Config) -> ScheduleState:
        self.count += 1
        return schedule_state(config)


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return config(tmp_path, ADA, BO)


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
def cache(reads: Reads) -> ScheduleStateCache:
    """A cache whose clock is a minute ahead, so that every file is old enough to be cached."""
    return ScheduleStateCache(reads, lambda: time.time() + 60)


def change(config: Config, change: Callable[[SqlStore], object]) -> None:
    """Change the state through a connection of its own, as a run does."""
    with closing(SqlStore.over(Database.open(config.state))) as store:
        change(store)


def serve(store: SqlStore, now: datetime) -> None:
    store.subscriptions.mark_served([ADA], now)


def refuse(store: SqlStore, now: datetime) -> None:
    refused(store, BO, "no", now)


def sync(config: Config) -> None:
    change(config, lambda store: store.subscriptions.sync(config, NOON))


def stable(cache: ScheduleStateCache, settings: Config, reads: Reads) -> ScheduleState:
    """The state once reading it causes no further change: the first reading may create the signing key."""
    while True:
        before = reads.count
        state = cache.read(settings)
        if reads.count == before:
            time.sleep(FILE_TIME_STEP_SECONDS)
            return state


def test_a_state_that_does_not_change_is_read_once(
    cache: ScheduleStateCache, settings: Config, reads: Reads
) -> None:
    sync(settings)
    state = stable(cache, settings, reads)
    assert state.last_served_at.keys() == {ADA.email, BO.email}
    reads.count = 0
    assert [cache.read(settings) for _ in range(5)] == [state] * 5
    assert reads.count == 0


def test_without_a_state_nothing_is_known_and_one_created_later_is_read(
    cache: ScheduleStateCache, settings: Config
) -> None:
    assert cache.read(settings) == ScheduleState()
    assert not settings.state.parent.exists()
    sync(settings)
    assert cache.read(settings).last_served_at == {ADA.email: NOON, BO.email: NOON}


def test_a_commit_is_seen_at_the_next_reading(
    cache: ScheduleStateCache, settings: Config, reads: Reads
) -> None:
    sync(settings)
    stable(cache, settings, reads)
    change(settings, lambda store: refused(store, ADA, "550 5.1.1 no such user", NOON))
    reads.count = 0
    cache.read(settings)
    assert reads.count == 1


def test_a_commit_by_a_connection_that_stays_open_is_seen(
    cache: ScheduleStateCache, settings: Config, reads: Reads
) -> None:
    sync(settings)
    stable(cache, settings, reads)
    with closing(SqlStore.over(Database.open(settings.state))) as store:
        store.subscriptions.mark_served([ADA], NOON.replace(hour=13))
        assert cache.read(settings).last_served_at[ADA.email] == NOON.replace(hour=13)
        store.subscriptions.mark_served([ADA], NOON.replace(hour=14))
        assert cache.read(settings).last_served_at[ADA.email] == NOON.replace(hour=14)


def test_a_commit_of_another_process_is_seen(
    cache: ScheduleStateCache, settings: Config, reads: Reads
) -> None:
    sync(settings)
    stable(cache, settings, reads)
    program = (
        "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as c: c.execute('DELETE FROM subscribers')"
    )
    subprocess.run([sys.executable, "-c", program, str(settings.state)], check=True)
    assert cache.read(settings).last_served_at == {}


def test_commits_in_quick_succession_are_all_seen(settings: Config, reads: Reads) -> None:
    """Their files may carry the same time: what changed just now is read at every call."""
    cache = ScheduleStateCache(reads)
    sync(settings)
    for minute in range(10):
        served_at = NOON.replace(minute=minute)
        change(settings, partial(serve, now=served_at))
        assert cache.read(settings).last_served_at[ADA.email] == served_at
    assert reads.count == 10


def test_a_file_from_the_future_is_read_at_every_call(settings: Config, reads: Reads) -> None:
    sync(settings)
    cache = ScheduleStateCache(reads, lambda: time.time() - 3600)
    for _ in range(4):
        cache.read(settings)
    assert reads.count == 4


def test_a_state_that_was_replaced_is_read(
    cache: ScheduleStateCache, settings: Config, reads: Reads, tmp_path: Path
) -> None:
    sync(settings)
    back_up(settings.state, tmp_path / "backup.sqlite3", NOON)
    change(settings, lambda store: store.subscriptions.mark_served([ADA], NOON.replace(hour=13)))
    assert stable(cache, settings, reads).last_served_at[ADA.email] == NOON.replace(hour=13)
    (tmp_path / "backup.sqlite3").rename(settings.state)
    assert stable(cache, settings, reads).last_served_at[ADA.email] == NOON


def test_nothing_stays_open_or_beside_the_state(
    cache: ScheduleStateCache, settings: Config, reads: Reads
) -> None:
    """So that a backup may be restored by `mv`, and a plain copy of the file is whole."""
    sync(settings)
    stable(cache, settings, reads)
    assert [file.name for file in settings.state.parent.iterdir()] == [settings.state.name]


def test_another_state_or_other_subscribers_are_read(
    cache: ScheduleStateCache, settings: Config, reads: Reads, tmp_path: Path
) -> None:
    sync(settings)
    stable(cache, settings, reads)
    for day in range(1, 6):
        change(
            settings,
            partial(refuse, now=NOON.replace(day=day)),
        )
    assert cache.read(replace(settings, subscribers=(ADA,))).suppressed == frozenset()
    assert cache.read(settings).suppressed == {BO.email}
    assert cache.read(replace(settings, state=tmp_path / "another.sqlite3")) == ScheduleState()


def test_an_error_is_raised_at_every_reading_until_it_is_over(
    cache: ScheduleStateCache, settings: Config, reads: Reads
) -> None:
    sync(settings)
    stable(cache, settings, reads)
    whole = settings.state.read_bytes()
    settings.state.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(StoreError, match="the state file is empty"):
            cache.read(settings)
    settings.state.write_bytes(whole)
    assert cache.read(settings).last_served_at.keys() == {ADA.email, BO.email}
