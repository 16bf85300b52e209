"""Files and folders that others may have a hand in: only files are read, and nothing is written elsewhere.

Whatever the program reads or writes at a path goes through here, except for the state, which SQLite opens.
"""

import contextlib
import errno
import fcntl
import os
import pwd
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

PRIVATE_FILE = 0o600

PRIVATE_FOLDER = 0o700

_MOST_LINKS = 40  # as Linux follows in one path: path_resolution(7)
# with the log that SQLite has beside a file
_UNFINISHED = re.compile(r"\.(?P<name>.+)\.\w+\.unfinished(-journal)?", re.DOTALL)
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISLNK, "a link"),
)


# Reading


def read_file(file: Path, most_bytes: int) -> bytes:
    """The content of the file. Raises OSError, also for a larger one and for what is no file."""
    with opened_file(file) as stream:
        refuse_larger(stream.fileno(), most_bytes)
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:  # it grows
        raise _too_large(most_bytes)
    return content


@contextlib.contextmanager
def opened_file(file: Path) -> Iterator[BinaryIO]:
    """The file, to be read. Raises OSError, also for what is no file, such as a pipe."""
    with os.fdopen(open_file(file), "rb") as stream:
        yield stream


def open_file(file: Path, flags: int = os.O_RDONLY) -> int:
    """A descriptor of the file, which is private if this creates it. Raises OSError.

    Nothing but a file is opened: a pipe may keep its reader waiting for ever, and a device may never end.
    """
    try:
        # O_NONBLOCK: opening a pipe does not wait for its other end. For a file it has no effect: open(2).
        descriptor = os.open(file, flags | os.O_NONBLOCK | os.O_NOCTTY, PRIVATE_FILE)
    except OSError as exc:
        if exc.errno == errno.ELOOP and flags & os.O_NOFOLLOW:
            raise _no_file(stat.S_IFLNK) from exc
        if exc.errno == errno.ENXIO:  # a socket, or a pipe to be written: open(2)
            raise _no_file(file.stat().st_mode) from exc
        raise
    try:
        refuse_other_than_file(os.fstat(descriptor))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def refuse_other_than_file(found: os.stat_result) -> None:
    """Raise OSError that says what it is instead."""
    if not stat.S_ISREG(found.st_mode):
        raise _no_file(found.st_mode)


def refuse_larger(descriptor: int, most_bytes: int) -> None:
    """Raise OSError if the file is larger."""
    if os.fstat(descriptor).st_size > most_bytes:
        raise _too_large(most_bytes)


# Writing


def make_private_folder(folder: Path) -> None:
    """Create the folder and missing parents, for the owner only. An existing folder is not changed.

    Raises OSError, also where the way leads through a link that another user may have made, or to nothing: a
    disk may be missing, and what is on it comes back.
    """
    if link := dead_link(folder):
        raise OSError(errno.ENODEV, f"the link {link} leads to nothing")
    followed(folder).mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)


def dead_link(path: Path) -> Path | None:
    """The first link on the way to the path that leads to nothing, if there is one."""
    return next(
        (step for step in (*reversed(path.parents), path) if step.is_symlink() and not step.exists()), None
    )


def write_atomically(
    file: Path, content: bytes, mode: int, *, last_look: Callable[[], None] = lambda: None
) -> None:
    """Replace the file as a whole; it has the permissions `mode` and is on disk when this returns.

    A link of that name is replaced, not followed. `last_look` is called when nothing is left to do but to
    give the new file its name; if it raises something, nothing is replaced. Raises OSError.
    """
    with _unfinished(file, mode, last_look) as (descriptor, _), open(descriptor, "wb", closefd=False) as new:
        with contextlib.suppress(OSError):  # a file system that locks no files
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # tells `remove_unfinished` to keep it
        new.write(content)


@contextlib.contextmanager
def replacement(file: Path, mode: int) -> Iterator[Path]:
    """Yield an empty file beside `file`, for the owner only, that replaces `file` when the block ends.

    It then gets the permissions `mode` and is on disk. If the block fails, `file` is not changed.
    Raises OSError.
    """
    with _unfinished(file, mode, lambda: None) as (_, path):
        yield path


