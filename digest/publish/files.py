"""A file that is published beside the configuration."""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of the archive: its path below the folder of README.md, and its bytes."""

    path: PurePosixPath
    content: bytes
