"""Make HTTP requests within arXiv's terms: one at a time, rate limited, retried, everything limited.

Terms: https://info.arxiv.org/help/api/tou.html
"""

import logging
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn, TypeVar

from digest import __version__
from digest.domain.settings import ArxivSettings
from digest.errors import AnswerFailed, AnswerRejected, SourceUnavailable
from digest.sources.rate_limit import RateLimiter
from digest.sources.retry_policy import (
    MAX_ANSWER_BYTES,
    MAX_TRIES,
    CircuitBreaker,
    FailedAttempt,
    backoff,
    failed_attempt_from,
    failed_attempt_of,
    host_of,
    rejected_answer,
)
from digest.system.clock import Clock
from digest.system.exchange import Limits, NoReply, Reply, Request, exchange
from digest.system.remedies import remedy, said

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

SILENT_SECONDS = (10.0, 60.0)
"""Until a connection is open, and without a byte of the answer."""

MAX_SECONDS = 300.0
"""For one exchange, name and last byte included: all other processes wait meanwhile."""


class ArxivClient:
    """Makes one request at a time, over all processes that share the rate limit file.

    For one run: once the circuit breaker is open, it stays so. `contact` is an address in ASCII for arXiv's
    operators. `jitter` draws from [0, 1). One request may take `max_seconds`.
    """

    def __init__(
        self,
        settings: ArxivSettings,
        rate_limit_file: Path,
        clock: Clock,
        *,
        contact: str = "",
        jitter: Callable[[], float] = random.random,
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        self._retry_scale = settings.retry_scale
        self._rate_limiter = RateLimiter(rate_limit_file, settings.interval_seconds, clock)
        self._breaker = CircuitBreaker()
        self._clock = clock
        self._jitter = jitter
        about = f"self-hosted arXiv digest; {contact}" if contact else "self-hosted arXiv digest"
        self._headers = {"User-Agent": f"daily-papers/{__version__} ({about})"}
        self._limits = Limits(max_seconds, SILENT_SECONDS, MAX_ANSWER_BYTES)
        self.requests = 0
        """How many were sent, retries included."""

    def post(
        self, url: str, parameters: Mapping[str, str], read: Callable[[bytes], T], tries: int = MAX_TRIES
    ) -> T:
        """POST the parameters as a form; returns what `read` makes of the body.

        Tries again after a pause where there is no answer, or `read` raises AnswerRejected; at most `tries`
        times where one item of the answer may be the cause. Raises SourceUnavailable (AnswerFailed after
        server errors and answers without end), or the last AnswerRejected of `read`.
        """
        return self._retry(Request("POST", url, self._headers, parameters), read, tries)

    def get(self, url: str, read: Callable[[bytes], T]) -> T:
        """GET the address; otherwise like `post`."""
        return self._retry(Request("GET", url, self._headers), read, MAX_TRIES)

    def _retry(self, request: Request, read: Callable[[bytes], T], most: int) -> T:
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

    def _try(self, request: Request, read: Callable[[bytes], T]) -> T | FailedAttempt:
        try:
            with self._rate_limiter.slot():
                self.requests += 1
                reply = exchange(request, self._limits)
        except NoReply as exc:
            return failed_attempt_from(exc)
        except OSError as exc:  # all that is left is the rate limit file
            unavailable = SourceUnavailable(f"{self._rate_limiter.file}: {said(exc)}")
            unavailable.hint = remedy(exc)
            raise unavailable from exc
        _LOG.debug("%s answered %d with %d bytes", host_of(request.url), reply.status, len(reply.body))
        attempt = failed_attempt_of(reply, self._clock.epoch_seconds())
        return attempt if attempt else _read(reply, read)

    def _pause(self, request: Request, attempt: FailedAttempt, tries: int) -> None:
        """Sleep until the next try. Raises SourceError if there is none."""
        pause = backoff(attempt, tries, self._jitter())
        if pause is None:
            _raise_failure(request, attempt, tries)
        self._breaker.require_closed()
        seconds = pause * self._retry_scale
        _LOG.warning("%s: %s; next try in %.0f s", host_of(request.url), attempt.reason, seconds)
        self._clock.sleep(seconds)


def _read(reply: Reply, read: Callable[[bytes], T]) -> T | FailedAttempt:
    try:
        return read(reply.body)
    except AnswerRejected as rejected:
        return rejected_answer(rejected, reply)


def _raise_failure(request: Request, attempt: FailedAttempt, tries: int) -> NoReturn:
    if isinstance(attempt.cause, AnswerRejected):
        raise attempt.cause
    if attempt.offline:
        raise SourceUnavailable(attempt.reason) from attempt.cause
    effort = f" in {tries} tries; the last" if tries > 1 else ""
    message = f"{host_of(request.url)} gave no answer{effort}: {attempt.reason}"
    if attempt.is_server_error or attempt.unfinished:
        raise AnswerFailed(message, attempt.reason) from attempt.cause
    raise SourceUnavailable(message) from attempt.cause
