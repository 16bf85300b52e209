import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.daemon.liveness import LONGEST_SILENCE, DaemonLiveness, daemon_liveness
from digest.errors import StoreError
from digest.system.locks import exclusive_lock
from tests.support.builders import NOON


def test_a_daemon_that_never_was_gives_no_sign(tmp_path: Path) -> None:
    assert daemon_liveness(tmp_path / "state" / "daemon.lock") == DaemonLiveness(running=False)
    assert list(tmp_path.iterdir()) == []


def test_a_daemon_holds_its_file_and_touches_it(tmp_path: Path) -> None:
    lock = tmp_path / "daemon.lock"
    with exclusive_lock(lock, wait=False):
        os.utime(lock, (NOON.timestamp(), NOON.timestamp()))
        assert daemon_liveness(lock) == DaemonLiveness(running=True, looked_at=NOON)
    assert daemon_liveness(lock) == DaemonLiveness(running=False, looked_at=NOON)


def test_looking_leaves_the_file_free(tmp_path: Path) -> None:
    lock = tmp_path / "daemon.lock"
    lock.touch()
    daemon_liveness(lock)
    with exclusive_lock(lock, wait=False):
        assert daemon_liveness(lock).running


def test_a_file_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be read: Not a directory"):
        daemon_liveness(tmp_path / "file" / "daemon.lock")


@pytest.mark.parametrize(
    ("sign", "recent"),
    [
        (DaemonLiveness(True, NOON), True),
        (DaemonLiveness(True, NOON - LONGEST_SILENCE), True),
        (DaemonLiveness(True, NOON - LONGEST_SILENCE - timedelta(seconds=1)), False),
        (DaemonLiveness(True, NOON + timedelta(minutes=1)), True),
        (DaemonLiveness(False, NOON), False),
        (DaemonLiveness(False), False),
    ],
    ids=["now", "just", "too long ago", "the clock was set back", "gone", "never there"],
)
def test_a_daemon_lives_that_runs_and_looked_at_the_clock(sign: DaemonLiveness, recent: bool) -> None:
    assert sign.is_recent(datetime(2026, 6, 22, 12, tzinfo=UTC)) is recent
