import pytest

from digest.daemon.systemd import SystemdNotifier
from tests.unit.daemon.notify_socket import NotifySocket


def test_each_change_is_sent_to_systemd(notify_socket: NotifySocket) -> None:
    notifier = SystemdNotifier({"NOTIFY_SOCKET": notify_socket.address})
    assert notifier.is_enabled
    notifier.ready()
    notifier.status("serving 2 subscribers")
    notifier.reloading()
    notifier.watchdog()
    notifier.stopping()
    ready, status, reloading, *others = notify_socket.received()
    assert (ready, status, others) == (
        "READY=1",
        "STATUS=serving 2 subscribers",
        ["WATCHDOG=1", "STOPPING=1"],
    )
    assert reloading.startswith("RELOADING=1\nMONOTONIC_USEC=")


@pytest.mark.parametrize("address", ["", "/nowhere/at/all"], ids=["no systemd", "a socket that is gone"])
def test_without_a_socket_nothing_is_sent_and_nothing_fails(address: str) -> None:
    notifier = SystemdNotifier({"NOTIFY_SOCKET": address})
    notifier.ready()
    assert notifier.is_enabled is bool(address)


@pytest.mark.parametrize(
    ("watchdog", "seconds"),
    [("", 0.0), ("1200000000", 1200.0), ("6000000", 6.0)],
    ids=["none", "slow", "quick"],
)
def test_the_watchdog_period_is_read_from_the_environment(watchdog: str, seconds: float) -> None:
    assert SystemdNotifier({"WATCHDOG_USEC": watchdog}).watchdog_seconds == seconds
