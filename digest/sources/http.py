"""Make HTTP requests within arXiv's terms: one at a time, rate limited, retried, everything limited.

Terms: https://info.arxiv.org/help/api/tou.html
"""

import errno
import logging
import random
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import NoReturn, TypeVar

import requests
from urllib3.exceptions import HTTPError

from digest import __version__
from digest.domain.settings import ArxivSettings
from digest.errors import AnswerFailed, AnswerRejected, SourceUnavailable
from digest.sources.rate_limit import RateLimiter
from digest.sources.retry_policy import (
    MAX_ANSWER_BYTES,
    MAX_TRIES,
    UNREACHABLE_PAUSE,
    CircuitBreaker,
    FailedAttempt,
    Reply,
    backoff,
    failed_attempt_of,
    host_of,
    rejected_answer,
)
from digest.system.clock import Clock
from digest.system.remedies import remedy, said

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

TIMEOUT = (10.0, 60.0)
"""Seconds until a connection is open, and without a byte of the answer."""

MAX_BODY_SECONDS = 300.0
"""Seconds that the body may take: all other processes wait meanwhile for a server that sends slowly."""

_CHUNK = 2**16

_NO_NETWORK = frozenset({errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH})

_BAD_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    form: Mapping[str, str] | None = None

    @property
    def host(self) -> str:
        return host_of(self.url)


