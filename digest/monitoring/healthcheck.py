"""Ping a health check service, such as healthchecks.io, in a thread of its own: a run never waits for it.

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
_LARGEST_BODY = 10_000  # bytes; healthchecks.io keeps no more
_MOST_UNSENT = 20
_GRACE_SECONDS = 5.0  # for unsent pings, when the program ends


class HealthCheck:
    """Sends one ping after the other; one that fails is dropped. The URL is a secret and is never logged."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._unsent: Queue[tuple[str, str]] = Queue(_MOST_UNSENT)
        self._sender: threading.Thread | None = None

    def start(self) -> None:
        """Ping: a run begins."""
        self._enqueue("/start", "")

    def success(self) -> None:
        """Ping: a run went well."""
        self._enqueue("", "")

    def fail(self, reason: str) -> None:
        """Ping: a run failed. `reason` contains no address."""
        self._enqueue("/fail", reason)

    def close(self) -> None:
        """Wait a few seconds at most for unsent pings."""
        if self._sender:
            self._sender.join(_GRACE_SECONDS)

    def _enqueue(self, path: str, body: str) -> None:
        with contextlib.suppress(Full):
            self._unsent.put_nowait((path, body))
        if self._sender is None or not self._sender.is_alive():
            # A daemon thread does not keep the program from ending.
            self._sender = threading.Thread(target=self._send_all, daemon=True)
            self._sender.start()

    def _send_all(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._send(*self._unsent.get(timeout=0.1))

    def _send(self, path: str, body: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - the configuration accepts only https, or loopback
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
            logger.info("health check ping failed: %s", type(exc).__name__)
