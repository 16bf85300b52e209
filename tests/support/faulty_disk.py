"""Disks that fail, for real: one that is full, one that is read-only, one whose writes fail from the nth on,
and a state that another program has locked.

    with failing_disk(folder) as disk:
        disk.fail_after(3)  # the fourth write from now on fails with EIO, and so does each one after it
        ...
        disk.heal()

Each covers an existing folder for the length of the block. Mounting takes root, and a failing disk takes
libfuse: elsewhere the test is skipped, with the reason. A failing disk is a FUSE file system that passes
everything on to the folder that it covers; its process is this module.
"""

import ctypes
import errno
import fnmatch
import mmap
import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.support.tools import required_tool, unusable

_BLOCK = 4096
_PROJECT = Path(__file__).parents[2]
_START_SECONDS = 10
_NEVER = -1
_PR_SET_PDEATHSIG = 1


class FullDisk:
    """A small disk in memory. `fill` leaves so many bytes of it, `free` gives all of them back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ballast = folder / "ballast"

    @property
    def free_bytes(self) -> int:
        found = os.statvfs(self._folder)
        return found.f_bavail * found.f_frsize

    def fill(self, left: int = 0) -> None:
        with self._ballast.open("ab", buffering=0) as stream:
            while (room := self.free_bytes - left) >= _BLOCK:
                stream.write(bytes(min(room // _BLOCK * _BLOCK, 1 << 20)))

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def full_disk(folder: Path, megabytes: int = 16) -> Iterator[FullDisk]:
    """Cover the folder with such a disk, which has a copy of its files and room until it is filled.

    What was written there is gone with the block.
    """
    with tempfile.TemporaryDirectory() as aside:
        shutil.copytree(folder, aside, dirs_exist_ok=True, symlinks=True)
        _mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder))
        try:
            shutil.copytree(aside, folder, dirs_exist_ok=True, symlinks=True)
            yield FullDisk(folder)
        finally:
            _unmount(folder)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write in the folder, root included (EROFS)."""
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,bind,ro", str(folder))
        yield
    finally:
        _unmount(folder)


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the write lock of this SQLite file, as another program does."""
    with closing(sqlite3.connect(state, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


class FailingDisk:
    """The controls of a failing disk; they are in memory that its process shares.

    A write is a change of any kind: of a file's bytes or size, a `fsync`, a new name, a removal.
    """

    _LAYOUT = struct.Struct("<qqi?200p")
    """Writes so far, those that still succeed, the errno of the others, whether reads fail, which paths."""

    def __init__(self, controls: Path) -> None:
        with controls.open("r+b") as stream:
            self._memory = mmap.mmap(stream.fileno(), self._LAYOUT.size)

    @classmethod
    def new_controls(cls, file: Path) -> None:
        """Write the file of a disk that does not fail yet."""
        file.write_bytes(cls._LAYOUT.pack(0, _NEVER, 0, False, b"*"))

    @property
    def writes(self) -> int:
        """How many there were so far."""
        return int(self._read()[0])

    def fail_after(
        self, writes: int, error: int = errno.EIO, *, only: str = "*", reads: bool = False
    ) -> None:
        """Let so many more writes succeed. `only` names the paths that count and fail, from the folder on,
        such as `state/*`; with `reads`, reading and opening fail as well, once the writes do."""
        done = self.writes
        self._LAYOUT.pack_into(self._memory, 0, done, done + writes, error, reads, only.encode())

    def heal(self) -> None:
        self._LAYOUT.pack_into(self._memory, 0, self.writes, _NEVER, 0, False, b"*")

    def before_write(self, path: str) -> None:
        """Called by the process of the disk. Raises OSError when it is time to."""
        done, succeeding, error, reads, only = self._read()
        if fnmatch.fnmatch(path, only.decode()):
            self._LAYOUT.pack_into(self._memory, 0, done + 1, succeeding, error, reads, only)
            if _NEVER < succeeding <= done:
                raise OSError(error, os.strerror(error))

    def before_read(self, path: str) -> None:
        """The same before a file is read."""
        done, succeeding, error, reads, only = self._read()
        if reads and _NEVER < succeeding <= done and fnmatch.fnmatch(path, only.decode()):
            raise OSError(error, os.strerror(error))

    def close(self) -> None:
        self._memory.close()

    def _read(self) -> tuple[Any, ...]:
        return self._LAYOUT.unpack_from(self._memory)


@contextmanager
def failing_disk(folder: Path) -> Iterator[FailingDisk]:
    """Cover the folder with a disk that has its files and keeps what is written, until it is to fail."""
    required_tool("fuse3", "fusermount3")
    if not os.access("/dev/fuse", os.W_OK):
        unusable("fuse3", "has no /dev/fuse that this user may open")
    with tempfile.TemporaryDirectory() as aside:
        controls = Path(aside) / "controls"
        FailingDisk.new_controls(controls)
        command = [sys.executable, "-m", __name__, str(folder), str(controls), str(os.getpid())]
        environment = {**os.environ, "PYTHONPATH": str(_PROJECT), "FUSE_LIBRARY_NAME": "fuse3"}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
            try:
                _wait_for(server, folder)
                with closing(FailingDisk(controls)) as disk:
                    yield disk
            finally:
                server.terminate()  # libfuse unmounts then


def _wait_for(server: "subprocess.Popen[str]", folder: Path) -> None:
    ends_at = time.monotonic() + _START_SECONDS
    while not folder.is_mount():
        if server.poll() is not None or time.monotonic() > ends_at:
            server.kill()
            unusable("fuse3", f"cannot mount a FUSE file system: {server.communicate()[1].strip()[-200:]}")
        time.sleep(0.01)


def _mount(*arguments: str) -> None:
    program = required_tool("mount", "mount")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        unusable("mount", f"lets only root mount a disk: {done.stderr.strip()}")


def _unmount(folder: Path) -> None:
    subprocess.run([required_tool("mount", "umount"), "--lazy", str(folder)], check=True)


class _PassThrough:
    """mfusepy.Operations on a folder that was opened before the file system hides it from all others.

    Files that are open are known by their descriptors, so that they may be renamed or removed meanwhile.
    """

    use_ns = True

    def __init__(self, disk: FailingDisk, folder: int) -> None:
        self._disk = disk
        self._folder = folder

    def init(self, _path: str) -> None:
        os.fchdir(self._folder)  # libfuse has gone to / meanwhile

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        found = os.lstat(_below(path)) if fh is None else os.fstat(fh)
        times = {f"st_{name}": getattr(found, f"st_{name}_ns") for name in ("atime", "mtime", "ctime")}
        names = ("mode", "nlink", "uid", "gid", "size", "blocks")
        return times | {f"st_{name}": getattr(found, f"st_{name}") for name in names}

    def statfs(self, path: str) -> dict[str, int]:
        found = os.statvfs(_below(path))
        return {name: getattr(found, name) for name in dir(found) if name.startswith("f_")}

    def readdir(self, path: str, _fh: int) -> list[str]:
        return [".", "..", *(found.name for found in _below(path).iterdir())]

    def readlink(self, path: str) -> str:
        return str(_below(path).readlink())

    def open(self, path: str, flags: int) -> int:
        self._disk.before_read(path[1:])
        return os.open(_below(path), flags & ~os.O_APPEND)  # the kernel says where each write goes

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        self._disk.before_read(path[1:])
        return os.pread(fh, size, offset)

    def release(self, _path: str, fh: int) -> None:
        os.close(fh)

    def create(self, path: str, mode: int, _info: object = None) -> int:
        self._disk.before_write(path[1:])
        return os.open(_below(path), os.O_RDWR | os.O_CREAT, mode)

    def write(self, path: str, content: bytes, offset: int, fh: int) -> int:
        self._disk.before_write(path[1:])
        return os.pwrite(fh, content, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> None:
        self._disk.before_write(path[1:])
        os.truncate(_below(path) if fh is None else fh, length)

    def fsync(self, path: str, _data_only: int, fh: int) -> None:
        self._disk.before_write(path[1:])
        os.fsync(fh)

    def mkdir(self, path: str, mode: int) -> None:
        self._disk.before_write(path[1:])
        _below(path).mkdir(mode)

    def unlink(self, path: str) -> None:
        self._disk.before_write(path[1:])
        _below(path).unlink()

    def rmdir(self, path: str) -> None:
        self._disk.before_write(path[1:])
        _below(path).rmdir()

    def rename(self, old: str, new: str) -> None:
        self._disk.before_write(new[1:])
        _below(old).rename(_below(new))

    def link(self, new: str, old: str) -> None:
        self._disk.before_write(new[1:])
        _below(new).hardlink_to(_below(old))

    def symlink(self, new: str, to: str) -> None:
        self._disk.before_write(new[1:])
        _below(new).symlink_to(to)

    def chmod(self, path: str, mode: int) -> None:
        self._disk.before_write(path[1:])
        _below(path).chmod(mode)

    def chown(self, path: str, user: int, group: int) -> None:
        self._disk.before_write(path[1:])
        os.chown(_below(path), user, group)

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> None:
        self._disk.before_write(path[1:])
        os.utime(_below(path), ns=times) if times else os.utime(_below(path))


def _below(path: str) -> Path:
    return Path(f".{path}")


def _serve(folder: str, controls: str, parent: str) -> None:
    """Be the file system until a signal ends it, or its parent ends."""
    import mfusepy  # fails where there is no libfuse

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != int(parent):
        return
    os.umask(0)
    with closing(FailingDisk(Path(controls))) as disk, suppress(KeyboardInterrupt):
        operations = _operations(mfusepy, disk, os.open(folder, os.O_RDONLY))
        mfusepy.FUSE(operations, folder, foreground=True, nothreads=True, hard_remove=True)


def _operations(mfusepy: Any, disk: FailingDisk, folder: int) -> Any:
    """An mfusepy.Operations, whose other methods say that there is no such thing."""
    return type("FaultyDisk", (_PassThrough, mfusepy.Operations), {})(disk, folder)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
