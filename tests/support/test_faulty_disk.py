"""The failing disks fail as they are told to, and only then."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.faulty_disk import failing_disk, full_disk, locked, read_only


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "note").write_text("before")
    return folder


def write(file: Path) -> int:
    """Write a block durably; returns the errno, or 0."""
    try:
        with file.open("wb") as stream:
            stream.write(bytes(8192))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as exc:
        return exc.errno or -1
    return 0


def test_a_disk_is_full_until_there_is_room_again(folder: Path) -> None:
    with full_disk(folder) as disk:
        assert (folder / "note").read_text() == "before"
        disk.fill()
        assert write(folder / "more") == errno.ENOSPC
        disk.free()
        disk.fill(left=8192)
        assert write(folder / "more") == 0
        assert disk.free_bytes < 8192
    assert [path.name for path in folder.iterdir()] == ["note"]


def test_nobody_writes_where_all_is_read_only(folder: Path) -> None:
    with read_only(folder):
        assert write(folder / "note") == errno.EROFS
        assert (folder / "note").read_text() == "before"
    assert write(folder / "note") == 0


def test_writes_fail_from_the_nth_on_until_the_disk_heals(folder: Path) -> None:
    with failing_disk(folder) as disk:
        assert (folder / "note").read_text() == "before"
        assert write(folder / "a") == 0
        before = disk.writes
        disk.fail_after(0)
        assert write(folder / "b") == errno.EIO
        disk.fail_after(before, errno.EDQUOT)  # as many as a whole file takes
        assert [write(folder / name) for name in "cd"] == [0, errno.EDQUOT]
        disk.heal()
        assert write(folder / "d") == 0
    assert sorted(path.name for path in folder.iterdir()) == ["a", "c", "d", "note"]


@pytest.mark.exhaustive
def test_one_file_may_fail_alone_and_reads_as_well(folder: Path) -> None:
    with failing_disk(folder) as disk:
        disk.fail_after(0, only="note", reads=True)
        assert write(folder / "a") == 0
        with pytest.raises(OSError) as caught:
            (folder / "note").read_text()
        assert caught.value.errno == errno.EIO


@pytest.mark.exhaustive
def test_a_database_in_wal_mode_lives_on_a_disk_that_may_fail(folder: Path) -> None:
    with failing_disk(folder), closing(sqlite3.connect(folder / "state")) as connection:
        assert connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        connection.execute("CREATE TABLE t (n)")
        with closing(sqlite3.connect(folder / "state")) as another:
            assert another.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_locked_database_is_locked_for_others(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "state")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    with (
        locked(folder / "state"),
        closing(sqlite3.connect(folder / "state", timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")
