"""Lock files: held by one process at a time, and gone with it."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from digest.errors import LockHeld, StoreError
from digest.system.files import PRIVATE_FILE, make_private_folder


@contextmanager
def held_lock(file: Path, hint: str = LockHeld.hint) -> Iterator[Path]:
    """Hold the lock file alone, or fail at once.

    Raises LockHeld with this `hint` if another process holds it, StoreError if it cannot be written.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive_lock(file, wait=False))
        except BlockingIOError as exc:
            raise LockHeld(file, hint) from exc
        except OSError as exc:
            hint = "let the program write there, or name another state in DIGEST_STATE"
            raise StoreError(file, f"cannot be written: {exc.strerror}", hint) from exc
        yield file


@contextlib.contextmanager
def exclusive_lock(file: Path, *, wait: bool) -> Iterator[int]:
    """Hold the lock file alone among all processes; yields its descriptor.

    Raises BlockingIOError if another process holds it and `wait` is false.
    """
    make_private_folder(file.parent)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield descriptor
    finally:
        os.close(descriptor)


def is_locked(file: Path) -> bool:
    """Whether another process holds the lock file alone. Holds it for no longer than it takes to look.

    Raises FileNotFoundError.
    """
    descriptor = os.open(file, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
