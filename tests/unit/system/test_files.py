import os
import stat
from pathlib import Path

import pytest

from digest.system.files import make_private_folder, read_regular_file, replacement, write_atomically


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_as_a_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_bytes(b"before")
    file.chmod(0o640)
    write_atomically(file, b"after")
    assert (file.read_bytes(), mode(file)) == (b"after", 0o640)
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_has_the_permissions_that_are_asked_for(tmp_path: Path) -> None:
    write_atomically(tmp_path / "public", b"")
    write_atomically(tmp_path / "private", b"", 0o600)
    assert (mode(tmp_path / "public"), mode(tmp_path / "private")) == (0o644, 0o600)


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"before")
    link.symlink_to(real)
    write_atomically(link, b"after")
    assert (link.is_symlink(), real.read_bytes()) == (True, b"after")


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "README.md"
    file.write_bytes(b"before")

    def full(descriptor: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, b"after")
    assert [(path, path.read_bytes()) for path in tmp_path.iterdir()] == [(file, b"before")]


def test_a_file_and_then_its_folder_are_on_disk_when_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    write_atomically(tmp_path / "README.md", b"after")
    assert synced == [(tmp_path / "README.md").stat().st_ino, tmp_path.stat().st_ino]


def test_a_file_that_is_written_by_others_takes_its_place_when_it_is_done(tmp_path: Path) -> None:
    file = tmp_path / "copy"
    file.write_bytes(b"before")
    with replacement(file, 0o640) as unfinished:
        assert (unfinished.parent, mode(unfinished)) == (tmp_path, 0o600)
        unfinished.write_bytes(b"after")
        assert file.read_bytes() == b"before"
    assert (file.read_bytes(), mode(file)) == (b"after", 0o640)
    with pytest.raises(RuntimeError), replacement(file, 0o640) as unfinished:
        raise RuntimeError
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == {file: b"after"}


def test_a_private_folder_is_its_owners_alone(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "a" / "state")
    make_private_folder(tmp_path / "a" / "state")
    assert mode(tmp_path / "a" / "state") == 0o700


def test_a_small_file_is_read_and_anything_else_is_an_error_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    os.mkfifo(tmp_path / "pipe")
    assert read_regular_file(tmp_path / "file", 5) == b"12345"
    for name, most_bytes, problem in (
        ("file", 4, "it is larger than 4 bytes"),
        ("pipe", 5, "it is no file, but a pipe or a device"),
        (".", 5, "Is a directory"),
        ("none", 5, "No such file or directory"),
    ):
        with pytest.raises(OSError, match=problem):
            read_regular_file(tmp_path / name, most_bytes)
