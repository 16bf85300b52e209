"""Questions to arXiv, asked politely: one at a time, spaced, patient, and with a limit to everything.

Terms: https://info.arxiv.org/help/api/tou.html
"""

import contextlib
import logging
import math
import os
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import requests

from digest import __version__
from digest.errors import AnswerRejected, SourceUnavailable
from digest.files import exclusive_lock
from digest.models import ArxivSettings
from digest.protocols import Clock
from digest.sources.trust import Verdict

TRIES = 4
"""How often one question is asked that gets no answer."""
DISBELIEVED_TRIES = 3
"""How often one question is asked whose answers are not believed."""
BUSY_PAUSE = 30.0
"""Seconds before the second try where arXiv answers, but not well; each further pause is twice as long."""
UNREACHED_PAUSE = 5.0
"""The same where the connection fails."""
LONGEST_WAIT = 900.0
"""More seconds than this we do not wait, even where Retry-After asks for it: we give up."""
TIMEOUT = (10.0, 60.0)
"""Seconds for a connection to stand, and of silence while an answer comes."""
LARGEST_ANSWER = 40 * 2**20
"""Bytes after decompression; 500 papers are 1.5 MB, with collaborations of 3,000 authors far more."""

_CHUNK = 2**16
_BUSY = frozenset({406, 429, 500, 502, 503, 504})
_ANSWERS = frozenset({200, 400})  # arXiv's error feeds have status 400
_BAD_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)
_LOG = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the body decompressed and, where it is too long, cut behind LARGEST_ANSWER."""

    status: int
    body: bytes
    retry_after: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class Setback:
    """Why a try brought nothing. `pause` None: asking again is no use."""

    reason: str
    pause: float | None
    at_least: float = 0.0
    """Seconds that arXiv asks us to wait."""
    tries: int = TRIES
    cause: Exception | None = None


class ArxivClient:
    """Asks arXiv, never more than one question at a time over all processes that share the pace file.

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
        self._pace = _Pace(pace_file, settings.interval_seconds, clock)
        self._clock = clock
        self._jitter = jitter
        self._session = _session(contact)

    def ask(self, url: str, parameters: Mapping[str, str], read: Callable[[bytes], T]) -> T:
        """POST the parameters as a form and give the body to `read`, whose result is returned.

        Where there is no answer, or `read` raises AnswerRejected, the question is asked again after
        a pause. Raises SourceUnavailable, or what `read` raised last.
        """
        tries = 1
        while isinstance(outcome := self._try(url, parameters, read), Setback):
            pause = pause_after(outcome, tries, self._jitter())
            if pause is None:
                _give_up(_host(url), outcome, tries)
            self._rest(_host(url), outcome, pause * self._retry_scale)
            tries += 1
        return outcome

    def close(self) -> None:
        self._session.close()

    def _try(self, url: str, parameters: Mapping[str, str], read: Callable[[bytes], T]) -> T | Setback:
        try:
            with self._pace.turn():
                reply = self._exchange(url, parameters)
        except requests.RequestException as exc:
            return setback_of_failure(exc)
        except OSError as exc:  # all that is left is the pace file
            raise SourceUnavailable(f"{self._pace.file}: {exc.strerror}") from exc
        _LOG.debug("%s answered %d with %d bytes", _host(url), reply.status, len(reply.body))
        setback = setback_of_reply(reply, self._clock.epoch_seconds())
        return setback if setback else _believed(reply, read)

    def _exchange(self, url: str, parameters: Mapping[str, str]) -> Reply:
        with self._session.post(url, data=parameters, timeout=TIMEOUT, stream=True) as response:
            return Reply(
                status=response.status_code,
                body=_body(response),
                retry_after=response.headers.get("Retry-After", ""),
                location=response.headers.get("Location", ""),
            )

    def _rest(self, host: str, setback: Setback, seconds: float) -> None:
        _LOG.warning("%s: %s; next try in %.0f s", host, setback.reason, seconds)
        self._clock.sleep(seconds)


