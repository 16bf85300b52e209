"""Read the messages of a Maildir, an mbox or a single file, as bytes."""

from collections.abc import Iterator
from contextlib import suppress as ignored
from pathlib import Path
from typing import BinaryIO

from digest.mail.inbound.parser import MOST_BYTES
from digest.system.files import opened_file

_FOLDERS = ("new", "cur")
_ENVELOPE = b"From "


def is_maildir(folder: Path) -> bool:
    """Whether the folder has `new/` and `cur/`."""
    return all((folder / name).is_dir() for name in _FOLDERS)


def messages_at(path: Path) -> Iterator[bytes]:
    """The messages of a Maildir, an mbox or a single file. Nothing is moved or marked. Raises OSError."""
    files = [path]
    if path.is_dir():
        files = [file for name in _FOLDERS for file in sorted((path / name).iterdir()) if file.is_file()]
    for file in files:
        with ignored(FileNotFoundError), opened_file(file) as stream:
            yield from messages_in(stream)


def messages_in(stream: BinaryIO) -> Iterator[bytes]:
    """The messages of an mbox (RFC 4155), or else the one message that the stream is.

    A message that is too large for the parser (MOST_BYTES) is cut, but stays longer than that limit.
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
