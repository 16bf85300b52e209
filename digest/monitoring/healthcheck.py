"""Ping a health check service, such as healthchecks.io, in a thread of its own: a run never waits for it.

Protocol: https://healthchecks.io/docs/http_api/
"""

import contextlib
import logging
import threading
from http import HTTPStatus
from queue import Empty, Full, Queue

from digest import __version__
from digest.system.exchange import Limits, NoReply, Request, exchange

logger = logging.getLogger(__name__)

_LIMITS = Limits(seconds=10.0, silent=(10.0, 10.0), body_bytes=10_000)
_HEADERS = {
    "User-Agent": f"daily-papers/{__version__}",
    "Content-Type": "text/plain; charset=utf-8",
}
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
        """Follows no redirect: it might lead to an address without TLS."""
        request = Request("POST", self._url.rstrip("/") + path, _HEADERS, body.encode()[:_LARGEST_BODY])
        try:
            reply = exchange(request, _LIMITS)
        except NoReply as exc:
            logger.info("health check ping failed: %s", exc.reason)
        except Exception as exc:  # its words may have the URL, as the traceback of a thread would
            logger.info("health check ping failed: %s", type(exc).__name__)
        else:
            if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
                logger.info("health check ping failed: %s", reply.words)
