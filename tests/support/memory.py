"""Temporary folders in memory for a whole test session, where the machine has room for them."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_PREFIX = "daily-papers-tests-"
_ROOM_BYTES = 2 * 1024**3


def new_folder() -> Path | None:
    """A private folder there, locked as long as this process lives; none without the room for it.

    What sessions of the same user left behind that were killed is removed first.
    """
    if not _is_usable(_MEMORY):
        return None
    for left in _MEMORY.glob(f"{_PREFIX}*"):
        if _is_ours(left) and _is_locked_now(left):
            shutil.rmtree(left, ignore_errors=True)
    unnamed = Path(tempfile.mkdtemp(prefix=f"new-{_PREFIX}", dir=_MEMORY))
    assert _is_locked_now(unnamed)
    return unnamed.rename(_MEMORY / unnamed.name.removeprefix("new-"))  # not seen by others before the lock


def _is_usable(memory: Path) -> bool:
    """Whether programs, which some tests write, may be started there, and there is room."""
    try:
        disk = os.statvfs(memory)
    except OSError:
        return False
    may_start = not disk.f_flag & os.ST_NOEXEC and os.access(memory, os.W_OK)
    return may_start and disk.f_bavail * disk.f_frsize >= _ROOM_BYTES


def _is_ours(folder: Path) -> bool:
    try:
        return folder.lstat().st_uid == os.getuid()
    except FileNotFoundError:  # another session was quicker
        return False


def _is_locked_now(folder: Path) -> bool:
    """Lock it until this process ends; false if another one has it, or it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True