class ArxivClient:
    """Makes one request at a time, over all processes that share the rate limit file.

    For one run: once the circuit breaker is open, it stays so. `contact` is an address in ASCII for arXiv's
    operators. `jitter` draws from [0, 1).
    """

    def __init__(
        self,
        settings: ArxivSettings,
        rate_limit_file: Path,
        clock: Clock,
        *,
        contact: str = "",
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._retry_scale = settings.retry_scale
        self._rate_limiter = RateLimiter(rate_limit_file, settings.interval_seconds, clock)
        self._breaker = CircuitBreaker()
        self._clock = clock
        self._jitter = jitter
        self._session = _session(contact)
        self.requests = 0
        """How many were sent, retries included."""

    def post(
        self, url: str, parameters: Mapping[str, str], read: Callable[[bytes], T], tries: int = MAX_TRIES
    ) -> T:
        """POST the parameters as a form; returns what `read` makes of the body.

        Tries again after a pause where there is no answer, or `read` raises AnswerRejected; at most `tries`
        times where one item of the answer may be the cause. Raises SourceUnavailable (AnswerFailed after
        server errors), or the last AnswerRejected of `read`.
        """
        return self._retry(_Request("POST", url, parameters), read, tries)

    def get(self, url: str, read: Callable[[bytes], T]) -> T:
        """GET the address; otherwise like `post`."""
        return self._retry(_Request("GET", url), read, MAX_TRIES)

    def close(self) -> None:
        self._session.close()

    def _retry(self, request: _Request, read: Callable[[bytes], T], most: int) -> T:
        self._breaker.require_closed()
        tries, spoiled = 1, 0
        while isinstance(outcome := self._try(request, read), FailedAttempt):
            self._breaker.note(outcome)
            spoiled += outcome.may_be_one_item
            if spoiled >= most:
                _raise_failure(request, outcome, tries)
            self._pause(request, outcome, tries)
            tries += 1
        self._breaker.note(None)
        return outcome

    def _try(self, request: _Request, read: Callable[[bytes], T]) -> T | FailedAttempt:
        try:
            with self._rate_limiter.slot():
                reply = self._exchange(request)
        except _BrokenOff as exc:
            cause = exc.__cause__ or exc
            return FailedAttempt(_describe_cause(cause), UNREACHABLE_PAUSE, cause=exc, broke_off=True)
        except requests.RequestException as exc:
            return failed_attempt_from(exc)
        except OSError as exc:  # all that is left is the rate limit file
            unavailable = SourceUnavailable(f"{self._rate_limiter.file}: {said(exc)}")
            unavailable.hint = remedy(exc)
            raise unavailable from exc
        _LOG.debug("%s answered %d with %d bytes", request.host, reply.status, len(reply.body))
        attempt = failed_attempt_of(reply, self._clock.epoch_seconds())
        return attempt if attempt else _read(reply, read)

    def _exchange(self, request: _Request) -> Reply:
        self.requests += 1
        with self._session.request(
            request.method, request.url, data=request.form, timeout=TIMEOUT, stream=True
        ) as response:
            try:
                body = self._body(response)
            except requests.RequestException as exc:
                raise _BrokenOff from exc
            return Reply(
                status=response.status_code,
                body=body,
                retry_after=response.headers.get("Retry-After", ""),
                location=response.headers.get("Location", ""),
            )

    def _body(self, response: requests.Response) -> bytes:
        """The body, decompressed, and not much more of it than MAX_ANSWER_BYTES."""
        ends_at = self._clock.epoch_seconds() + MAX_BODY_SECONDS
        body = bytearray()
        for piece in _pieces(response):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                break
            if self._clock.epoch_seconds() > ends_at:
                raise requests.Timeout
        return bytes(body)

    def _pause(self, request: _Request, attempt: FailedAttempt, tries: int) -> None:
        """Sleep until the next try. Raises SourceError if there is none."""
        pause = backoff(attempt, tries, self._jitter())
        if pause is None:
            _raise_failure(request, attempt, tries)
        self._breaker.require_closed()
        seconds = pause * self._retry_scale
        _LOG.warning("%s: %s; next try in %.0f s", request.host, attempt.reason, seconds)
        self._clock.sleep(seconds)


def failed_attempt_from(exc: requests.RequestException) -> FailedAttempt:
    """The failure of an exchange that was not completed."""
    if isinstance(exc, _BAD_ADDRESS):
        return FailedAttempt("the address cannot be used", None, cause=exc)
    if why := _why_offline(exc):
        reason = f"arXiv cannot be reached: {why}; is this machine online?"
        return FailedAttempt(reason, UNREACHABLE_PAUSE, cause=exc, offline=True)
    return FailedAttempt(_describe_cause(exc), UNREACHABLE_PAUSE, cause=exc)


class _BrokenOff(requests.RequestException):
    """The body did not come to its end."""


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow no redirect: its target would be requested outside the rate limit."""


def _session(contact: str) -> requests.Session:
    session = _Session()
    about = f"self-hosted arXiv digest; {contact}" if contact else "self-hosted arXiv digest"
    session.headers["User-Agent"] = f"daily-papers/{__version__} ({about})"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = lambda request: request  # or requests would look for a password in ~/.netrc
    return session


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """The body, decompressed, as it arrives: `iter_content` would wait until a piece is full."""
    try:
        while piece := response.raw.read1(_CHUNK, decode_content=True):
            yield piece
    except HTTPError as exc:
        raise requests.ConnectionError from exc


def _read(reply: Reply, read: Callable[[bytes], T]) -> T | FailedAttempt:
    try:
        return read(reply.body)
    except AnswerRejected as rejected:
        return rejected_answer(rejected, reply)


def _raise_failure(request: _Request, attempt: FailedAttempt, tries: int) -> NoReturn:
    if isinstance(attempt.cause, AnswerRejected):
        raise attempt.cause
    if attempt.offline:
        raise SourceUnavailable(attempt.reason) from attempt.cause
    effort = f" in {tries} tries; the last" if tries > 1 else ""
    message = f"{request.host} gave no answer{effort}: {attempt.reason}"
    if attempt.is_server_error or attempt.broke_off:
        raise AnswerFailed(message, attempt.reason) from attempt.cause
    raise SourceUnavailable(message) from attempt.cause


def _why_offline(exc: BaseException) -> str:
    """What the system says if a name cannot be looked up or no network leads there; empty otherwise."""
    for cause in _chain(exc):
        if isinstance(cause, OSError) and (isinstance(cause, socket.gaierror) or cause.errno in _NO_NETWORK):
            return (cause.strerror or "no network").lower()
    return ""


def _describe_cause(exc: BaseException) -> str:
    causes = tuple(_chain(exc))
    if any(isinstance(cause, TimeoutError | requests.Timeout) for cause in causes):
        return "no answer in time"
    spoken = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror)
    return next(spoken, "the connection broke off").lower()


def _chain(exc: BaseException | None) -> Iterator[BaseException]:
    while exc:
        yield exc
        exc = exc.__cause__ or exc.__context__
