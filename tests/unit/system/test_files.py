import errno
import fcntl
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from digest.system import files
from digest.system.files import (
    followed,
    make_private_folder,
    name_of_user,
    open_file,
    read_file,
    remove_unfinished,
    replacement,
    try_writing,
    who_else_writes,
    write_atomically,
)


def make_socket(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(place))


def make_large(place: Path) -> None:
    place.touch()
    os.truncate(place, 300_000_000)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies here belongs to another user than the program's, who is not root."""
    monkeypatch.setattr(files, "_is_trusted", lambda user: user == 4_000_000)


def test_a_file_is_replaced_as_a_whole_and_gets_the_permissions_that_are_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_bytes(b"before")
    write_atomically(file, b"after", 0o640)
    assert (file.read_bytes(), mode(file)) == (b"after", 0o640)
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"before")
    link.symlink_to(real)
    write_atomically(link, b"after", 0o600)
    assert (link.is_symlink(), link.read_bytes(), real.read_bytes()) == (False, b"after", b"before")


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place, kind in ((tmp_path / "pipe", "a pipe"), (Path("/dev/null"), "a device")):
        with pytest.raises(OSError, match=f"it is {kind}, not a file"):
            write_atomically(place, b"", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_nothing_is_replaced_if_the_last_look_finds_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_bytes(b"before")

    def look() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(file, b"after", 0o600, last_look=look)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == {file: b"before"}


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (os.mkfifo, "it is a pipe, not a file"),
        (lambda place: place.mkdir(), "it is a folder, not a file"),
        (lambda place: place.symlink_to("/dev/zero"), "it is a device, not a file"),
        (lambda place: place.symlink_to(place), "Too many levels of symbolic links"),
        (make_socket, "it is a socket, not a file"),
        (make_large, "it is larger than 1,000 bytes"),
        (lambda place: None, "No such file or directory"),
    ],
    ids=["pipe", "folder", "endless device", "link to itself", "socket", "300 MB", "nothing"],
)
def test_what_cannot_be_read_as_a_file_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], problem: str
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    make(Path("README.md"))
    with pytest.raises(OSError, match=problem) as raised:
        read_file(Path("README.md"), 1_000)
    assert raised.value.strerror == problem


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 1_000)
    assert read_file(tmp_path / "file", 1_000) == b"x" * 1_000


def test_a_file_that_is_to_be_no_link_is_refused_as_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("elsewhere")
    with pytest.raises(OSError, match="it is a link, not a file"):
        open_file(tmp_path / "link", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW)
    assert not (tmp_path / "elsewhere").exists()


def test_ones_own_links_are_followed_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to("../b")
    (tmp_path / "b").symlink_to(tmp_path / "c")
    assert followed(tmp_path / "a" / "link" / "file") == tmp_path / "c" / "file"


def test_a_link_that_another_user_may_have_made_is_not_followed(tmp_path: Path, somebody_else: None) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    for act in (
        lambda: followed(tmp_path / "link"),
        lambda: make_private_folder(tmp_path / "link" / "state"),
        lambda: write_atomically(tmp_path / "link" / "file", b"", 0o600),
    ):
        with pytest.raises(OSError, match="another user may have made"):
            act()
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_in_a_shared_folder_it_counts_who_made_the_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "file")
    tmp_path.chmod(0o1777)
    assert followed(link) == tmp_path / "file"
    monkeypatch.setattr(os, "lstat", lambda path: SimpleNamespace(st_uid=4_000_000, st_mode=0o120777))
    with pytest.raises(OSError, match="another user may have made"):
        followed(link)


def test_who_else_may_write_in_a_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert who_else_writes(tmp_path) == ""
    tmp_path.chmod(0o1777)
    assert who_else_writes(tmp_path) == "everybody"
    monkeypatch.setattr(files, "_is_trusted", lambda user: user == 4_000_000)
    assert who_else_writes(tmp_path) == f"user {name_of_user(os.geteuid())}"


def test_only_what_is_unfinished_of_these_files_is_removed(tmp_path: Path) -> None:
    left = [".README.md.ab12_x.unfinished", ".other.ab12.unfinished", ".README.md.swp", "README.md"]
    for name in left:
        (tmp_path / name).touch()
    (tmp_path / ".README.md.folder.unfinished").mkdir()
    remove_unfinished(tmp_path, r"README\.md")
    remove_unfinished(tmp_path / "missing", ".*")
    assert {path.name for path in tmp_path.iterdir()} == {*left[1:], ".README.md.folder.unfinished"}


def test_what_another_process_is_writing_is_not_removed(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    write_atomically(file, b"after", 0o600, last_look=lambda: remove_unfinished(tmp_path, ".*"))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == {file: b"after"}


def test_what_is_unfinished_is_removed_where_files_cannot_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    (tmp_path / ".a.ab12.unfinished").touch()
    (tmp_path / ".b.ab12.unfinished").symlink_to("a")
    write_atomically(tmp_path / "a", b"after", 0o600)
    remove_unfinished(tmp_path, ".*")
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_folder_is_tried_without_touching_what_is_there(tmp_path: Path) -> None:
    try_writing(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="No such file"):
        try_writing(tmp_path / "missing")


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "README.md"
    file.write_bytes(b"before")

    def full(descriptor: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, b"after", 0o600)
    assert [(path, path.read_bytes()) for path in tmp_path.iterdir()] == [(file, b"before")]


def test_a_file_and_then_its_folder_are_on_disk_when_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    write_atomically(tmp_path / "README.md", b"after", 0o600)
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
