"""Replace a file that a person or another program writes too, without losing what they write meanwhile."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from digest.system.files import followed, open_file, refuse_larger, write_atomically

_MODE_OF_A_NEW_FILE = 0o644
_SAVING_SECONDS = 0.05  # an editor cuts a file off, and a moment later has written it
_MOST_TRIES = 20
_EMPTY_TRIES = 4
_MOST_ADDED = 1_000_000  # bytes, in the moment since the file was replaced


class _WrittenMeanwhile(Exception):
    """The file is not the one that was read."""


@dataclass(frozen=True, slots=True)
class SharedFile:
    """The file as it was found. `content` is None if there was none."""

    content: bytes | None
    _target: Path
    _descriptor: int
    """Of the file that was read, whatever has its name by now; -1 if there was none."""

    def replace(self, content: bytes) -> bool:
        """Replace the file as a whole unless somebody has written it since it was found.

        Returns whether it has the new content; if not, it has what they wrote: find it again. Links and
        permissions stay. Raises OSError.

        Two things are not seen: a new file that takes the name between the last look and the next system
        call, and what an editor that keeps the old file open writes into it later.
        """
        try:
            write_atomically(self._target, content, self._mode(), last_look=self._refuse_another)
        except _WrittenMeanwhile:
            return False
        if self._content_now() == self.content:
            return True
        self._give_back(content)
        return False

    def _give_back(self, replaced_by: bytes) -> None:
        """Put back what somebody wrote into the old file after the last look: they opened it before it was
        replaced, so nobody would ever see it. What was added to the new file since then comes below it."""
        late = self._settled()
        for _ in range(_MOST_TRIES if late else 0):
            with found(self._target, len(replaced_by) + _MOST_ADDED) as present:
                if not (present.content or b"").startswith(replaced_by):
                    return  # somebody has written a file of their own
                if present.replace(late + (present.content or b"")[len(replaced_by) :]):
                    return

    def _mode(self) -> int:
        has_file = self._descriptor != -1
        return os.fstat(self._descriptor).st_mode & 0o777 if has_file else _MODE_OF_A_NEW_FILE

    def _refuse_another(self) -> None:
        if not (self._is_in_its_place() and self._content_now() == self.content):
            raise _WrittenMeanwhile

    def _is_in_its_place(self) -> bool:
        try:
            present = self._target.stat()
        except FileNotFoundError:
            return self.content is None
        return self.content is not None and os.path.samestat(present, os.fstat(self._descriptor))

    def _settled(self) -> bytes:
        """The old file's content; if it is being written anew, once it has not changed for a moment."""
        content = self._content_now() or b""
        if content.startswith(self.content or b""):
            return content
        for _ in range(_MOST_TRIES):
            time.sleep(_SAVING_SECONDS)
            before, content = content, self._content_now() or b""
            if content == before:
                break
        return content

    def _content_now(self) -> bytes | None:
        """Of the file that was read."""
        return None if self.content is None else _content(self._descriptor)


@contextmanager
def found(file: Path, most_bytes: int) -> Iterator[SharedFile]:
    """The file as it is now, and kept in sight until the block ends. Raises OSError, as `read_file` does."""
    target = followed(file)
    try:
        descriptor = open_file(target)
    except FileNotFoundError:
        yield SharedFile(None, target, -1)
        return
    try:
        refuse_larger(descriptor, most_bytes)
        yield SharedFile(target.read_bytes() or _written_later(descriptor), target, descriptor)
    finally:
        os.close(descriptor)


def _written_later(descriptor: int) -> bytes:
    """What an empty file has a moment later: perhaps an editor has just cut it off, and saves it."""
    for _ in range(_EMPTY_TRIES):
        time.sleep(_SAVING_SECONDS)
        if content := _content(descriptor):
            return content
    return b""


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
