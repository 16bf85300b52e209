"""Whose turn it is to ask arXiv: one process at a time, and each an interval after the one before.

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
    """Spaces the requests of all who share the file, which holds when the last of them ended, in
    seconds since 1970."""

    def __init__(self, file: Path, interval_seconds: float, clock: Clock) -> None:
        self.file = file
        self._interval = interval_seconds
        self._clock = clock

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a request may begin, and let no other begin before it ended. Raises OSError."""
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


def seconds_to_wait(last: float, now: float, interval: float) -> float:
    """Until a request may begin, `last` being the end of the one before. A clock that was set back
    costs one interval at most."""
    return min(interval, max(0.0, last + interval - now))


def _recorded(descriptor: int) -> float:
    """Minus infinity, which is long ago, where the file holds no moment."""
    try:
        last = float(os.pread(descriptor, 64, 0))
    except ValueError:
        return -math.inf
    return last if math.isfinite(last) else -math.inf
