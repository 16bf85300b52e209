"""Signs of life: what systemd is told of the daemon, and a file that is touched while it goes on.

Protocol: sd_notify(3), https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import contextlib
import socket
import time
from collections.abc import Mapping

LONGEST_SECONDS = 10.0
"""Between two signs of life, while there is progress."""

_BEATS_A_WATCHDOG = 3  # so that one may be late


class SystemdNotifier:
    """systemd, if the environment names its socket; else nobody. What cannot be told is left untold."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        watchdog_seconds = int(environment.get("WATCHDOG_USEC") or 0) / 1_000_000
        self.beat_seconds = min(LONGEST_SECONDS, watchdog_seconds / _BEATS_A_WATCHDOG or LONGEST_SECONDS)

    @property
    def listens(self) -> bool:
        return bool(self._address)

    def ready(self) -> None:
        self._tell("READY=1")

    def reloading(self) -> None:
        """Say that the configuration is read anew; `ready` says when that is done."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1_000}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def alive(self) -> None:
        self._tell("WATCHDOG=1")

    def status(self, text: str) -> None:
        """A line for `systemctl status`."""
        self._tell(f"STATUS={text}")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(message.encode(), self._address)
