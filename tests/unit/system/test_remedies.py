import errno
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.system.remedies import remedy, said, trouble_with, user_name, why_refused
from tests.support.faulty_disk import full_disk, read_only


@contextmanager
def at_most(kind: int, number: int) -> Iterator[None]:
    """A limit of this process (getrlimit(2)) for the length of the block."""
    before = resource.getrlimit(kind)
    resource.setrlimit(kind, (number, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "make room on that disk"),
        (errno.EDQUOT, f"make room there: user {user_name()} has used up their share of the disk (`quota`)"),
        (errno.EACCES, f"let user {user_name()} use it (`ls -ld` shows who may)"),
        (errno.ENOLCK, "put it on a local disk: this file system does not lock files"),
        (errno.EIO, "its disk fails: `dmesg` says more; copy what is on it while that is possible"),
    ],
    ids=errno.errorcode.get,
)
def test_each_error_has_its_remedy(number: int, hint: str) -> None:
    assert remedy(OSError(number, "so it is")) == hint


def test_an_error_that_is_not_in_the_table_gets_the_callers_remedy() -> None:
    assert remedy(OSError("odd"), "look at it") == "look at it"
    assert remedy(OSError("odd")) == f"let user {user_name()} use it (`ls -ld` shows who may)"


def test_the_systems_words_are_told_without_the_name_of_a_file() -> None:
    assert said(OSError(errno.EIO, "Input/output error", "/a/file")) == "Input/output error"
    assert said(OSError("odd")) == "odd"
    assert said(TimeoutError()) == "TimeoutError"


def test_there_is_no_trouble_where_files_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert trouble_with(tmp_path, [tmp_path / "file", tmp_path / "nowhere"]) is None
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_reason_is_found_where_nothing_can_be_written(tmp_path: Path) -> None:
    found = []
    with full_disk(tmp_path, megabytes=1) as disk:
        disk.fill(left=8192)
        found.append(trouble_with(tmp_path, []))
    with read_only(tmp_path):
        found.append(trouble_with(tmp_path, []))
    with at_most(resource.RLIMIT_NOFILE, 3):
        found.append(trouble_with(tmp_path, []))
    with at_most(resource.RLIMIT_FSIZE, 4096):
        found.append(trouble_with(tmp_path, []))
    found.append(trouble_with(tmp_path / "nowhere", []))
    assert [error and error.errno for error in found] == [
        errno.ENOSPC,
        errno.EROFS,
        errno.EMFILE,
        errno.EFBIG,
        errno.ENOENT,
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_a_file_that_this_user_may_not_write_is_trouble(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch(stat.S_IRUSR)
    found = trouble_with(tmp_path, [file])
    assert found is not None
    assert found.errno == errno.EACCES


def test_a_folder_that_lets_nobody_through_is_named_and_stays_its_owners(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(os, "access", lambda folder, _mode: folder != closed)
    why, what_to_do = why_refused(closed / "file", PermissionError(errno.EACCES, "Permission denied"))
    assert why == f"permission denied for user {user_name()}: {closed} belongs to {user_name()}, mode 700"
    assert what_to_do == "move file out of that folder"


def test_a_file_of_another_user_is_to_be_given_to_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch(mode=0o600)
    owner = user_name()
    monkeypatch.setattr(os, "geteuid", lambda: 10_001)
    why, what_to_do = why_refused(file, PermissionError(errno.EACCES, "Permission denied"))
    assert why == f"permission denied for user {user_name()}: {file} belongs to {owner}, mode 600"
    assert what_to_do == f"run: chown {user_name()} {file}"
    assert user_name() != owner
