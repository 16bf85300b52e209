"""SIGINT and SIGTERM end the program, but not in the middle of a mail; SIGHUP reloads the configuration."""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

logger = logging.getLogger(__name__)


class Interrupted(BaseException):
    """The program is asked to end. Not an Exception, so that no handler of failures catches it."""


class ShutdownSignals:
    """Raises Interrupted in the main thread on SIGINT or SIGTERM, wherever the program is.

    That is safe at any point, because the state is consistent after every transaction. `on_first` is
    called once, with the first signal.
    """

    def __init__(self) -> None:
        self.on_first: Callable[[], None] = lambda: None
        self._deferring: set[object] = set()
        self._received = False

    def install(self) -> None:
        """Handle both signals from now on. Must be called in the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    @contextmanager
    def signals_deferred(self) -> Iterator[None]:
        """Defer the first signal until the block ends, in any thread; a second one interrupts at once.

        After a signal, entering a block raises Interrupted, and so does leaving one.
        """
        block = object()
        self._deferring.add(block)
        try:
            self._raise_if_received()
            yield
        except Exception as exc:
            if self._received:
                raise Interrupted from exc
            raise
        finally:
            self._deferring.discard(block)
        self._raise_if_received()

    def _raise_if_received(self) -> None:
        if self._received:
            raise Interrupted

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        is_second, self._received = self._received, True
        if not is_second:
            self.on_first()
        if is_second or not self._deferring:
            raise Interrupted
        logger.warning("finishing the current mail; a second signal ends at once")


class ReloadSignal:
    """Remembers that SIGHUP arrived, until `consume` is called."""

    def __init__(self) -> None:
        self._received = False

    def install(self) -> None:
        """Handle SIGHUP from now on. Must be called in the main thread."""
        signal.signal(signal.SIGHUP, self._on_signal)

    def consume(self) -> bool:
        """Whether SIGHUP arrived since the last call."""
        received, self._received = self._received, False
        return received

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._received = True
