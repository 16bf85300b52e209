"""The machine's clock. No other module reads the time or sleeps."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

_PIECE_SECONDS = 1.0


class SystemClock:
    """The machine's clock; with `started_at` (aware) it shows that moment now and goes on from it.

    While it sleeps, it calls `on_wait` once a second with the seconds that are left, and at the end with 0.
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
    """What the program needs of a clock. Tests have their own."""

    def now(self) -> datetime:
        """The current time, aware and in UTC; with DIGEST_NOW, as if the program had started then."""

    def epoch_seconds(self) -> float:
        """Real seconds since 1970, the same for all processes of the machine, whatever DIGEST_NOW says."""

    def sleep(self, seconds: float) -> None:
        """Wait for so many real seconds."""
