"""Read the messages of a Maildir, an mbox or a single file, as bytes."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 5_000_000
"""A message is cut behind these; digests and what comes back of them are far smaller."""

_FOLDERS = ("new", "cur")
_ENVELOPE = b"From "


def is_maildir(folder: Path) -> bool:
    """Whether the folder has `new/` and `cur/`."""
    return all((folder / name).is_dir() for name in _FOLDERS)


def files_at(path: Path) -> list[Path]:
    """The files of a Maildir, the latest first; or the file that the path is. Raises OSError."""
    if not path.is_dir():
        return [path]
    written = {file: _written_at(file) for name in _FOLDERS for file in (path / name).iterdir()}
    return sorted(filter(written.get, written), key=lambda file: (-written[file], file.name))


def _written_at(file: Path) -> int:
    """When it was written, in nanoseconds; 0 for what is no file, such as a FIFO, which may never end.

    A file of which nothing is known counts as the oldest: opening it tells why.
    """
    try:
        status = file.stat()
    except OSError:
        return 1
    return max(status.st_mtime_ns, 1) if stat.S_ISREG(status.st_mode) else 0


def messages_in(stream: BinaryIO) -> Iterator[bytes]:
    """The messages of an mbox (RFC 4155), or else the one message that the stream is.

    Takes no more memory than a few messages of MOST_BYTES, behind which each is cut.
    """
    first = stream.readline(MOST_BYTES)
    if not first.startswith(_ENVELOPE):
        yield from filter(None, [first + stream.read(MOST_BYTES)])
        return
    message, after_empty = bytearray(), False
    for line in iter(lambda: stream.readline(MOST_BYTES), b""):
        if after_empty and line.startswith(_ENVELOPE):
            yield bytes(message)
            message.clear()
        elif len(message) <= MOST_BYTES:
            message += line
        after_empty = not line.strip()
    yield bytes(message)
