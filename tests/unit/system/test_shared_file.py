"""A file that others write too."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from digest.system import shared_file
from digest.system.shared_file import SharedFile, found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "README.md"
    file.write_bytes(b"before")
    return file


@pytest.fixture
def at_the_last_moment(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Do something once, between the last look and the system call that replaces the file."""
    monkeypatch.setattr(shared_file, "_SAVING_SECONDS", 0.0)

    def schedule(act: Callable[[], object]) -> None:
        real = os.replace

        def replace(source: str, target: Path) -> None:
            monkeypatch.setattr(os, "replace", real)
            act()
            real(source, target)

        monkeypatch.setattr(os, "replace", replace)

    return schedule


def append(file: Path, words: bytes) -> None:
    with file.open("ab") as stream:
        stream.write(words)


def by_replacing(file: Path) -> None:
    file.with_name("new").write_bytes(b"saved")
    file.with_name("new").replace(file)


def test_a_file_that_nobody_wrote_meanwhile_is_replaced_and_keeps_its_permissions(file: Path) -> None:
    file.chmod(0o640)
    with found(file, 100) as present:
        assert (present.content, present.replace(b"after")) == (b"before", True)
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"after", 0o640)
    assert list(file.parent.iterdir()) == [file]


def test_a_link_stays_and_what_it_leads_to_is_replaced(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file.name)
    with found(link, 100) as present:
        assert present.replace(b"after")
    assert (link.is_symlink(), file.read_bytes()) == (True, b"after")


def test_a_file_that_is_missing_is_made(tmp_path: Path) -> None:
    with found(tmp_path / "README.md", 100) as present:
        assert (present.content, present.replace(b"after")) == (None, True)
    assert (tmp_path / "README.md").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("save", "content"),
    [
        (lambda file: append(file, b", more"), b"before, more"),
        (lambda file: file.write_bytes(b"saved!"), b"saved!"),
        (by_replacing, b"saved"),
    ],
    ids=["appended", "written in its place, of the same length", "replaced"],
)
def test_what_somebody_saved_meanwhile_stays(
    file: Path, save: Callable[[Path], object], content: bytes
) -> None:
    with found(file, 100) as present:
        save(file)
        assert not present.replace(b"after")
    assert file.read_bytes() == content
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_appeared_meanwhile_stays(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    with found(file, 100) as present:
        file.write_bytes(b"saved")
        assert not present.replace(b"after")
    assert file.read_bytes() == b"saved"


def test_a_file_that_vanished_meanwhile_is_not_made_again(file: Path) -> None:
    with found(file, 100) as present:
        file.unlink()
        assert not present.replace(b"after")
    assert not file.exists()


def test_what_was_written_after_the_last_look_is_given_back(
    file: Path, at_the_last_moment: Callable[[Callable[[], object]], None]
) -> None:
    at_the_last_moment(lambda: append(file, b", more"))
    with found(file, 100) as present:
        assert not present.replace(b"after")
    assert file.read_bytes() == b"before, more"


def test_what_was_added_to_the_new_file_too_comes_below_it(
    file: Path,
    at_the_last_moment: Callable[[Callable[[], object]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_the_last_moment(lambda: append(file, b", one"))
    settled = SharedFile._settled

    def and_another_line(old: SharedFile) -> bytes:
        append(file, b", two")
        return settled(old)

    monkeypatch.setattr(SharedFile, "_settled", and_another_line)
    with found(file, 100) as present:
        assert not present.replace(b"after")
    assert file.read_bytes() == b"before, one, two"


def test_a_file_that_somebody_replaced_at_once_stays_theirs(
    file: Path,
    at_the_last_moment: Callable[[Callable[[], object]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_the_last_moment(lambda: append(file, b", one"))
    settled = SharedFile._settled

    def and_a_new_file(old: SharedFile) -> bytes:
        by_replacing(file)
        return settled(old)

    monkeypatch.setattr(SharedFile, "_settled", and_a_new_file)
    with found(file, 100) as present:
        assert not present.replace(b"after")
    assert file.read_bytes() == b"saved"


def test_a_file_that_an_editor_writes_anew_is_given_back_when_it_is_whole(
    file: Path,
    at_the_last_moment: Callable[[Callable[[], object]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    editor = os.open(file, os.O_WRONLY)
    parts = [b"a new ", b"page", b"", b""]
    monkeypatch.setattr(shared_file, "time", SimpleNamespace(sleep=lambda _: os.write(editor, parts.pop(0))))
    at_the_last_moment(lambda: os.truncate(file, 0))
    with found(file, 100) as present:
        assert not present.replace(b"after")
    os.close(editor)
    assert file.read_bytes() == b"a new page"


def test_a_file_that_an_editor_has_just_cut_off_is_not_given_back(
    file: Path, at_the_last_moment: Callable[[Callable[[], object]], None]
) -> None:
    at_the_last_moment(lambda: os.truncate(file, 0))
    with found(file, 100) as present:
        assert not present.replace(b"after")
    assert file.read_bytes() == b"after"


def test_a_file_that_is_too_large_is_not_read(file: Path) -> None:
    with pytest.raises(OSError, match="it is larger than 5 bytes"), found(file, 5):
        pass


def test_what_an_editor_has_just_cut_off_is_read_when_it_is_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(b"")
    monkeypatch.setattr(shared_file, "time", SimpleNamespace(sleep=lambda _: file.write_bytes(b"saved")))
    with found(file, 100) as present:
        assert present.content == b"saved"


def test_a_file_that_stays_empty_is_empty(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(b"")
    monkeypatch.setattr(shared_file, "_SAVING_SECONDS", 0.0)
    with found(file, 100) as present:
        assert (present.content, present.replace(b"after")) == (b"", True)
