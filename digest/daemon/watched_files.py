"""Notice that a file has changed, and say why one cannot be read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from digest.system.files import opened_file
from digest.system.remedies import why_refused


@dataclass(frozen=True, slots=True)
class FileVersion:
    """What differs after a write, a replacement (`mv`, a restore) or a change of permissions."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int


Versions = Mapping[Path, FileVersion | None]
"""Of files, by their paths; None for one that is not there."""


def file_version(file: Path) -> FileVersion | None:
    """The version of the file now; None if there is none or its folder cannot be searched."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return FileVersion(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def file_versions(files: Iterable[Path]) -> Versions:
    """The versions of the files now, by file."""
    return {file: file_version(file) for file in files}


class WatchedFiles:
    """Notices when one of these files changes."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.versions = file_versions(files)

    @property
    def have_changed(self) -> bool:
        return file_versions(self.versions) != self.versions

    def look(self, files: Iterable[Path]) -> None:
        """Watch these from now on, as they are now, and no others."""
        self.versions = file_versions(files)

    def add(self, files: Iterable[Path]) -> None:
        """Watch these too."""
        self.versions = {**file_versions(files), **self.versions}

    def size(self, file: Path) -> int:
        """Of a watched file, in bytes; 0 if there is none."""
        version = self.versions[file]
        return version.size if version else 0


def why_unreadable(file: Path) -> str:
    """Such as `permission denied for user daily-papers: … (run: …)`; empty if the file can be read."""
    try:
        with opened_file(file):
            return ""
    except OSError as exc:
        why, what_to_do = why_refused(file, exc)
        return f"{why[:1].lower()}{why[1:]} ({what_to_do})"
