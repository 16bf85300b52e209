"""What SQLite's errors mean, and what to do about each.

SQLite says that writing failed, and keeps to itself what the operating system said. So the system is asked
once more, beside the file. Result codes: https://www.sqlite.org/rescode.html
"""

import errno
import os
import sqlite3
from pathlib import Path

from digest.errors import StoreBusy, StoreError
from digest.system.remedies import remedy, said, trouble_with

RESTORE = (
    "restore a backup, as docs/running.md says. Without one, move the file away and keep it: everyone is "
    "then welcomed again, and who got which paper and who unsubscribed is forgotten"
)
"""For a state that is proven to be damaged, and for nothing else."""

_AGAIN = "run again; if it comes back, report this line"
_REPORT = "keep the state as it is, and report this line: the program asks for what SQLite cannot do"
_MEMORY = remedy(OSError(errno.ENOMEM, ""))
_DISK = remedy(OSError(errno.EIO, ""))
_NO_LOCKS = remedy(OSError(errno.ENOLCK, ""))
_NO_WRITING = remedy(OSError(errno.EACCES, ""))
_DAMAGED = "the file is damaged"

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT)
"""Only for now: the same works when the other program is done."""

_ASK_AGAIN = (
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)
"""Where the operating system refused something."""

_MEANINGS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: ("another program is writing to it", "run again when that is done"),
    sqlite3.SQLITE_LOCKED: ("another program is writing to it", "run again when that is done"),
    sqlite3.SQLITE_PROTOCOL: ("other programs keep opening it", "run again when they are done"),
    sqlite3.SQLITE_INTERRUPT: ("it was interrupted", _AGAIN),
    sqlite3.SQLITE_FULL: (
        "the disk is full",
        "make room on its disk and on that of temporary files (/var/tmp, or SQLITE_TMPDIR)",
    ),
    sqlite3.SQLITE_READONLY: ("it cannot be written", _NO_WRITING),
    sqlite3.SQLITE_READONLY_DBMOVED: ("the file was moved or replaced while it was open", "run again"),
    sqlite3.SQLITE_PERM: ("it cannot be read or written", _NO_WRITING),
    sqlite3.SQLITE_AUTH: ("it cannot be read or written", _NO_WRITING),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", _NO_WRITING),
    sqlite3.SQLITE_CANTOPEN_ISDIR: ("it is a folder", "name a file in it, such as digest.sqlite3"),
    sqlite3.SQLITE_IOERR: ("the disk reports an error", _DISK),
    sqlite3.SQLITE_IOERR_NOMEM: ("there is too little memory", _MEMORY),
    sqlite3.SQLITE_NOMEM: ("there is too little memory", _MEMORY),
    sqlite3.SQLITE_IOERR_LOCK: ("it cannot be locked", _NO_LOCKS),
    sqlite3.SQLITE_IOERR_RDLOCK: ("it cannot be locked", _NO_LOCKS),
    sqlite3.SQLITE_IOERR_UNLOCK: ("it cannot be locked", _NO_LOCKS),
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK: ("it cannot be locked", _NO_LOCKS),
    sqlite3.SQLITE_IOERR_SHMLOCK: ("it cannot be locked", _NO_LOCKS),
    sqlite3.SQLITE_IOERR_SHMMAP: (
        "its file system shares no memory between programs",
        "put it on a local disk (https://www.sqlite.org/wal.html)",
    ),
    sqlite3.SQLITE_NOLFS: ("the file is too large for its file system", "move it to another disk"),
    sqlite3.SQLITE_CORRUPT: (_DAMAGED, RESTORE),
    sqlite3.SQLITE_NOTADB: ("the file is not a database", RESTORE),
    sqlite3.SQLITE_TOOBIG: ("a value is larger than SQLite allows", _REPORT),
    sqlite3.SQLITE_SCHEMA: ("another program changes its tables", _AGAIN),
}
"""By result code, extended or primary: the fact, and the remedy."""


_OF_READING = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_IOERR_READ,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    *_BUSY,
)


def store_error(file: Path, error: Exception, problem: str = "the state cannot be used") -> StoreError:
    """What a person is told of an error of SQLite (sqlite3.Error, MemoryError) or of the system (OSError)."""
    trouble = error if isinstance(error, OSError) else _trouble_behind(error, file)
    if trouble:
        return StoreError(file, f"{problem}: {said(trouble)}", remedy(trouble))
    code = _code_of(error)
    fact, hint = _MEANINGS.get(code) or _MEANINGS.get(_primary(code)) or (str(error), _REPORT)
    kind = StoreBusy if _primary(code) in _BUSY else StoreError
    return kind(file, f"{problem}: {fact}", hint)


def is_of_source(error: Exception) -> bool:
    """Where one database is copied to another: whether the error is one of the source."""
    code = _code_of(error)
    return code in _OF_READING or _primary(code) in _OF_READING


def _trouble_behind(error: Exception, file: Path) -> OSError | None:
    """What the operating system refuses at the file, if it can be the reason of this error."""
    code = _code_of(error)
    if _primary(code) not in _ASK_AGAIN or code == sqlite3.SQLITE_READONLY_DBMOVED:
        return None
    place = Path(os.path.realpath(file))
    return trouble_with(place.parent, [place.with_name(place.name + end) for end in ("", "-wal", "-shm")])


def _code_of(error: Exception) -> int:
    """The extended result code; Python raises MemoryError in place of the one for memory."""
    usual = sqlite3.SQLITE_NOMEM if isinstance(error, MemoryError) else sqlite3.SQLITE_ERROR
    return int(getattr(error, "sqlite_errorcode", usual))


def _primary(code: int) -> int:
    return code & 0xFF
