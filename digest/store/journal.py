"""Keeps results of mails in a small file beside the state, while the state itself cannot be written.

The file has its room before a mail is sent, and results overwrite it: a disk that is full by then does not
matter, except where the file system writes each change to a new place. It holds Message-IDs and what the mail
servers said, and no address. Whoever opens the state next records it there (`record_kept`).
"""

import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from digest.domain.mails import Attempt, DeliveryResult, MailState, Verdict
from digest.domain.settings import RESULTS_SUFFIX
from digest.domain.text import counted
from digest.errors import StoreError
from digest.store.database import Database, wrap_database_errors
from digest.store.queries.mails import is_under_way, record_result
from digest.system.files import opened_file, sync_folder
from digest.system.locks import exclusive_lock
from digest.system.places import Kind, place_of

logger = logging.getLogger(__name__)

_ROOM_BYTES = 65_536
"""For one result of each connection, of which there are 32 at most."""

_LONGEST_PROBLEM = 250
"""Characters of what the mail server said."""


class FileJournal:
    """digest.pipeline.results.Journal beside this state. Its file is locked while a run has it, and is there
    after a run only if it holds something."""

    def __init__(self, state: Path) -> None:
        self.file = journal_of(state)
        self._held = ExitStack()
        self._descriptor: int | None = None
        self._is_blank = True

    def reserve(self) -> None:
        """Take the room, unless it is taken already. Raises StoreError."""
        if self._descriptor is None:
            with wrap_database_errors(self.file), ExitStack() as on_failure:
                descriptor = on_failure.enter_context(exclusive_lock(self.file, wait=True))
                on_failure.callback(self._remove_blank)
                _overwrite(descriptor, b"")
                sync_folder(self.file.parent)
                self._held, self._descriptor = on_failure.pop_all(), descriptor

    def keep(self, attempts: Sequence[Attempt]) -> None:
        """Replace what is kept by these; on disk when this returns. Raises StoreError."""
        assert self._descriptor is not None, "nothing is sent before there is room"
        self._is_blank = False
        with wrap_database_errors(self.file):
            _overwrite(self._descriptor, b"".join(_line(attempt) for attempt in attempts))

    def clear(self) -> None:
        """Keep nothing: the state has it. What cannot be removed does no harm, and is ignored later."""
        assert self._descriptor is not None, "nothing is sent before there is room"
        with suppress(OSError):
            _overwrite(self._descriptor, b"")
            self._is_blank = True

    def close(self) -> None:
        self._descriptor = None
        self._held.close()

    def _remove_blank(self) -> None:
        if self._is_blank:
            with suppress(OSError):
                self.file.unlink()


def journal_of(state: Path) -> Path:
    return state.with_name(f"{state.name}{RESULTS_SUFFIX}")


def record_kept(database: Database, *, wait: bool = False) -> None:
    """Record what is kept beside the state, and empty the file. Raises StoreError.

    A run that is under way records its results itself: they are left to it, unless `wait` waits for its end.
    """
    file = journal_of(database.file)
    with wrap_database_errors(file), suppress(BlockingIOError):
        if file.exists():
            with exclusive_lock(file, wait=wait) as descriptor:
                attempts = list(_attempts(os.pread(descriptor, os.fstat(descriptor).st_size, 0)))
                _record(database, attempts)
                os.ftruncate(descriptor, 0)
                os.fsync(descriptor)


def try_record_kept(state: Path) -> None:
    """The same before a state is only read: what cannot be recorded now may be later."""
    if place_of(journal_of(state)).kind is Kind.FILE:
        with suppress(StoreError), closing(Database.open_existing(state)) as database:
            record_kept(database)


def record_in_copy(copy: Database) -> None:
    """The same in a copy of the state in memory; the state itself still needs it."""
    file = journal_of(copy.file)
    if file.exists():
        with wrap_database_errors(file), opened_file(file) as stream:
            _record(copy, list(_attempts(stream.read())))


def _record(database: Database, attempts: Sequence[Attempt]) -> None:
    """Those of mails that still wait for the result of an attempt: another state knows nothing of them, and
    this one may have them already."""
    with database.transaction() as connection:
        waiting = [attempt for attempt in attempts if is_under_way(connection, attempt.message_id)]
        for attempt in waiting:
            record_result(connection, attempt.message_id, attempt.result, attempt.ended_at)
    if waiting:
        logger.info("recorded what became of %s in an earlier run", counted(len(waiting), "mail"))


def _attempts(content: bytes) -> Iterator[Attempt]:
    """What was written whole: the program may have been killed while it wrote the last line."""
    for line in content.splitlines():
        with suppress(ValueError, KeyError, TypeError):
            yield _attempt(json.loads(line))


def _line(attempt: Attempt) -> bytes:
    entry = asdict(attempt)
    entry["result"]["problem"] = attempt.result.problem[:_LONGEST_PROBLEM]
    return json.dumps(entry, default=datetime.isoformat).encode() + b"\n"


def _attempt(entry: dict[str, Any]) -> Attempt:
    """The inverse of `_line`. Raises ValueError, KeyError, TypeError."""
    result = dict(entry["result"])
    result["state"] = MailState(result["state"])
    result["verdict"] = Verdict(result["verdict"])
    result["retry_at"] = datetime.fromisoformat(result["retry_at"]) if result["retry_at"] else None
    return Attempt(
        str(entry["message_id"]), DeliveryResult(**result), datetime.fromisoformat(entry["ended_at"])
    )


def _overwrite(descriptor: int, content: bytes) -> None:
    """Write the content and blank lines over all of the room. Raises OSError."""
    filled, written = content.ljust(_ROOM_BYTES, b"\n"), 0
    while written < len(filled):
        written += os.pwrite(descriptor, filled[written:], written)
    os.fsync(descriptor)
