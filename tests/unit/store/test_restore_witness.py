"""The file beside the state that knows of its last run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.errors import StateRestored, StoreError
from digest.store.database import Database
from digest.store.restore import Witness, WitnessedStore
from digest.store.store import SqlStore
from tests.support.builders import NOON


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "run.lock"
    file.touch()
    return file


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "digest.sqlite3")
    yield database
    database.close()


def test_what_is_written_is_read(file: Path) -> None:
    witness = Witness(file)
    assert witness.read() == (0, "")
    witness.write(9, "a state")
    witness.write(10, "a state")
    assert (witness.read(), file.read_text()) == ((10, "a state"), "10 a state\n")
    witness.write(3, "b")
    assert (witness.read(), file.read_text()) == ((3, "b"), "3 b\n")


@pytest.mark.parametrize("content", [b"", b"words", b"-3 x", b"\xff\xfe", b"3.5 x"])
def test_a_file_that_tells_nothing_is_no_witness(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert Witness(file).read() == (0, "")


def test_a_file_that_is_not_there_is_no_witness(tmp_path: Path) -> None:
    assert Witness(tmp_path / "run.lock").read() == (0, "")


def test_a_file_that_cannot_be_written_ends_the_run(tmp_path: Path, database: Database) -> None:
    store = WitnessedStore(database, Witness(tmp_path / "nowhere" / "run.lock"))
    with pytest.raises(StoreError, match="No such file or directory"):
        store.begin_run(NOON)


def test_each_run_that_begins_is_witnessed_and_the_state_then_goes_on(file: Path, database: Database) -> None:
    store = WitnessedStore(database, Witness(file))
    for number in (1, 2):
        assert store.begin_run(NOON) == number
        assert Witness(file).read()[0] == number
        store.refuse_restored()
    assert store.settle_restoration(NOON, send=False) == ""


def test_an_older_state_is_refused_until_it_is_decided(file: Path, database: Database) -> None:
    store = WitnessedStore(database, Witness(file))
    store.begin_run(NOON)
    _, name = Witness(file).read()
    Witness(file).write(5, name)
    sign = "the state was restored from a copy: it knows of no run after 2026-06-22 12:00 UTC"
    with pytest.raises(StateRestored) as caught:
        store.refuse_restored()
    assert str(caught.value) == f"{database.file}: {sign}"
    assert store.settle_restoration(NOON, send=True) == sign
    store.refuse_restored()
    assert store.begin_run(NOON) == 6


def test_the_runs_of_another_state_are_none_of_this_ones(file: Path, database: Database) -> None:
    SqlStore(database).begin_run(NOON)
    Witness(file).write(5, "another")
    WitnessedStore(database, Witness(file)).refuse_restored()
