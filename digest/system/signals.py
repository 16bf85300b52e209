"""Signals. SIGINT and SIGTERM: an end at once, but for the mail in hand, which is finished first.
SIGHUP: a wish to read the configuration anew, which waits until it is asked for."""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

logger = logging.getLogger(__name__)


class Interrupted(BaseException):
    """Somebody wants the program to end. No Exception, so that nothing takes it for a failure."""


class ShutdownSignals:
    """Turns the two signals into Interrupted, raised wherever the program is: the state allows that.

    Inside `undisturbed`, in any thread, the first signal waits until the block is done; a second one
    does not. After it no such block begins any more. `on_first` is called at once with the first one.
    """

    def __init__(self) -> None:
        self.on_first: Callable[[], None] = lambda: None
        self._undisturbed: set[object] = set()
        self._wanted = False

    def install(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    @contextmanager
    def signals_deferred(self) -> Iterator[None]:
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
        if not again:
            self.on_first()
        if again or not self._undisturbed:
            raise Interrupted
        logger.warning("finishing the mail in hand; once more ends at once")


class ReloadSignal:
    """Keeps the wish that SIGHUP means."""

    def __init__(self) -> None:
        self._wanted = False

    def install(self) -> None:
        signal.signal(signal.SIGHUP, self._on_signal)

    def taken(self) -> bool:
        """Whether there was a signal since this was last asked."""
        wanted, self._wanted = self._wanted, False
        return wanted

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._wanted = True
