"""Send notifications to systemd: ready, reloading, stopping, watchdog, status.

Protocol: sd_notify(3), https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import contextlib
import socket
import time
from collections.abc import Mapping


class SystemdNotifier:
    """Sends to the socket that $NOTIFY_SOCKET names. Without one, or where sending fails, it does nothing."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog_seconds = int(environment.get("WATCHDOG_USEC") or 0) / 1_000_000
        """systemd restarts the service if `watchdog` is not called for so long; 0: it does not."""

    @property
    def is_enabled(self) -> bool:
        return bool(self._address)

    def ready(self) -> None:
        """Say that the service is started, or that reloading has ended."""
        self._send("READY=1")

    def reloading(self) -> None:
        """Say that the configuration is being reloaded; `ready` ends that."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1_000}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def watchdog(self) -> None:
        """Say that the service does not hang."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Show this line in `systemctl status`."""
        self._send(f"STATUS={text}")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(message.encode(), self._address)
