"""Records what became of each mail. What the state cannot take just then is kept, and recorded before
anything else is sent."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Timer
from typing import Protocol

from digest.domain.mails import Attempt
from digest.errors import StoreError
from digest.pipeline.ports import MailStore
from digest.system.clock import Clock

logger = logging.getLogger(__name__)

PAUSES_SECONDS = (1, 2, 4, 8, 15, 30)
"""Between attempts to record: a minute in all. Each attempt waits half a minute for a lock, so that a lock is
waited for some four minutes: less than the program has to end (`TimeoutStopSec`)."""

KEPT_AFTER_SECONDS = 1.0
"""A result that the state takes longer for is kept meanwhile: the program may be killed while it waits."""


class Journal(Protocol):
    """Keeps what became of mails beside the state, while the state cannot be written."""

    def reserve(self) -> None:
        """Take the room for it, so that nothing refuses it later. Raises StoreError."""

    def keep(self, attempts: Sequence[Attempt]) -> None:
        """Keep these and no others, until the state is opened again. Raises StoreError."""

    def clear(self) -> None:
        """Keep nothing: the state has it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    label: str
    attempt: Attempt


@dataclass(slots=True)
class Results:
    """The results of one run's attempts, from any thread."""

    store: MailStore
    journal: Journal
    clock: Clock
    kept_after: float = KEPT_AFTER_SECONDS
    _unrecorded: list[_Entry] = field(default_factory=list, init=False)
    _trouble: BaseException | None = field(default=None, init=False)
    """Why not all is recorded; until it is."""
    _is_kept: bool = field(default=False, init=False)
    """Whether the journal holds what is not recorded."""
    _given_up: bool = field(default=False, init=False)
    _changing: Lock = field(default_factory=Lock, init=False)
    """Held while these fields and the journal change."""
    _recording: Lock = field(default_factory=Lock, init=False)
    """Held by the thread that writes to the state, or waits until it can."""

    def get_ready(self) -> None:
        """Wait until all results are recorded, and have room to keep another one. Raises StoreError if that
        cannot be: nothing more may be sent then."""
        with self._recording:
            self._record_patiently()
            self.journal.reserve()

    def record(self, label: str, attempt: Attempt) -> None:
        """Record how an attempt ended; `label` is the subscriber's. Raises StoreError if the state cannot be
        written, nor a minute later: the result is kept then."""
        with self._changing:
            self._unrecorded.append(_Entry(label, attempt))
            if self._is_kept:
                self._keep([self._unrecorded[-1]] if self._trouble else [])
        with self._kept_meanwhile(), self._recording:
            self._record_patiently()

    @contextmanager
    def _kept_meanwhile(self) -> Iterator[None]:
        """Keep what is not recorded in time. Its thread is over when the block ends."""
        timer = Timer(self.kept_after, self._keep_silently)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _keep_silently(self) -> None:
        with self._changing:
            if self._unrecorded and not self._is_kept:
                self._keep([])

    def _record_patiently(self) -> None:
        if self._given_up and self._trouble:
            raise self._trouble
        for pause in PAUSES_SECONDS:
            try:
                return self._record_all()
            except StoreError:
                self.clock.sleep(pause)
        self._given_up = True
        self._record_all()
        self._given_up = False
        return None

    def _record_all(self) -> None:
        """Raises StoreError. Results are kept also if a second signal ends the program."""
        try:
            for entry in list(self._unrecorded):
                attempt = entry.attempt
                self.store.record_result(attempt.message_id, attempt.result, attempt.ended_at)
                self._unrecorded.remove(entry)
        except BaseException as exc:
            with self._changing:
                told = [] if self._trouble else self._unrecorded
                self._trouble = exc
                self._keep(told)
            raise
        with self._changing:
            if self._is_kept and not self._unrecorded:
                self.journal.clear()
                self._is_kept, self._trouble = False, None

    def _keep(self, new: Sequence[_Entry]) -> None:
        """Write down what is not recorded, in case the program ends before it is; tell of these."""
        self._is_kept = True
        try:
            self.journal.keep([entry.attempt for entry in list(self._unrecorded)])
        except StoreError:
            where = "can be kept nowhere; if it was sent, it is sent again unless this is recorded soon"
        else:
            where = "is kept beside the state until it can be recorded"
        cause = self._trouble if isinstance(self._trouble, StoreError) else "the program is to end at once"
        for entry in new:
            logger.warning("%s; what became of the mail to %s %s", cause, entry.label, where)
