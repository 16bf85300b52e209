"""SIGINT and SIGTERM: an end at once, but for the mail in hand, which is finished first."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

logger = logging.getLogger(__name__)


class Interrupted(BaseException):
    """Somebody wants the program to end. No Exception, so that nothing takes it for a failure."""


class Interrupts:
    """Turns the two signals into Interrupted, raised wherever the program is: the state allows that.

    Inside `undisturbed`, in any thread, the first signal waits until the block is done; a second one
    does not. After it no such block begins any more.
    """

    def __init__(self) -> None:
        self._undisturbed: set[object] = set()
        self._wanted = False

    def install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        block = object()
        self._undisturbed.add(block)
        try:
            self._end_if_wanted()
            yield
        except Exception as exc:
            if self._wanted:
                raise Interrupted from exc
            raise
        finally:
            self._undisturbed.discard(block)
        self._end_if_wanted()

    def _end_if_wanted(self) -> None:
        if self._wanted:
            raise Interrupted

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        again, self._wanted = self._wanted, True
        if again or not self._undisturbed:
            raise Interrupted
        logger.warning("finishing the mail in hand; once more ends at once")
