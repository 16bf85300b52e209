"""Files that are written completely or not at all, and folders that are private."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PRIVATE_FILE = 0o600

PRIVATE_FOLDER = 0o700


def make_private_folder(folder: Path) -> None:
    """Create the folder and missing parents, for the owner only. An existing folder is not changed."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)


def write_atomically(file: Path, content: bytes, mode: int | None = None) -> None:
    """Replace the file as a whole; it is on disk when this returns. A link is followed, not replaced.

    With `mode` None an existing file keeps its permissions and a new one gets 0o644. Raises OSError.
    """
    target = file.resolve()
    if mode is None:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    with replacement(target, mode) as unfinished:
        unfinished.write_bytes(content)


def open_at_once(file: Path) -> BinaryIO:
    """Open the file to read it; a pipe too, although nobody writes to it. Raises OSError."""
    return open(file, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))


def read_regular_file(file: Path, most_bytes: int) -> bytes:
    """The content of a file that is expected to be small; never waits, as a pipe would make it.

    Raises OSError, also if it is no regular file or larger than that.
    """
    with open_at_once(file) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no file, but a pipe or a device", str(file))
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {most_bytes:,} bytes", str(file))
    return content


@contextlib.contextmanager
def replacement(file: Path, mode: int) -> Iterator[Path]:
    """Yield an empty file beside `file`, for the owner only, that replaces `file` when the block ends.

    It then gets the permissions `mode` and is on disk. If the block fails, `file` is not changed.
    Raises OSError.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        yield Path(name)
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
        os.replace(name, file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    finally:
        os.close(descriptor)
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
