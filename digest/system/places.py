"""Where paths lead: whether two of them name one place, whatever links and spellings they have."""

import os
import stat
import unicodedata
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

Identity = tuple[object, ...]


class Kind(Enum):
    """What is at a place."""

    NOTHING = "nothing"
    FILE = "a file"
    FOLDER = "a folder"
    OTHER = "no file"
    """A pipe, a device, a socket; or nothing can be found out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads. Two paths with the same last identity are one place."""

    kind: Kind
    lineage: tuple[Identity, ...]
    """The identities of the folders on the way, and then its own."""

    def is_same(self, other: "Place") -> bool:
        return self.lineage[-1] == other.lineage[-1]

    def is_within(self, folder: "Place") -> bool:
        """Whether it lies below that folder."""
        return folder.lineage[-1] in self.lineage[:-1]


def place_of(path: Path) -> Place:
    """The place to which the path leads, past all links.

    What exists is identified by its inode. What does not exist is identified by the folder in which it would
    be and its name without case, since some file systems ignore case.
    """
    real = Path(os.path.realpath(path))
    lineage: list[Identity] = []
    for step in (*reversed(real.parents), real):
        found = _identity(step)
        lineage.append(found or (*lineage[-1], _folded(step.name)))
    return Place(_kind(real), tuple(lineage))


def templates_folder() -> Path:
    """The folder of the project's own templates."""
    return shipped_folder("templates")


def shipped_folder(name: str) -> Path:
    """A folder that comes with the program: in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / name
    return installed if installed.is_dir() else package.parent / name


def _identity(path: Path) -> Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _kind(path: Path) -> Kind:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Kind.NOTHING
    except OSError:
        return Kind.OTHER
    if stat.S_ISREG(mode):
        return Kind.FILE
    return Kind.FOLDER if stat.S_ISDIR(mode) else Kind.OTHER
