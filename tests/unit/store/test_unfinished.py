"""A backup that is killed leaves a file with addresses beside its target: the next command removes it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.errors import LockHeld
from digest.store.backup import back_up
from digest.store.database import Database
from digest.store.unfinished import backup_lock, remove_killed_backup
from tests.support.builders import NOON


@pytest.fixture
def state(tmp_path: Path) -> Path:
    file = tmp_path / "state" / "digest.sqlite3"
    Database.open(file).close()
    return file


@pytest.fixture
def left(state: Path, tmp_path: Path) -> Path:
    """What a killed backup has left; SQLite's log of it lies beside it."""
    file = tmp_path / ".copy.sqlite3.abcd1234.unfinished"
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).write_text("ada@example.org")
    state.with_name("backup.lock").write_bytes(os.fsencode(file))
    return file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("open_it", [Database.open, Database.open_existing])
def test_whoever_opens_the_state_next_removes_it(
    state: Path, left: Path, open_it: Callable[[Path], Database]
) -> None:
    open_it(state).close()
    assert names(left.parent) == ["state"]
    assert state.with_name("backup.lock").read_bytes() == b""


def test_the_next_backup_removes_it_too(state: Path, left: Path) -> None:
    back_up(state, left.with_name("another.sqlite3"), NOON)
    assert names(left.parent) == ["another.sqlite3", "state"]


def test_while_a_backup_is_made_its_file_stays_and_there_is_no_other(state: Path, tmp_path: Path) -> None:
    unfinished = tmp_path / ".copy.sqlite3.abcd1234.unfinished"
    with backup_lock(state) as remember:
        unfinished.touch()
        remember(unfinished)
        remove_killed_backup(state)
        assert unfinished.exists()
        with pytest.raises(LockHeld) as refused:
            back_up(state, tmp_path / "another", NOON)
    assert refused.value.hint == "wait until that backup is made, then repeat the command"
    assert names(tmp_path) == ["state"]


def test_no_other_file_is_removed_whatever_is_noted(state: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.touch()
    state.with_name("backup.lock").write_bytes(
        b"\0".join([os.fsencode(precious), b".a.abcd1234.unfinished", b"\xff"])
    )
    remove_killed_backup(state)
    assert precious.exists()


def test_what_cannot_be_removed_stays_noted_and_stops_nobody(
    state: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / ".copy.abcd1234.unfinished"
    folder.mkdir()  # which is no file, and not to be removed like one
    note = state.with_name("backup.lock")
    note.write_bytes(os.fsencode(folder))
    Database.open(state).close()
    assert note.read_bytes() == os.fsencode(folder)
    assert caplog.messages[0].startswith(f"a backup was killed and has left {folder}: Is a directory (")


def test_a_backup_that_fails_leaves_nothing(state: Path, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), backup_lock(state) as remember:
        remember(tmp_path / ".copy.abcd1234.unfinished")
        raise ZeroDivisionError
    remove_killed_backup(state)
    assert state.with_name("backup.lock").read_bytes() == b""
