"""Write the files of the archive into their folder: only what changed, and never over a person's file."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePath

from digest.errors import ArchiveError
from digest.publish.files import PublishedFile
from digest.publish.mark import LOOKED_AT, is_ours
from digest.system.files import followed, is_unfinished, opened_file, remove_unfinished
from digest.system.remedies import remedy, said
from digest.system.shared_file import SharedFile, found

MOST_BYTES = 100_000_000
"""Of a file that is read at all, to see whether it has changed."""

_MOST_TRIES = 10
_FOLDER_MODE = 0o755  # what is in it is published
_MOVE_IT = "move it, or name another folder below `archive:`, as `folder:`"


class TakenError(ArchiveError):
    """What is in the place of one file is not the program's; the other files can be written."""


class ArchiveFolder:
    """The files of the archive below `root`, the folder of README.md."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def own_files(self, name: str) -> Iterator[Path]:
        """The files in this folder below `root`, and in folders in it, that the program has written."""
        for path in sorted((self._root / name).rglob("*")):
            if not is_unfinished(path.name) and self.has_own(path.relative_to(self._root)):
                yield path

    def has_own(self, path: PurePath) -> bool:
        """Whether there is such a file that the program has written."""
        try:
            with opened_file(self._root / path) as stream:
                return is_ours(stream.read(LOOKED_AT))
        except OSError:
            return False

    def write(self, file: PublishedFile) -> bool:
        """Write the file as a whole; False if it is up to date.

        Raises TakenError where there is a person's file, and ArchiveError where the folder or its disk
        refuses to have it written.
        """
        path = self._root / file.path
        with _wrap_errors(path.parent):
            _make_folder(path.parent)
            remove_unfinished(followed(path.parent), re.escape(path.name))
        for _ in range(_MOST_TRIES):
            with _found(path) as present:
                if present.content == file.content:
                    return False
                if present.content is not None and not is_ours(present.content):
                    raise TakenError(f"{path}: somebody else has written it", _MOVE_IT)
                with _wrap_errors(path):
                    if present.replace(file.content):
                        return True
        raise TakenError(f"{path}: another program writes it again and again", "stop that program")


@contextmanager
def _found(path: Path) -> Iterator[SharedFile]:
    with ExitStack() as stack:
        with _wrap_errors(path, TakenError):
            present = stack.enter_context(found(path, MOST_BYTES))
        yield present


@contextmanager
def _wrap_errors(path: Path, kind: type[ArchiveError] = ArchiveError) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise kind(f"{path}: {said(exc)}", remedy(exc)) from exc


def _make_folder(folder: Path) -> None:
    place = followed(folder)
    if not place.is_dir():
        place.mkdir()
        place.chmod(_FOLDER_MODE)  # whatever the umask is
