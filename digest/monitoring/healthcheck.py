"""Telling a health check how runs go, in the way of healthchecks.io. Nothing waits for it but its own thread.

Protocol: https://healthchecks.io/docs/http_api/
"""

import contextlib
import logging
import threading
import urllib.request
from queue import Empty, Full, Queue

from digest import __version__

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 10.0

_LARGEST_BODY = 10_000  # bytes that healthchecks.io keeps

_MOST_UNSENT = 20

_GRACE_SECONDS = 5.0  # at the end of the program


class HealthCheck:
    """Sends one ping after the other; those that nobody takes are dropped. The URL is never told."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._unsent: Queue[tuple[str, str]] = Queue(_MOST_UNSENT)
        self._sender: threading.Thread | None = None

    def start(self) -> None:
        """A run begins."""
        self._enqueue("/start", "")

    def success(self) -> None:
        """All is well."""
        self._enqueue("", "")

    def fail(self, reason: str) -> None:
        """Something failed."""
        self._enqueue("/fail", reason)

    def close(self) -> None:
        """Give what is still unsent a few seconds."""
        if self._sender:
            self._sender.join(_GRACE_SECONDS)

    def _enqueue(self, path: str, body: str) -> None:
        with contextlib.suppress(Full):
            self._unsent.put_nowait((path, body))
        if self._sender is None or not self._sender.is_alive():
            # A daemon thread: it keeps no program from ending.
            self._sender = threading.Thread(target=self._send_all, daemon=True)
            self._sender.start()

    def _send_all(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._send(*self._unsent.get(timeout=0.1))

    def _send(self, path: str, body: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - the configuration takes https, or this machine
            self._url.rstrip("/") + path,
            data=body.encode()[:_LARGEST_BODY],
            headers={
                "User-Agent": f"daily-papers/{__version__}",
                "Content-Type": "text/plain; charset=utf-8",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310 - the same
                pass
        except (OSError, ValueError) as exc:
            logger.info("a ping was not taken: %s", type(exc).__name__)
