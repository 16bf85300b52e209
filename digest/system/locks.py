"""Lock files: each is locked by one process at a time, and unlocked when that process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from digest.errors import LockHeld, StoreError
from digest.system.files import make_private_folder, open_file
from digest.system.remedies import remedy, said


@contextmanager
def held_lock(file: Path, hint: str = LockHeld.hint) -> Iterator[Path]:
    """Lock the file for this process or fail at once; yields the file.

    Raises LockHeld with this `hint` if another process holds the lock, StoreError if the file cannot be
    written.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive_lock(file, wait=False))
        except BlockingIOError as exc:
            raise LockHeld(file, hint) from exc
        except OSError as exc:
            raise StoreError(file, f"cannot be locked: {said(exc)}", remedy(exc)) from exc
        yield file


@contextmanager
def exclusive_lock(file: Path, *, wait: bool) -> Iterator[int]:
    """Lock the file for this process, creating it if necessary; yields its descriptor.

    Raises BlockingIOError if another process holds the lock and `wait` is false; else waits for it.
    Source: flock(2).
    """
    make_private_folder(file.parent)
    descriptor = open_file(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield descriptor
    finally:
        os.close(descriptor)


def is_locked(file: Path) -> bool:
    """Whether another process holds the lock. Raises FileNotFoundError.

    A shared lock is enough to find out, so two processes that look at the same time see no lock.
    """
    descriptor = open_file(file, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
