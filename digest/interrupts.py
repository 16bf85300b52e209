"""SIGINT and SIGTERM: an end at once, but for the mail in hand, which is finished first."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(BaseException):
    """Somebody wants the program to end. No Exception, so that nothing takes it for a failure."""


class Interrupts:
    """Turns the two signals into Interrupted, raised wherever the program is: the state allows that.

    Inside `undisturbed` the first signal waits until the block is done; a second one does not.
    """

    def __init__(self) -> None:
        self._held_back = False
        self._wanted = False

    def install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        self._held_back = True
        try:
            yield
        finally:
            self._held_back = False
        if self._wanted:
            raise Interrupted

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._held_back and not self._wanted:
            self._wanted = True
        else:
            raise Interrupted
