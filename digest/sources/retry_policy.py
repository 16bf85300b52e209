"""What a reply of arXiv means for the next try: whether there is one, when, and when to leave arXiv alone."""

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from digest.errors import AnswerRejected, SourceUnavailable
from digest.sources.arxiv.validation import RejectionReason

TRIES = 4
"""How often one question is asked that gets no answer, or none that is believed."""

SETBACKS_IN_A_ROW = 6
"""After so many, over all questions, arXiv is left alone."""

BUSY_PAUSE = 30.0
"""Seconds before the second try where arXiv answers, but not well; each further pause is twice as long."""

UNREACHED_PAUSE = 5.0
"""The same where the connection fails."""

LONGEST_WAIT = 900.0
"""Seconds that a pause grows to at most; where Retry-After asks for more, we give up."""

LARGEST_ANSWER = 40 * 2**20
"""Bytes after decompression; 2,000 papers are 6 MB, with collaborations of 3,000 authors far more."""

_BUSY = frozenset({406, 429, 500, 502, 503, 504})

_ANSWERS = frozenset({200, 400})  # arXiv's error feeds have status 400


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the body decompressed and, where it is too long, cut behind LARGEST_ANSWER."""

    status: int
    body: bytes
    retry_after: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """Why a try brought nothing. `pause` None: asking again is no use."""

    reason: str
    pause: float | None
    at_least: float = 0.0
    """Seconds that arXiv asks us to wait."""
    forbidden: bool = False
    """Whatever else we ask is refused as well."""
    cause: Exception | None = None

    @property
    def disbelieved(self) -> bool:
        """arXiv does serve us, but not with an answer that can be true."""
        return isinstance(self.cause, AnswerRejected)


class CircuitBreaker:
    """Leaves arXiv alone where it refuses to answer time after time, whatever the question."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._why_open = ""

    def note(self, attempt: FailedAttempt | None) -> None:
        """Take in how a try ended: with a setback, or well (None)."""
        if attempt is None or attempt.disbelieved:
            self._in_a_row = 0
            return
        self._in_a_row += 1
        if attempt.forbidden:
            self._why_open = "after it refused us (403)"
        elif self._in_a_row >= SETBACKS_IN_A_ROW:
            self._why_open = f"after {self._in_a_row} refusals in a row"

    def require_closed(self) -> None:
        """Raises SourceUnavailable if arXiv is to be left alone."""
        if self._why_open:
            raise SourceUnavailable(f"arXiv is left alone for this run, {self._why_open}")


def failed_attempt_of(reply: Reply, now: float) -> FailedAttempt | None:
    """What a reply means, `now` in seconds since 1970; None if it is an answer that can be read."""
    if reply.status in _BUSY:
        return FailedAttempt(_words(reply.status), BUSY_PAUSE, _seconds_asked(reply.retry_after, now))
    if reply.status == HTTPStatus.FORBIDDEN:
        return FailedAttempt("arXiv refuses us (403)", None, forbidden=True)
    if 300 <= reply.status < 400:
        return FailedAttempt(f"{reply.status} redirects to {host_of(reply.location)}", None)
    if reply.status not in _ANSWERS:
        return FailedAttempt(_words(reply.status), None)
    if reply.body.strip() == b"Rate exceeded.":
        return FailedAttempt("rate exceeded", BUSY_PAUSE, _seconds_asked(reply.retry_after, now))
    if len(reply.body) > LARGEST_ANSWER:
        return rejected_answer(
            AnswerRejected(RejectionReason.TOO_LARGE, f"more than {LARGEST_ANSWER} bytes"), reply
        )
    return None


def rejected_answer(rejected: AnswerRejected, reply: Reply) -> FailedAttempt:
    """Status 400 says that the question is at fault: asked again, it brings the same."""
    pause = None if reply.status == HTTPStatus.BAD_REQUEST else BUSY_PAUSE
    return FailedAttempt(str(rejected), pause, cause=rejected)


def backoff(attempt: FailedAttempt, tries: int, jitter: float) -> float | None:
    """Seconds until the next try after so many; None to give up. Never shorter than Retry-After."""
    if attempt.pause is None or tries >= TRIES or attempt.at_least > LONGEST_WAIT:
        return None
    growing = attempt.pause * 2.0 ** (tries - 1) * (1 + jitter / 2)
    return max(attempt.at_least, min(growing, LONGEST_WAIT))


def host_of(url: str) -> str:
    """The host alone, for log lines and errors: the rest of an address may hold a password."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return host if re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host) else "elsewhere"


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
