"""What to do about an error of the operating system: one table for every file that the program uses.

The numbers: errno(3).
"""

import errno
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from digest.system.files import name_of_user

_PERMISSION = "let user {user} use it (`ls -ld` shows who may)"
_DISK = "its disk fails: `dmesg` says more; copy what is on it while that is possible"
_NO_LOCKS = "put it on a local disk: this file system does not lock files"
_NETWORK = "its disk does not answer: see that it is mounted and can be reached"
_PATH = "correct the path: a file is where a folder should be, or the reverse"

_REMEDIES = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room there: user {user} has used up their share of the disk (`quota`)",
    errno.EFBIG: "make it smaller, or raise the limit of a file's size (`ulimit -f`, LimitFSIZE=)",
    errno.EROFS: "mount its disk for writing; if it was so before, the disk may fail: `dmesg` says more",
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EIO: _DISK,
    errno.EUCLEAN: _DISK,
    errno.EBADMSG: _DISK,
    errno.ENOLCK: _NO_LOCKS,
    errno.ENOSYS: _NO_LOCKS,
    errno.EOPNOTSUPP: _NO_LOCKS,
    errno.EMFILE: "raise the limit of open files (`ulimit -n`, under systemd LimitNOFILE=)",
    errno.ENFILE: "too many files are open on this machine: `lsof` shows by which programs",
    errno.ENOMEM: "free some memory, or let the program use more (under systemd MemoryMax=)",
    errno.ENOENT: "make it, or correct the path",
    errno.ENOTDIR: _PATH,
    errno.EISDIR: _PATH,
    errno.EEXIST: _PATH,
    errno.EINVAL: "name a file: a pipe, a socket or a device is none",
    errno.ELOOP: "make the link lead to a file, or correct the path",
    errno.ENAMETOOLONG: "choose a shorter path",
    errno.ETXTBSY: "another program uses it: try again when that is done",
    errno.EBUSY: "another program uses it: try again when that is done",
    errno.ESTALE: _NETWORK,
    errno.ENOTCONN: _NETWORK,
    errno.ETIMEDOUT: _NETWORK,
    errno.EHOSTDOWN: _NETWORK,
    errno.ENODEV: _NETWORK,
    errno.ENXIO: _NETWORK,
}

_PROBE = bytes(65_536)
"""More than SQLite adds to a file at a time."""


def remedy(error: OSError, otherwise: str = _PERMISSION) -> str:
    """What to do next, such as `make room on that disk`; `otherwise` where the table does not know."""
    return _REMEDIES.get(error.errno or 0, otherwise).format(user=user_name())


def said(error: OSError) -> str:
    """What the operating system says, such as `No space left on device`; without the name of a file."""
    return error.strerror or str(error) or type(error).__name__


def why_refused(file: Path, error: OSError) -> tuple[str, str]:
    """Why the file cannot be read, with its owner and mode, and what to do about it."""
    if not isinstance(error, PermissionError):
        return said(error), remedy(error)
    closed = (folder for folder in reversed(file.absolute().parents) if not os.access(folder, os.X_OK))
    place = next(closed, file)
    what = f"permission denied for user {user_name()}"
    try:
        found = place.stat()
    except OSError:
        return what, remedy(error)
    owner, mode = name_of_user(found.st_uid), f"{stat.S_IMODE(found.st_mode):03o}"
    return f"{what}: {place} belongs to {owner}, mode {mode}", _permission(file, place, found.st_uid)


def _permission(file: Path, refusing: Path, owner: int) -> str:
    """What lets this user read the file, where it or a folder on the way refuses that."""
    if refusing != file:  # often of the system, or somebody's home: it stays as it is
        return f"move {file.name} out of that folder"
    return f"run: chmod u+r {file}" if owner == os.geteuid() else f"run: chown {user_name()} {file}"


def trouble_with(folder: Path, files: Iterable[Path]) -> OSError | None:
    """What the operating system refuses there now; None if it refuses nothing.

    Writes, syncs and locks a file without a name in the folder, and looks at the permissions of the files,
    but opens none of them: closing one would drop the locks that this process has on it (fcntl(2)).
    """
    try:
        _write_and_lock(folder)
    except OSError as exc:
        return exc
    if all(os.access(file, os.R_OK | os.W_OK) for file in files if file.exists()):
        return None
    return OSError(errno.EACCES, os.strerror(errno.EACCES))


def _write_and_lock(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
        left = _PROBE
        while left:  # a disk that is nearly full takes a part, and refuses the rest
            left = left[probe.write(left) :]
        os.fsync(probe.fileno())
        fcntl.lockf(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)


def user_name() -> str:
    """Of the user that this process runs as."""
    return name_of_user(os.geteuid())