def is_unfinished(name: str) -> bool:
    """Whether `replacement` or `write_atomically` gives such a name to a file that is not finished."""
    return _UNFINISHED.fullmatch(name) is not None


def remove_unfinished(folder: Path, name: str) -> None:
    """Remove what killed processes have left of files in the folder whose whole name matches `name`.

    What another process writes now with `write_atomically` stays; for a `replacement`, see that nobody
    makes one. Raises OSError.
    """
    for path in folder.iterdir() if folder.is_dir() else ():
        unfinished = _UNFINISHED.fullmatch(path.name)
        if unfinished and re.fullmatch(name, unfinished["name"]) and _is_left(path):
            path.unlink(missing_ok=True)


def _is_left(path: Path) -> bool:
    """Whether nobody is writing this unfinished file."""
    try:
        descriptor = open_file(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return not path.is_dir()  # a link of that name, for example
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # the file system locks no files
        return True
    finally:
        os.close(descriptor)
    return True


def try_writing(folder: Path) -> None:
    """Write a file there that is nobody else's, and remove it. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=folder)
    try:
        os.write(descriptor, b"it can be written\n")
        os.fsync(descriptor)
    finally:
        os.unlink(name)
        os.close(descriptor)


@contextlib.contextmanager
def _unfinished(file: Path, mode: int, last_look: Callable[[], None]) -> Iterator[tuple[int, Path]]:
    folder = followed(file.parent)
    _refuse_replacing(folder / file.name)
    # A name that nobody can guess, in a file that is new: nobody has laid a link there before.
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".unfinished", dir=folder)
    try:
        yield descriptor, Path(name)
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
        last_look()
        os.replace(name, folder / file.name)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    finally:
        os.close(descriptor)
    sync_folder(folder)


def _refuse_replacing(file: Path) -> None:
    """Raise OSError for what is neither a file nor a link: a device such as /dev/null, for example."""
    with contextlib.suppress(FileNotFoundError):
        mode = os.lstat(file).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
            raise _no_file(mode)


def sync_folder(folder: Path) -> None:
    """Put on disk which files are in it. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# Links, and folders of others


def followed(path: Path, most_links: int = _MOST_LINKS) -> Path:
    """Where the path leads, all links followed.

    Raises OSError for a link that another user may have made (root may): through it, they would choose what
    is written.
    """
    path = path.absolute()
    for place in reversed((path, *path.parents)):
        if place.is_symlink():
            if not most_links:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            _refuse_foreign_link(place)
            target = place.parent / place.readlink() / path.relative_to(place)
            return followed(target, most_links - 1)
    return path


def who_else_writes(folder: Path) -> str:
    """`user mallory` if it is the folder of another user than this one and root, `everybody` if all users may
    write in it; else empty. Raises OSError."""
    found = folder.stat()
    if not _is_trusted(found.st_uid):
        return f"user {name_of_user(found.st_uid)}"
    return "everybody" if found.st_mode & stat.S_IWOTH else ""


def name_of_user(number: int) -> str:
    """The user's name; the number, where it has none (as in a container)."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _refuse_foreign_link(link: Path) -> None:
    folder = link.parent.stat()
    is_shared = bool(folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    if not _is_trusted(folder.st_uid) or (is_shared and not _is_trusted(os.lstat(link).st_uid)):
        raise OSError(errno.ELOOP, f"{link} is a link that another user may have made, and is not followed")


def _is_trusted(user: int) -> bool:
    return user in (os.geteuid(), 0)


def _no_file(mode: int) -> OSError:
    kind = next((kind for is_kind, kind in _KINDS if is_kind(mode)), "something else")
    return OSError(errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL, f"it is {kind}, not a file")


def _too_large(most_bytes: int) -> OSError:
    return OSError(errno.EFBIG, f"it is larger than {most_bytes:,} bytes")
