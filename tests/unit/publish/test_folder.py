"""The files of the archive in their folder."""

import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from digest.errors import ArchiveError
from digest.publish import folder
from digest.publish.files import PublishedFile
from digest.publish.folder import ArchiveFolder
from digest.publish.mark import marked

FILE = PublishedFile(PurePosixPath("archive/a.md"), marked("one"))


def test_a_file_is_written_for_all_to_read_and_only_if_it_has_changed(tmp_path: Path) -> None:
    assert ArchiveFolder(tmp_path).write(FILE)
    written = (tmp_path / "archive" / "a.md").stat()

    assert not ArchiveFolder(tmp_path).write(FILE)

    assert (tmp_path / "archive" / "a.md").read_bytes() == (
        b"<!-- Daily Papers writes this file; what others write into it is lost. -->\none\n"
    )
    assert (tmp_path / "archive" / "a.md").stat().st_ino == written.st_ino
    modes = [stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("archive", "archive/a.md")]
    assert modes == [0o755, 0o644]


@pytest.mark.parametrize(
    "words", [b"", b"mine", b"x" * 1_000 + FILE.content], ids=["empty", "words", "later"]
)
def test_a_persons_file_stays_and_is_named(tmp_path: Path, words: bytes) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "a.md").write_bytes(words)

    assert not ArchiveFolder(tmp_path).has_own(FILE.path)
    with pytest.raises(ArchiveError) as raised:
        ArchiveFolder(tmp_path).write(FILE)

    assert str(raised.value) == f"{tmp_path}/archive/a.md: somebody else has written it"
    assert raised.value.hint == "move it, or name another folder below `archive:`, as `folder:`"
    assert (tmp_path / "archive" / "a.md").read_bytes() == words


def test_a_file_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    ArchiveFolder(tmp_path).write(FILE)
    assert ArchiveFolder(tmp_path).has_own(FILE.path)
    assert ArchiveFolder(tmp_path).write(PublishedFile(FILE.path, marked("two")))
    assert (tmp_path / "archive" / "a.md").read_bytes() == marked("two")


def pipe_in(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / "a.md")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: path.write_bytes(b"mine"), "archive: File exists"),
        (pipe_in, "archive/a.md: it is a pipe, not a file"),
        (lambda path: (path / "a.md").mkdir(parents=True), "archive/a.md: it is a folder, not a file"),
    ],
    ids=["the folder is a file", "pipe", "folder"],
)
def test_what_is_no_file_is_named(tmp_path: Path, make: Callable[[Path], object], problem: str) -> None:
    make(tmp_path / "archive")
    with pytest.raises(ArchiveError) as raised:
        ArchiveFolder(tmp_path).write(FILE)
    assert str(raised.value) == f"{tmp_path}/{problem}"


def test_what_killed_runs_left_unfinished_is_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    for name in (".a.md.abcd1234.unfinished", ".mine.md.abcd1234.unfinished"):
        (tmp_path / "archive" / name).touch()
    ArchiveFolder(tmp_path).write(FILE)
    names = sorted(path.name for path in (tmp_path / "archive").iterdir())
    assert names == [".mine.md.abcd1234.unfinished", "a.md"]


def test_its_own_files_are_told_from_those_of_a_person_and_from_unfinished_ones(tmp_path: Path) -> None:
    ours = ("archive/a.md", "archive/all.atom", "archive/data/2026.js")
    for name in (*ours, "archive/.a.md.abcd1234.unfinished", "a.md"):
        ArchiveFolder(tmp_path).write(PublishedFile(PurePosixPath(name), marked(name)))
    for name in ("mine.md", "data/mine.js"):
        (tmp_path / "archive" / name).write_text("mine")

    assert list(ArchiveFolder(tmp_path).own_files("archive")) == [tmp_path / name for name in ours]
    assert list(ArchiveFolder(tmp_path).own_files("none")) == []


def test_a_file_that_another_program_writes_again_and_again_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ArchiveFolder(tmp_path).write(FILE)

    def looked_at(content: bytes) -> bool:
        (tmp_path / "archive" / "a.md").write_bytes(content + b".")
        return True

    monkeypatch.setattr(folder, "is_ours", looked_at)
    with pytest.raises(ArchiveError, match="another program writes it again and again"):
        ArchiveFolder(tmp_path).write(PublishedFile(FILE.path, marked("two")))
