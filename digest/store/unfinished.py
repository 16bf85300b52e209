"""Remembers the unfinished file of a backup, so that the next command removes what a killed one has left.

The file lies where the backup is to be, holds addresses, and nobody would look for it there. So the lock file
of backups, beside the state, has its path: of one that is being written if it is locked, else of one that was
left.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from digest.domain.settings import BACKUP_LOCK
from digest.system.locks import exclusive_lock, held_lock
from digest.system.remedies import remedy, said

logger = logging.getLogger(__name__)

_HINT = "wait until that backup is made, then repeat the command"
_NAME = re.compile(r"\..+\.\w{8}(\.unfinished)?")
"""How digest.system.files.replacement names a file. Nothing else is removed, whatever is noted."""

_ENDS = ("", "-journal", "-wal", "-shm")
"""SQLite's own files beside a database."""


@contextmanager
def backup_lock(state: Path) -> Iterator[Callable[[Path], None]]:
    """One backup at a time; yields what remembers its unfinished file from then on.

    The file is removed at the end, unless it has another name by then; that of a killed backup, at the next
    beginning. Raises LockHeld, StoreError, OSError.
    """
    with held_lock(_lock_of(state), _HINT) as lock:
        _clear(lock)
        yield partial(_remember, lock)
        _clear(lock)


def remove_unfinished(state: Path) -> None:
    """Remove what a killed backup has left, unless a backup is being made now. Raises OSError."""
    lock = _lock_of(state)
    with suppress(FileNotFoundError, BlockingIOError):
        if lock.stat().st_size:
            with exclusive_lock(lock, wait=False):
                _clear(lock)


def _lock_of(state: Path) -> Path:
    return state.with_name(BACKUP_LOCK)


def _remember(lock: Path, unfinished: Path) -> None:
    _note(lock, [*_noted(lock), unfinished])


def _clear(lock: Path) -> None:
    """Remove what is noted. What cannot be removed stays noted, and is told of."""
    if noted := _noted(lock):
        _note(lock, [file for file in noted if not _is_removed(file)])


def _is_removed(file: Path) -> bool:
    try:
        for end in _ENDS:
            file.with_name(file.name + end).unlink(missing_ok=True)
    except OSError as exc:
        logger.warning("a backup was killed and has left %s: %s (%s)", file, said(exc), remedy(exc))
        return False
    return True


def _noted(lock: Path) -> list[Path]:
    files = [Path(os.fsdecode(path)) for path in lock.read_bytes().split(b"\0")]
    return [file for file in files if file.is_absolute() and _NAME.fullmatch(file.name)]


def _note(lock: Path, files: Sequence[Path]) -> None:
    with lock.open("r+b") as stream:
        stream.truncate()
        stream.write(b"\0".join(map(os.fsencode, files)))
        stream.flush()
        os.fsync(stream.fileno())
