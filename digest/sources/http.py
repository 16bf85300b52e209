"""Questions to arXiv, asked politely: one at a time, spaced, patient, and with a limit to everything.

Terms: https://info.arxiv.org/help/api/tou.html
"""

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import NoReturn, TypeVar

import requests
from urllib3.exceptions import HTTPError

from digest import __version__
from digest.domain.settings import ArxivSettings
from digest.errors import AnswerRejected, SourceUnavailable
from digest.sources.rate_limit import RateLimiter
from digest.sources.retry_policy import (
    LARGEST_ANSWER,
    UNREACHED_PAUSE,
    CircuitBreaker,
    FailedAttempt,
    Reply,
    backoff,
    failed_attempt_of,
    host_of,
    rejected_answer,
)
from digest.system.clock import Clock

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

TIMEOUT = (10.0, 60.0)
"""Seconds for a connection to stand, and of silence while an answer comes."""

LONGEST_ANSWER = 300.0
"""Seconds that the body may take: a server that lets it drip would keep all other processes waiting."""

_CHUNK = 2**16

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
    """Asks arXiv, never more than one question at a time over all processes that share the pace file.

    Serves one run: where arXiv refuses to answer time after time, it is left alone from then on.
    `contact`, in ASCII, tells arXiv's operators whom to write to. `jitter` draws from [0, 1).
    """

    def __init__(
        self,
        settings: ArxivSettings,
        pace_file: Path,
        clock: Clock,
        *,
        contact: str = "",
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._retry_scale = settings.retry_scale
        self._pace = RateLimiter(pace_file, settings.interval_seconds, clock)
        self._breaker = CircuitBreaker()
        self._clock = clock
        self._jitter = jitter
        self._session = _session(contact)

    def ask(self, url: str, parameters: Mapping[str, str], read: Callable[[bytes], T]) -> T:
        """POST the parameters as a form and give the body to `read`, whose result is returned.

        Where there is no answer, or `read` raises AnswerRejected, the question is asked again after
        a pause. Raises SourceUnavailable, or what `read` raised last.
        """
        return self._insist(_Request("POST", url, parameters), read)

    def fetch(self, url: str, read: Callable[[bytes], T]) -> T:
        """GET the address; the rest is as with `ask`."""
        return self._insist(_Request("GET", url), read)

    def close(self) -> None:
        self._session.close()

    def _insist(self, request: _Request, read: Callable[[bytes], T]) -> T:
        self._breaker.require_closed()
        tries = 1
        while isinstance(outcome := self._try(request, read), FailedAttempt):
            self._breaker.note(outcome)
            self._rest(request, outcome, tries)
            tries += 1
        self._breaker.note(None)
        return outcome

    def _try(self, request: _Request, read: Callable[[bytes], T]) -> T | FailedAttempt:
        try:
            with self._pace.turn():
                reply = self._exchange(request)
        except requests.RequestException as exc:
            return failed_attempt_from(exc)
        except OSError as exc:  # all that is left is the pace file
            raise SourceUnavailable(f"{self._pace.file}: {exc.strerror}") from exc
        _LOG.debug("%s answered %d with %d bytes", request.host, reply.status, len(reply.body))
        attempt = failed_attempt_of(reply, self._clock.epoch_seconds())
        return attempt if attempt else _believed(reply, read)

    def _exchange(self, request: _Request) -> Reply:
        with self._session.request(
            request.method, request.url, data=request.form, timeout=TIMEOUT, stream=True
        ) as response:
            return Reply(
                status=response.status_code,
                body=self._body(response),
                retry_after=response.headers.get("Retry-After", ""),
                location=response.headers.get("Location", ""),
            )

    def _body(self, response: requests.Response) -> bytes:
        """As much of it, decompressed, as shows whether it is too long."""
        ends_at = self._clock.epoch_seconds() + LONGEST_ANSWER
        body = bytearray()
        for piece in _pieces(response):
            body += piece
            if len(body) > LARGEST_ANSWER:
                break
            if self._clock.epoch_seconds() > ends_at:
                raise requests.Timeout
        return bytes(body)

    def _rest(self, request: _Request, attempt: FailedAttempt, tries: int) -> None:
        """Wait for the next try. Raises where there is none."""
        pause = backoff(attempt, tries, self._jitter())
        if pause is None:
            _give_up(request, attempt, tries)
        self._breaker.require_closed()
        seconds = pause * self._retry_scale
        _LOG.warning("%s: %s; next try in %.0f s", request.host, attempt.reason, seconds)
        self._clock.sleep(seconds)


def failed_attempt_from(exc: requests.RequestException) -> FailedAttempt:
    """What an exchange means that did not come to its end."""
    if isinstance(exc, _BAD_ADDRESS):
        return FailedAttempt("the address cannot be used", None, cause=exc)
    return FailedAttempt(_cause_in_words(exc), UNREACHED_PAUSE, cause=exc)


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """No redirect is followed: its target would be asked out of turn."""


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


def _believed(reply: Reply, read: Callable[[bytes], T]) -> T | FailedAttempt:
    try:
        return read(reply.body)
    except AnswerRejected as rejected:
        return rejected_answer(rejected, reply)


def _give_up(request: _Request, attempt: FailedAttempt, tries: int) -> NoReturn:
    if isinstance(attempt.cause, AnswerRejected):
        raise attempt.cause
    effort = f" in {tries} tries; the last" if tries > 1 else ""
    raise SourceUnavailable(f"{request.host} gave no answer{effort}: {attempt.reason}") from attempt.cause


def _cause_in_words(exc: BaseException) -> str:
    causes = tuple(_chain(exc))
    if any(isinstance(cause, TimeoutError | requests.Timeout) for cause in causes):
        return "no answer in time"
    spoken = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror)
    return next(spoken, "the connection broke off").lower()


def _chain(exc: BaseException | None) -> Iterator[BaseException]:
    while exc:
        yield exc
        exc = exc.__cause__ or exc.__context__
