"""Files that are written completely or not at all, and folders that are private."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

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
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Put on disk which files are in it. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
