"""Limit the rate of requests: one process at a time, and an interval after each request.

Terms: https://info.arxiv.org/help/api/tou.html
"""

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path

from digest.system.clock import Clock
from digest.system.locks import exclusive_lock


class RateLimiter:
    """Spaces the requests of all processes that share the file.

    The file has the end of the last request, in seconds since 1970.
    """

    def __init__(self, file: Path, interval_seconds: float, clock: Clock) -> None:
        self.file = file
        self._interval = interval_seconds
        self._clock = clock

    @contextlib.contextmanager
    def slot(self) -> Iterator[None]:
        """Wait until a request may begin; no other begins before the block ends. Raises OSError."""
        with exclusive_lock(self.file, wait=True) as descriptor:
            wait = seconds_to_wait(_recorded(descriptor), self._clock.epoch_seconds(), self._interval)
            self._clock.sleep(wait)  # also for 0 seconds, which is a sign of life (SystemClock.on_wait)
            self._record(descriptor)  # so that it counts if the process is killed during the request
            try:
                yield
            finally:
                self._record(descriptor)

    def _record(self, descriptor: int) -> None:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(self._clock.epoch_seconds()).encode(), 0)


def seconds_to_wait(last: float, now: float, interval: float) -> float:
    """Seconds until a request may begin; `last` is the end of the one before.

    After a clock was set back, at most one interval.
    """
    return min(interval, max(0.0, last + interval - now))


def _recorded(descriptor: int) -> float:
    """The end of the last request; minus infinity if the file has none."""
    try:
        last = float(os.pread(descriptor, 64, 0))
    except ValueError:
        return -math.inf
    return last if math.isfinite(last) else -math.inf
