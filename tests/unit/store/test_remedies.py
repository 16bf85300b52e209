"""What a person is told of each error, from real databases on real disks."""

import errno
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from digest.errors import StoreBusy, StoreError
from digest.store.database import Database
from digest.store.remedies import RESTORE, store_error
from digest.store.store import SqlStore
from digest.system.remedies import remedy
from tests.support.builders import NOON
from tests.support.faulty_disk import failing_disk, full_disk, locked, read_only
from tests.unit.system.test_remedies import at_most


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A state in a folder of its own."""
    file = tmp_path / "home" / "state" / "digest.sqlite3"
    use(file)
    return file


def use(file: Path) -> None:
    """Open the state and write a little."""
    with closing(Database.open(file)) as database:
        SqlStore.over(database).runs.begin(NOON)


def trouble(file: Path, work: Callable[[Path], None] = use) -> tuple[str, str]:
    """What is told: the fact and the remedy."""
    with pytest.raises(StoreError) as caught:
        work(file)
    place, _, fact = str(caught.value).partition(": the state cannot be used: ")
    assert place == str(file)
    return fact, caught.value.hint


def told_by_the_system(number: int, words: str) -> tuple[str, str]:
    return words, remedy(OSError(number, words))


@pytest.mark.parametrize("left", [0, 8192, 40960])
def test_on_a_full_disk_there_is_to_be_made_room(file: Path, left: int) -> None:
    with full_disk(file.parents[1]) as disk:
        disk.fill(left)
        assert trouble(file) == told_by_the_system(errno.ENOSPC, "No space left on device")
        disk.free()
        use(file)


def test_a_new_state_on_a_full_disk_leaves_nothing_unfinished(tmp_path: Path) -> None:
    file = tmp_path / "digest.sqlite3"
    with full_disk(tmp_path) as disk:
        disk.fill(4096)
        assert trouble(file) == told_by_the_system(errno.ENOSPC, "No space left on device")
        assert {path.name for path in tmp_path.iterdir()} == {"ballast"}
        disk.free()
        use(file)


def test_a_disk_that_is_read_only_is_to_be_mounted_for_writing(file: Path) -> None:
    with read_only(file.parents[1]):
        assert trouble(file) == told_by_the_system(errno.EROFS, "Read-only file system")


def test_too_many_open_files_are_told_as_such(file: Path) -> None:
    with at_most(resource.RLIMIT_NOFILE, 3):
        assert trouble(file) == told_by_the_system(errno.EMFILE, "Too many open files")


def test_a_limit_of_the_files_size_is_told_as_such(file: Path) -> None:
    with at_most(resource.RLIMIT_FSIZE, 4096):
        assert trouble(file) == told_by_the_system(errno.EFBIG, "File too large")


@pytest.mark.exhaustive
@pytest.mark.parametrize("number", [errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("writes", [0, 3, 8, 14, 15, 21])
def test_whichever_write_fails_the_disk_is_named_and_the_state_stays_sound(
    file: Path, number: int, writes: int
) -> None:
    with failing_disk(file.parents[1]) as disk:
        disk.fail_after(writes, number)
        fact, hint = trouble(file)
        disk.heal()
        use(file)
        with closing(Database.open_existing(file)) as database:
            assert database.damage() == ""
    assert hint == remedy(OSError(number, fact))


def test_a_state_that_is_locked_is_busy_and_only_for_now(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.store.database.BUSY_SECONDS", 0.01)
    with locked(file):
        assert trouble(file) == ("another program is writing to it", "run again when that is done")
        with pytest.raises(StoreBusy):
            use(file)
    use(file)


@pytest.mark.parametrize(
    ("at", "fact"), [(0, "the file is not a database"), (8192, "the file is damaged")], ids=["header", "page"]
)
def test_damage_alone_is_a_reason_to_move_the_state_away_and_what_that_costs_is_told(
    file: Path, at: int, fact: str
) -> None:
    content = bytearray(file.read_bytes())
    content[at : at + 8192] = b"\xff" * 8192
    file.write_bytes(content)
    assert trouble(file) == (fact, RESTORE)
    assert "backup" in RESTORE
    assert "welcomed again" in RESTORE
    assert "who unsubscribed is forgotten" in RESTORE


def test_what_is_no_file_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    path = (
        "it is a folder, not a file",
        "correct the path: a file is where a folder should be, or the reverse",
    )
    assert trouble(tmp_path / "folder") == path
    name = tmp_path / ("x" * 300)
    assert trouble(name) == ("File name too long", "choose a shorter path")


def test_more_variables_than_sqlite_takes_do_no_harm_to_the_state(file: Path) -> None:
    def ask_too_much(file: Path) -> None:
        with closing(Database.open(file)) as database, database.transaction() as connection:
            number = 300_000
            connection.exec_driver_sql(f"SELECT 1 WHERE 1 IN ({','.join('?' * number)})", (1,) * number)

    fact, hint = trouble(file, ask_too_much)
    assert fact == "too many SQL variables"
    assert hint == "keep the state as it is, and report this line: the program asks for what SQLite cannot do"
    use(file)


def with_code(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("SQLite's own words")
    error.sqlite_errorcode = code
    return error


def test_of_all_result_codes_only_those_of_damage_cost_the_state(file: Path) -> None:
    damage = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    codes = range(1, 2048)  # extended ones have the primary one in their lowest byte
    costly = {code for code in codes if store_error(file, with_code(code)).hint == RESTORE}
    assert costly == {code for code in codes if code & 0xFF in damage}


def test_memory_that_ran_out_is_told_as_such(file: Path) -> None:
    expected = "free some memory, or let the program use more (under systemd MemoryMax=)"
    error = store_error(file, MemoryError())
    assert (str(error), error.hint) == (
        f"{file}: the state cannot be used: there is too little memory",
        expected,
    )
