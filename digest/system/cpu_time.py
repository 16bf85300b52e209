"""A limit of CPU time for a piece of work in this process."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class CpuTimeExceeded(Exception):
    """The work took more CPU time than it may."""


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raises CpuTimeExceeded in the block once this process took so much CPU time. Main thread only."""
    before = signal.signal(signal.SIGPROF, _exceeded)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _exceeded(_number: int, _frame: FrameType | None) -> None:
    raise CpuTimeExceeded
