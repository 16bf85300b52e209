"""A file that is published beside the configuration."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of the archive: its path below the folder of README.md, and its bytes."""

    path: PurePosixPath
    content: bytes


def url_of(path: PurePosixPath | str) -> str:
    """The path as a link in a file beside it has it."""
    return quote(str(path), safe="/=")
