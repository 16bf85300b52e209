"""Notice that a file has changed, and say why one cannot be read."""

from dataclasses import dataclass
from pathlib import Path

from digest.system.files import opened_file
from digest.system.remedies import said, user_name


@dataclass(frozen=True, slots=True)
class FileVersion:
    """What differs after a write, a replacement (`mv`, a restore) or a change of permissions."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int


def file_version(file: Path) -> FileVersion | None:
    """The version of the file now; None if there is none or its folder cannot be searched."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return FileVersion(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def why_unreadable(file: Path) -> str:
    """Such as `permission denied for user daily-papers`; empty if the file can be read."""
    try:
        with opened_file(file):
            return ""
    except PermissionError:
        return f"permission denied for user {user_name()}"
    except OSError as exc:
        return said(exc).lower()
