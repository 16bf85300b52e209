import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import StoreError
from digest.store.backup import back_up
from digest.store.database import Database
from digest.store.migrations import MIGRATIONS
from digest.store.queries.runs import BACKUP, timestamp
from digest.store.remedies import RESTORE
from digest.store.store import SqlStore
from tests.support.builders import NOON, config
from tests.support.faulty_disk import full_disk

LATER = NOON + timedelta(hours=1)
ANOTHER_NAME = "name a file that is not there yet, or an earlier backup"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state" / "digest.sqlite3"


@pytest.fixture
def store(state: Path, tmp_path: Path) -> Iterator[SqlStore]:
    """A run in the middle of its work: the log of the state has all that it knows."""
    store = SqlStore.over(Database.open(state))
    store.subscriptions.sync(config(tmp_path), NOON)
    store.runs.begin(NOON)
    yield store
    store.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "state.sqlite3"


def files(folder: Path) -> dict[str, int]:
    """What lies there, and its permissions."""
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


def marked(file: Path) -> object:
    """When the copy was made, as it says; it is not opened as a state for that."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT name, at FROM marks").fetchall()


def test_a_backup_is_one_private_file_with_all_that_was_written(
    store: SqlStore, state: Path, file: Path
) -> None:
    back_up(state, file, LATER)
    assert files(file.parent) == {file.name: 0o600}
    assert marked(file) == [("backup", "2026-06-22T13:00:00Z")]
    assert files(file.parent) == {file.name: 0o600}
    copy = SqlStore.over(Database.open(file))
    assert (
        copy.subscriptions.last_served_at()
        == store.subscriptions.last_served_at()
        == {"reader@example.org": NOON}
    )
    assert copy.runs.begin(LATER) == 2
    copy.close()


def test_the_state_itself_gets_no_mark_and_a_run_goes_on_meanwhile(
    store: SqlStore, state: Path, file: Path
) -> None:
    back_up(state, file, LATER)
    assert store.runs.begin(LATER) == 2
    with store.database.transaction() as connection:
        assert timestamp(connection, BACKUP) is None


def test_an_earlier_backup_is_replaced(store: SqlStore, state: Path, file: Path) -> None:
    back_up(state, file, NOON)
    back_up(state, file, LATER)
    assert marked(file) == [("backup", "2026-06-22T13:00:00Z")]
    assert files(file.parent) == {file.name: 0o600}


def test_a_link_to_a_backup_stays_one(store: SqlStore, state: Path, file: Path) -> None:
    link = file.with_name("latest")
    back_up(state, file, NOON)
    link.symlink_to(file)
    back_up(state, link, LATER)
    assert link.is_symlink()
    assert marked(file) == [("backup", "2026-06-22T13:00:00Z")]


def refusal(state: Path, file: Path) -> tuple[str, str]:
    with pytest.raises(StoreError) as caught:
        back_up(state, file, LATER)
    return str(caught.value), caught.value.hint


def test_the_state_is_not_written_over(store: SqlStore, state: Path, tmp_path: Path) -> None:
    same = tmp_path / "same"
    os.link(state, same)
    for file in (state, same):
        assert refusal(state, file) == (f"{file}: this is the state itself", ANOTHER_NAME)
    assert store.subscriptions.last_served_at() == {"reader@example.org": NOON}


@pytest.mark.parametrize("content", [b"", b"a person's words", None], ids=["empty", "text", "other tables"])
def test_a_file_that_is_no_backup_stays_as_it_is(
    store: SqlStore, state: Path, file: Path, content: bytes | None
) -> None:
    if content is None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE schema_version (version)")
    else:
        file.write_bytes(content)
    before = file.read_bytes()
    assert refusal(state, file) == (
        f"{file}: this is no earlier backup, and is not replaced",
        ANOTHER_NAME,
    )
    assert file.read_bytes() == before


def test_a_copy_that_is_in_use_as_a_state_stays_as_it_is(store: SqlStore, state: Path, file: Path) -> None:
    back_up(state, file, NOON)
    with closing(Database.open(file)):
        assert refusal(state, file) == (f"{file}: this is in use as a state", ANOTHER_NAME)


def test_without_a_state_there_is_no_backup(state: Path, file: Path) -> None:
    assert refusal(state, file) == (
        f"{state}: there is no state yet",
        "it comes with the first `digest run`",
    )


def test_a_folder_that_is_not_there_is_an_error(store: SqlStore, state: Path, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "copy"
    assert refusal(state, file) == (
        f"{file}: the backup cannot be written: No such file or directory",
        "make it, or correct the path",
    )


def test_a_state_that_is_damaged_replaces_no_backup(
    store: SqlStore, state: Path, file: Path, tmp_path: Path
) -> None:
    back_up(state, file, NOON)
    store.close()
    content = bytearray(state.read_bytes())
    content[8192 * 3 : 8192 * 4] = b"\xff" * 8192
    state.write_bytes(content)
    problem, hint = refusal(state, file)
    assert problem.startswith(f"{state}: the state is damaged: ")
    assert hint == RESTORE
    assert marked(file) == [("backup", "2026-06-22T12:00:00Z")]
    assert files(file.parent) == {file.name: 0o600}


def test_what_is_no_state_is_not_backed_up(state: Path, file: Path) -> None:
    state.parent.mkdir()
    state.write_bytes(b"this is no database" * 100)
    problem, hint = refusal(state, file)
    assert problem == f"{state}: the state cannot be used: the file is not a database"
    assert hint == RESTORE
    assert files(file.parent) == {}


def test_a_state_of_the_first_schema_can_be_backed_up_before_it_is_updated(state: Path, file: Path) -> None:
    state.parent.mkdir()
    with closing(sqlite3.connect(state)) as connection:
        connection.executescript(f"{MIGRATIONS[0]} INSERT INTO schema_version VALUES (1);")
    back_up(state, file, NOON)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version FROM schema_version").fetchall() == [(1,)]


def test_what_is_no_file_is_not_replaced_and_not_waited_for(state: Path, store: SqlStore, file: Path) -> None:
    os.mkfifo(file)
    with pytest.raises(StoreError) as failed:
        back_up(state, file, LATER)
    assert str(failed.value) == f"{file}: this is no earlier backup, and is not replaced"
    assert files(file.parent).keys() == {file.name}


def test_what_a_killed_backup_left_is_removed(state: Path, store: SqlStore, file: Path) -> None:
    for end in ("", "-journal"):
        (file.parent / f".{file.name}.abcd1234.unfinished{end}").touch()
    back_up(state, file, LATER)
    assert files(file.parent).keys() == {file.name}


def test_on_a_full_disk_the_earlier_backup_stays_and_the_disk_is_named(
    store: SqlStore, state: Path, file: Path
) -> None:
    with full_disk(file.parent) as disk:
        back_up(state, file, NOON)
        disk.fill(left=16_384)
        assert refusal(state, file) == (
            f"{file}: the backup cannot be written: No space left on device",
            "make room on that disk",
        )
        assert files(file.parent).keys() == {file.name, "ballast"}
        assert marked(file) == [("backup", "2026-06-22T12:00:00Z")]
        disk.free()
        back_up(state, file, LATER)
        assert marked(file) == [("backup", "2026-06-22T13:00:00Z")]


def test_a_page_that_cannot_be_read_is_the_states_trouble_and_not_the_backups(
    store: SqlStore, state: Path, file: Path
) -> None:
    store.close()
    state.write_bytes(state.read_bytes()[: 8192 * 5])  # as a copy on a full disk is cut off
    problem, hint = refusal(state, file)
    assert problem.startswith(f"{state}: the state ")
    assert hint == RESTORE
    assert files(file.parent) == {}
