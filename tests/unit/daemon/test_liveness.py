import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.daemon.liveness import HEARTBEAT_TIMEOUT, DaemonLiveness, Heartbeat, daemon_liveness
from digest.daemon.systemd import SystemdNotifier
from digest.errors import StoreError
from digest.system.locks import exclusive_lock
from tests.support.builders import NOON
from tests.unit.daemon.notify_socket import NotifySocket


def test_without_a_lock_file_no_daemon_has_ever_run(tmp_path: Path) -> None:
    assert daemon_liveness(tmp_path / "state" / "daemon.lock") == DaemonLiveness(running=False)
    assert list(tmp_path.iterdir()) == []


def test_a_running_daemon_holds_its_lock_file_and_touches_it(tmp_path: Path) -> None:
    lock = tmp_path / "daemon.lock"
    with exclusive_lock(lock, wait=False):
        os.utime(lock, (NOON.timestamp(), NOON.timestamp()))
        assert daemon_liveness(lock) == DaemonLiveness(running=True, looked_at=NOON)
    assert daemon_liveness(lock) == DaemonLiveness(running=False, looked_at=NOON)


def test_a_look_at_the_lock_file_leaves_it_free(tmp_path: Path) -> None:
    lock = tmp_path / "daemon.lock"
    lock.touch()
    daemon_liveness(lock)
    with exclusive_lock(lock, wait=False):
        assert daemon_liveness(lock).running


def test_a_lock_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be read: Not a directory"):
        daemon_liveness(tmp_path / "file" / "daemon.lock")


@pytest.mark.parametrize(
    ("liveness", "alive"),
    [
        (DaemonLiveness(True, NOON), True),
        (DaemonLiveness(True, NOON - HEARTBEAT_TIMEOUT), True),
        (DaemonLiveness(True, NOON - HEARTBEAT_TIMEOUT - timedelta(seconds=1)), False),
        (DaemonLiveness(True, NOON + timedelta(minutes=1)), True),
        (DaemonLiveness(False, NOON), False),
        (DaemonLiveness(False), False),
    ],
    ids=["now", "just in time", "too long ago", "the clock was set back", "ended", "never ran"],
)
def test_a_daemon_is_alive_that_runs_and_had_a_heartbeat_lately(
    liveness: DaemonLiveness, alive: bool
) -> None:
    assert liveness.is_alive(datetime(2026, 6, 22, 12, tzinfo=UTC)) is alive


@pytest.mark.parametrize(
    ("watchdog", "seconds"),
    [("", 10.0), ("1200000000", 10.0), ("6000000", 2.0)],
    ids=["none", "slow", "quick"],
)
def test_heartbeats_are_as_frequent_as_the_watchdog_wants(
    tmp_path: Path, watchdog: str, seconds: float
) -> None:
    notifier = SystemdNotifier({"WATCHDOG_USEC": watchdog})
    assert Heartbeat(notifier, tmp_path / "daemon.lock").interval_seconds == seconds


def test_a_step_of_the_work_is_a_heartbeat_but_not_each_mail(
    tmp_path: Path, notify_socket: NotifySocket
) -> None:
    file = tmp_path / "daemon.lock"
    file.touch()
    os.utime(file, (0, 0))
    heartbeat = Heartbeat(SystemdNotifier({"NOTIFY_SOCKET": notify_socket.address}), file)
    assert notify_socket.received() == []
    heartbeat.begin("sending", 2)
    heartbeat.alive()
    heartbeat.step()
    heartbeat.end()
    assert notify_socket.received() == ["WATCHDOG=1"]
    assert file.stat().st_mtime > 0


def test_a_lock_file_that_is_gone_does_not_stop_the_work(tmp_path: Path) -> None:
    Heartbeat(SystemdNotifier({}), tmp_path / "gone").touch()
