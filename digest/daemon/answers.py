"""Read the inbox every few minutes, between two ticks: never when mails are due."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from digest.domain.runs import UnreadInbox
from digest.domain.settings import Config
from digest.subscribers.reading import Reading
from digest.system.clock import Clock

logger = logging.getLogger(__name__)

READING_PAUSE = timedelta(minutes=5)
ALERT_AFTER = timedelta(days=1)
"""How long the inbox cannot be read before somebody is told."""

_LEAST_SECONDS = 15.0  # for less, the next pause between two ticks is waited for
_MARGIN_SECONDS = 5.0  # one message may take as much CPU time at the end

Read = Callable[[Config, float], Reading]
"""Reads the inbox of a configuration in so many seconds."""


class AnswerReader:
    """Reads the inbox when it is due. A failure is logged once for each cause, and so is its end."""

    def __init__(self, read: Read, clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._last: datetime | None = None
        self._failing_since: datetime | None = None
        self._problem = ""
        self._alerted_at: datetime | None = None
        self._told: set[str] = set()

    def read_if_due(self, config: Config) -> None:
        """Read it for as long as the minute lasts, if it is time. The rest is read in the next minute."""
        now = self._clock.now()
        seconds = 60.0 - now.second - now.microsecond / 1_000_000 - _MARGIN_SECONDS
        if config.inbox is None or seconds < _LEAST_SECONDS or self._pauses(now):
            return
        reading = self._read(config, seconds)
        for line in reading.lines:
            logger.info("%s", line)
        self._last = now if reading.complete or reading.problem else None
        self._note(reading, now)

    def alert(self, tell: Callable[[UnreadInbox], None]) -> None:
        """Tell once a day that it cannot be read, if it is so for a day. What `tell` raises, this raises."""
        now, since = self._clock.now(), self._failing_since
        if since is None or now - max(since, self._alerted_at or since) < ALERT_AFTER:
            return
        tell(UnreadInbox(since, self._problem))
        self._alerted_at = now

    def _pauses(self, now: datetime) -> bool:
        return self._last is not None and self._last <= now < self._last + READING_PAUSE

    def _note(self, reading: Reading, now: datetime) -> None:
        problem = reading.problem
        if problem is None:
            if self._told:
                logger.info("the inbox can be read again")
            self._told.clear()
            self._failing_since = self._alerted_at = None
            return
        self._problem = str(problem)
        self._failing_since = self._failing_since or now
        if str(problem) not in self._told:
            self._told.add(str(problem))
            logger.warning("%s (%s)", problem, problem.hint)
