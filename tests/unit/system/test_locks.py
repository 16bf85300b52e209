import os
import stat
from pathlib import Path

import pytest

from digest.errors import LockHeld, StoreError
from digest.system.locks import exclusive_lock, held_lock, is_locked


def test_a_lock_is_held_by_one_process_and_ends_with_the_block(tmp_path: Path) -> None:
    file = tmp_path / "state" / "run.lock"
    with (
        exclusive_lock(file, wait=False),
        pytest.raises(BlockingIOError),
        exclusive_lock(file, wait=False),
    ):
        raise AssertionError("both hold the lock")
    with exclusive_lock(file, wait=True):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_lock_that_another_process_holds_is_an_error_with_a_hint(tmp_path: Path) -> None:
    file = tmp_path / "run.lock"
    with exclusive_lock(file, wait=False):
        with pytest.raises(LockHeld) as usual, held_lock(file):
            raise AssertionError("both hold the lock")
        with pytest.raises(LockHeld) as special, held_lock(file, "wait a minute"):
            raise AssertionError("both hold the lock")
    assert str(usual.value) == f"another run holds the lock {file}"
    assert (usual.value.hint, special.value.hint) == (LockHeld.hint, "wait a minute")
    with held_lock(file) as held:
        assert held == file


def test_a_lock_that_cannot_be_written_is_an_error_of_the_state(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.write_text("in the way")
    with (
        pytest.raises(StoreError, match="cannot be locked: File exists") as failed,
        held_lock(folder / "run.lock"),
    ):
        raise AssertionError("the lock is held")
    assert failed.value.hint == "correct the path: a file is where a folder should be, or the reverse"


def test_looking_at_a_lock_does_not_take_it(tmp_path: Path) -> None:
    file = tmp_path / "run.lock"
    with pytest.raises(FileNotFoundError):
        is_locked(file)
    with exclusive_lock(file, wait=False):
        assert is_locked(file)
    assert not is_locked(file)
    with exclusive_lock(file, wait=False):
        assert is_locked(file)


def test_a_lock_file_that_is_a_link_or_a_pipe_is_not_used(tmp_path: Path) -> None:
    important = tmp_path / "important"
    important.write_text("important")
    (tmp_path / "link").symlink_to(important)
    os.mkfifo(tmp_path / "pipe")
    for name, kind in (("link", "a link"), ("pipe", "a pipe")):
        with pytest.raises(StoreError) as failed, held_lock(tmp_path / name):
            raise AssertionError("the lock is held")
        assert str(failed.value) == f"{tmp_path / name}: cannot be locked: it is {kind}, not a file"
        with pytest.raises(OSError, match=f"it is {kind}, not a file"):
            is_locked(tmp_path / name)
    assert important.read_text() == "important"
