"""systemd, as the daemon sees it."""

import socket
import time
from contextlib import suppress
from pathlib import Path


class Systemd:
    """systemd's end of NOTIFY_SOCKET."""

    def __init__(self, address: Path) -> None:
        self.received: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(address))
        self._socket.settimeout(0.05)

    def wait_for(self, word: str, times: int = 1) -> None:
        """Until so many messages begin with this word; fails after half a minute."""
        ends_at = time.monotonic() + 30
        while sum(message.startswith(word) for message in self.received) < times:
            assert time.monotonic() < ends_at, f"{word} was not sent, but {self.received}"
            self.listen()

    def listen(self) -> None:
        with suppress(TimeoutError):
            self.received.append(self._socket.recv(4096).decode())

    def close(self) -> None:
        self._socket.close()
