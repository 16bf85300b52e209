import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.daemon.liveness import Heartbeat
from digest.daemon.systemd import SystemdNotifier


class Manager:
    """systemd's end of the socket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.setblocking(False)

    def told(self) -> list[str]:
        messages = []
        while True:
            try:
                messages.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return messages

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    address = f"@daily-papers-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    manager = Manager(address)
    yield manager
    manager.close()


def test_systemd_is_told_each_change(manager: Manager) -> None:
    supervisor = SystemdNotifier({"NOTIFY_SOCKET": manager.address})
    supervisor.ready()
    supervisor.status("serving 2 subscribers")
    supervisor.reloading()
    supervisor.alive()
    supervisor.stopping()
    ready, status, reloading, *others = manager.told()
    assert (ready, status, others) == (
        "READY=1",
        "STATUS=serving 2 subscribers",
        ["WATCHDOG=1", "STOPPING=1"],
    )
    assert reloading.startswith("RELOADING=1\nMONOTONIC_USEC=")


@pytest.mark.parametrize("address", ["", "/nowhere/at/all"], ids=["no systemd", "a socket that is gone"])
def test_what_cannot_be_told_is_left_untold(address: str) -> None:
    SystemdNotifier({"NOTIFY_SOCKET": address}).ready()


@pytest.mark.parametrize(
    ("watchdog", "seconds"),
    [("", 10.0), ("1200000000", 10.0), ("6000000", 2.0)],
    ids=["none", "slow", "quick"],
)
def test_beats_are_as_frequent_as_the_watchdog_wants(watchdog: str, seconds: float) -> None:
    assert SystemdNotifier({"WATCHDOG_USEC": watchdog}).beat_seconds == seconds


def test_a_step_of_the_work_beats_and_touches_the_file_but_not_at_each_mail(
    tmp_path: Path, manager: Manager
) -> None:
    file = tmp_path / "daemon.lock"
    file.touch()
    os.utime(file, (0, 0))
    pulse = Heartbeat(SystemdNotifier({"NOTIFY_SOCKET": manager.address}), file)
    assert manager.told() == []
    pulse.begin("sending", 2)
    pulse.step()
    pulse.end()
    assert manager.told() == ["WATCHDOG=1"]
    assert file.stat().st_mtime > 0


def test_a_file_that_is_gone_does_not_stop_the_work(tmp_path: Path) -> None:
    Heartbeat(SystemdNotifier({}), tmp_path / "gone").beat()
