"""One HTTP exchange within limits of time and bytes, from the look-up of the name to the last byte.

No part is without a limit: the name, a proxy, TLS, lines before the headers, chunk sizes, trailers, bytes
that unpack to nothing. So a thread of its own makes the exchange, and the caller gives it up in time.
"""

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus

import requests
from urllib3.exceptions import HTTPError

from digest.system.wire import EndlessError, Wire, session_for

_LOOK_SECONDS = 0.1
"""Between two looks at the time: `now` decides how long an exchange may take, not the system's timer."""

_CHUNK = 2**16

_BYTES_BESIDE = 2**20
"""Of headers and the like, beside the bodies."""

_NO_NETWORK = frozenset({errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH})

_BAD_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)


@dataclass(frozen=True, slots=True)
class Request:
    """`content` is a form or bytes. The address may be a secret."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str]
    content: Mapping[str, str] | bytes | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` are for all of an exchange; `silent` ones may pass until a connection is open, and without a
    byte of the answer. A body of more than `body_bytes` is cut after them."""

    seconds: float
    silent: tuple[float, float]
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response: the body unpacked and, where it is too long, cut a little after its limit."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case."""

    @property
    def retry_after(self) -> str:
        return self.headers.get("retry-after", "")

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def words(self) -> str:
        """The status with our phrase for it, not with the remote one."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


class Failure(Enum):
    """Why there is no reply."""

    BAD_ADDRESS = auto()
    OFFLINE = auto()
    """No way leads to the server: it is most likely this machine that has no network."""
    NO_ANSWER = auto()
    UNFINISHED = auto()
    """The request was sent, and the answer did not come to its end, in time or at all."""


class NoReply(Exception):
    """The exchange failed, after so many seconds. `reason` has no part of the address."""

    def __init__(self, reason: str, failure: Failure, seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failure = failure
        self.seconds = seconds


def exchange(request: Request, limits: Limits, now: Callable[[], float] = time.monotonic) -> Reply:
    """Make one request on a connection of its own; no redirect is followed. Raises NoReply.

    Whatever ends it, also a signal, the connection is closed then. A thread may stay behind in the look-up
    of a name; it opens no connection any more, and keeps no process from ending.
    """
    began = now()
    attempt = _Attempt(request, limits)
    attempt.start()
    try:
        while not attempt.ended.wait(_LOOK_SECONDS):
            if now() - began > limits.seconds:
                raise _failed(attempt.wire, "no answer in time", now() - began, unfinished=True)
    finally:
        attempt.wire.cut()
    if attempt.error is not None:
        raise _no_reply(attempt.error, attempt.wire, now() - began) from attempt.error
    return attempt.replies[0]


class _Attempt(threading.Thread):
    def __init__(self, request: Request, limits: Limits) -> None:
        super().__init__(name="http exchange", daemon=True)  # does not keep the program from ending
        # Chunks of a few bytes need several times their own size.
        self.wire = Wire(2 * limits.body_bytes + _BYTES_BESIDE)
        self.ended = threading.Event()
        self.replies: list[Reply] = []
        self.error: Exception | None = None
        self._request = request
        self._limits = limits

    def run(self) -> None:
        try:
            self.replies.append(self._reply())
        except Exception as exc:
            self.error = exc
        finally:
            self.wire.close()
            self.ended.set()

    def _reply(self) -> Reply:
        request = self._request
        with (
            session_for(request.url, self.wire) as session,
            session.request(
                request.method,
                request.url,
                data=request.content,
                headers=dict(request.headers),
                timeout=self._limits.silent,
                stream=True,
            ) as response,
        ):
            self.wire.has_begun = True
            return Reply(
                status=response.status_code,
                body=self._body(response),
                headers={name.lower(): value for name, value in response.headers.items()},
            )

    def _body(self, response: requests.Response) -> bytes:
        """The body, unpacked as it arrives: `iter_content` would wait until a piece is full."""
        body = bytearray()
        while len(body) <= self._limits.body_bytes:
            piece = response.raw.read1(_CHUNK, decode_content=True)
            if not piece:
                break
            body += piece
        return bytes(body)


def _no_reply(error: Exception, wire: Wire, seconds: float) -> NoReply:
    """Raises the error itself if it is none of an exchange."""
    if isinstance(error, _BAD_ADDRESS):
        return NoReply("the address cannot be used", Failure.BAD_ADDRESS)
    if not isinstance(error, OSError | HTTPError):  # requests' errors are OSErrors
        raise error
    if why := _why_offline(error):
        return NoReply(why, Failure.OFFLINE, seconds)
    causes = tuple(_chain(error))
    timed_out = any(isinstance(cause, TimeoutError | requests.Timeout) for cause in causes)
    endless = any(isinstance(cause, EndlessError) for cause in causes)
    # Not `said`: the words of the libraries have the address in them.
    spoken = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror)
    reason = "no answer in time" if timed_out else next(spoken, "the connection broke off").lower()
    return _failed(wire, reason, seconds, unfinished=timed_out or endless or wire.has_begun)


def _failed(wire: Wire, reason: str, seconds: float, *, unfinished: bool) -> NoReply:
    failure = Failure.UNFINISHED if unfinished and wire.is_sent else Failure.NO_ANSWER
    return NoReply(reason, failure, seconds)


def _why_offline(error: BaseException) -> str:
    """What the system says if a name cannot be looked up or no network leads there; empty otherwise."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and (isinstance(cause, socket.gaierror) or cause.errno in _NO_NETWORK):
            return (cause.strerror or "no network").lower()
    return ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__
