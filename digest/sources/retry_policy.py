"""Decide after each reply whether and when to try again, and when to stop all requests."""

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from digest.errors import AnswerBroken, AnswerRejected, SourceUnavailable
from digest.system.exchange import Failure, NoReply, Reply

MAX_TRIES = 4
"""How often one request is made, as long as it gets no answer or a rejected one."""

MAX_FAILURES_IN_A_ROW = 6
"""After so many failures in a row, over all requests, the circuit breaker opens."""

MAX_LOST_SECONDS = 4_500.0
"""After so much time for exchanges without a reply, too. To find one paper at which arXiv hangs among 2,000
takes 14 of them at most; each ends after a minute of silence, or after five minutes whatever comes."""

BUSY_PAUSE = 30.0
"""Seconds before the second try where the server is busy; each further pause is twice as long."""

UNREACHABLE_PAUSE = 5.0
"""The same where the connection fails."""

MAX_PAUSE = 900.0
"""The longest pause, in seconds. Where Retry-After asks for more, there is no further try."""

MAX_ANSWER_BYTES = 40 * 2**20
"""After decompression. 2,000 papers are 6 MB, with collaborations of 3,000 authors far more."""

TOO_LARGE = "too large"
"""The reason of AnswerRejected for a longer answer."""

_BUSY = frozenset({406, 429, 500, 502, 503, 504})
_ANSWERS = frozenset({200, 400})  # arXiv's error feeds have status 400


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """Why a try failed, and the least pause in seconds before the next one; None: another try is useless."""

    reason: str
    pause: float | None
    at_least: float = 0.0
    """Seconds that the server asks us to wait (Retry-After)."""
    forbidden: bool = False
    """The server refuses every request of ours (403)."""
    cause: Exception | None = None

    status: int = 0
    """The status of the answer, if that is what failed."""
    unfinished: bool = False
    """The request was sent, and the answer did not come to its end, in time or at all."""
    offline: bool = False
    """No way leads to the server: it is most likely this machine that has no network."""
    lost_seconds: float = 0.0
    """How long there was no reply."""

    @property
    def is_rejected_answer(self) -> bool:
        """Whether the server answered, but with something that cannot be true."""
        return isinstance(self.cause, AnswerRejected)

    @property
    def is_server_error(self) -> bool:
        """Whether the server failed; it did not if it asks us to wait."""
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not self.at_least

    @property
    def may_be_one_item(self) -> bool:
        """Whether one item of the answer may be the cause; a server that is too busy says 503."""
        is_busy = self.status == HTTPStatus.SERVICE_UNAVAILABLE
        broken = self.unfinished or isinstance(self.cause, AnswerBroken)
        return broken or (self.is_server_error and not is_busy)


class CircuitBreaker:
    """Stops all requests of a run after several failures in a row."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._lost_seconds = 0.0
        self._why_open = ""

    def note(self, attempt: FailedAttempt | None) -> None:
        """Count how a try ended: with a failure, or well (None)."""
        if attempt is None or attempt.is_rejected_answer:
            self._in_a_row = 0
            return
        self._in_a_row += 1
        self._lost_seconds += attempt.lost_seconds
        if attempt.forbidden:
            self._why_open = "arXiv is left alone for this run: it refuses us (403)"
        elif self._in_a_row >= MAX_FAILURES_IN_A_ROW or self._lost_seconds >= MAX_LOST_SECONDS:
            why = f"arXiv is left alone for this run: {attempt.reason}"
            self._why_open = attempt.reason if attempt.offline else why

    def require_closed(self) -> None:
        """Raises SourceUnavailable if no request may be made any more; it says how the last one failed."""
        if self._why_open:
            raise SourceUnavailable(self._why_open)


def failed_attempt_from(exc: NoReply) -> FailedAttempt:
    """The failure of an exchange without a reply."""
    offline = exc.failure is Failure.OFFLINE
    return FailedAttempt(
        f"arXiv cannot be reached: {exc.reason}; is this machine online?" if offline else exc.reason,
        pause=None if exc.failure is Failure.BAD_ADDRESS else UNREACHABLE_PAUSE,
        cause=exc,
        unfinished=exc.failure is Failure.UNFINISHED,
        offline=offline,
        lost_seconds=exc.seconds,
    )


def failed_attempt_of(reply: Reply, now: float) -> FailedAttempt | None:
    """The failure that a reply is, `now` in seconds since 1970; None if its body can be read."""
    if reply.status in _BUSY:
        at_least = _retry_after_seconds(reply.retry_after, now)
        return FailedAttempt(reply.words, BUSY_PAUSE, at_least, status=reply.status)
    if reply.status == HTTPStatus.FORBIDDEN:
        return FailedAttempt("arXiv refuses us (403)", None, forbidden=True)
    if 300 <= reply.status < 400:
        return FailedAttempt(f"{reply.status} redirects to {host_of(reply.location)}", None)
    if reply.status not in _ANSWERS:
        return FailedAttempt(reply.words, None, status=reply.status)
    if reply.body.strip() == b"Rate exceeded.":
        return FailedAttempt("rate exceeded", BUSY_PAUSE, _retry_after_seconds(reply.retry_after, now))
    if len(reply.body) > MAX_ANSWER_BYTES:
        return rejected_answer(AnswerRejected(TOO_LARGE, f"more than {MAX_ANSWER_BYTES} bytes"), reply)
    return None


def rejected_answer(rejected: AnswerRejected, reply: Reply) -> FailedAttempt:
    """The failure of an answer that was rejected. With status 400 the request is wrong: no further try."""
    pause = None if reply.status == HTTPStatus.BAD_REQUEST else BUSY_PAUSE
    return FailedAttempt(str(rejected), pause, cause=rejected)


def backoff(attempt: FailedAttempt, tries: int, jitter: float) -> float | None:
    """Seconds until the next try, after `tries` and with `jitter` from [0, 1); None: no further try.

    Never shorter than Retry-After.
    """
    if attempt.pause is None or tries >= MAX_TRIES or attempt.at_least > MAX_PAUSE:
        return None
    growing = attempt.pause * 2.0 ** (tries - 1) * (1 + jitter / 2)
    return max(attempt.at_least, min(growing, MAX_PAUSE))


def host_of(url: str) -> str:
    """The host of an address for log lines and errors: the rest may contain a password."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return host if re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host) else "elsewhere"


def _retry_after_seconds(retry_after: str, now: float) -> float:
    """Seconds of a Retry-After header, a number or a date (RFC 9110, section 10.2.3); 0 if it is neither."""
    if re.fullmatch(r"[0-9]+", retry_after):
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):  # the year 99999999999999999999
        return 0.0
    return max(0.0, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now)
