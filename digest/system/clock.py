"""The only place that asks what time it is, or sleeps."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

_PIECE_SECONDS = 1.0


class SystemClock:
    """The machine's clock; given `started_at`, one that shows that moment now and runs on from there.

    While it sleeps, it tells `on_wait` once a second how many seconds are left, at the end 0.
    """

    def __init__(self, started_at: datetime | None = None) -> None:
        self._shift = started_at - datetime.now(UTC) if started_at else timedelta(0)
        self.on_wait: Callable[[float], None] = lambda _seconds: None

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def epoch_seconds(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            self.on_wait(left)
            time.sleep(min(left, _PIECE_SECONDS))
        self.on_wait(0.0)


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, in UTC; in a rehearsal, the moment that is rehearsed."""

    def epoch_seconds(self) -> float:
        """Real seconds since 1970, the same for all processes of the machine."""

    def sleep(self, seconds: float) -> None: ...