def setback_of_reply(reply: Reply, now: float) -> Setback | None:
    """What a reply means, `now` in seconds since 1970; None if it is an answer that can be read."""
    if reply.status in _BUSY:
        return Setback(_words(reply.status), BUSY_PAUSE, _seconds_asked(reply.retry_after, now))
    if reply.status == HTTPStatus.FORBIDDEN:
        return Setback("arXiv refuses us (403)", None)
    if 300 <= reply.status < 400:
        return Setback(f"{reply.status} redirects to {_host(reply.location)}", None)
    if reply.status not in _ANSWERS:
        return Setback(_words(reply.status), None)
    if reply.body.strip() == b"Rate exceeded.":
        return Setback("rate exceeded", BUSY_PAUSE, _seconds_asked(reply.retry_after, now))
    if len(reply.body) > LARGEST_ANSWER:
        return _disbelief(AnswerRejected(Verdict.TOO_LARGE, f"more than {LARGEST_ANSWER} bytes"), reply)
    return None


def setback_of_failure(exc: requests.RequestException) -> Setback:
    """What an exchange means that did not come to its end."""
    if isinstance(exc, _BAD_ADDRESS):
        return Setback("the address cannot be used", None, cause=exc)
    return Setback(_cause_in_words(exc), UNREACHED_PAUSE, cause=exc)


def pause_after(setback: Setback, tries: int, jitter: float) -> float | None:
    """Seconds until the next try after so many; None to give up. Never shorter than Retry-After."""
    if setback.pause is None or tries >= setback.tries or setback.at_least > LONGEST_WAIT:
        return None
    return max(setback.at_least, setback.pause * 2.0 ** (tries - 1) * (1 + jitter / 2))


def seconds_to_wait(last: float, now: float, interval: float) -> float:
    """Until a request may begin, `last` being the end of the one before. A clock that was set back
    costs one interval at most."""
    return min(interval, max(0.0, last + interval - now))


class _Pace:
    """Whose turn it is. The file holds when the last request ended, in seconds since 1970."""

    def __init__(self, file: Path, interval_seconds: float, clock: Clock) -> None:
        self.file = file
        self._interval = interval_seconds
        self._clock = clock

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        with exclusive_lock(self.file, wait=True) as descriptor:
            wait = seconds_to_wait(_recorded(descriptor), self._clock.epoch_seconds(), self._interval)
            if wait:
                self._clock.sleep(wait)
            self._record(descriptor)  # counts if we are killed during the request
            try:
                yield
            finally:
                self._record(descriptor)

    def _record(self, descriptor: int) -> None:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(self._clock.epoch_seconds()).encode(), 0)


def _recorded(descriptor: int) -> float:
    """Minus infinity, which is long ago, where the file holds no moment."""
    try:
        last = float(os.pread(descriptor, 64, 0))
    except ValueError:
        return -math.inf
    return last if math.isfinite(last) else -math.inf


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


def _body(response: requests.Response) -> bytes:
    """As much of it, decompressed, as shows whether it is too long."""
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            break
    return bytes(body)


def _believed(reply: Reply, read: Callable[[bytes], T]) -> T | Setback:
    try:
        return read(reply.body)
    except AnswerRejected as rejected:
        return _disbelief(rejected, reply)


def _disbelief(rejected: AnswerRejected, reply: Reply) -> Setback:
    """Status 400 says that the question is at fault: asked again, it brings the same."""
    pause = None if reply.status == HTTPStatus.BAD_REQUEST else BUSY_PAUSE
    return Setback(str(rejected), pause, tries=DISBELIEVED_TRIES, cause=rejected)


def _give_up(host: str, setback: Setback, tries: int) -> NoReturn:
    if isinstance(setback.cause, AnswerRejected):
        raise setback.cause
    effort = f" in {tries} tries; the last" if tries > 1 else ""
    raise SourceUnavailable(f"{host} gave no answer{effort}: {setback.reason}") from setback.cause


def _seconds_asked(retry_after: str, now: float) -> float:
    """Seconds of a Retry-After header, a number or a date (RFC 9110, section 10.2.3); 0 without sense."""
    if re.fullmatch(r"[0-9]+", retry_after):
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    return max(0.0, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now)


def _words(status: int) -> str:
    """The status with our phrase for it, not with the remote one."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return host if re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host) else "elsewhere"


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
