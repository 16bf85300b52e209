import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert

from digest.domain.mails import MailState
from digest.domain.subscribers import Suppression, SuppressionReason
from digest.errors import StateRestored, StoreError
from digest.store.backup import back_up
from digest.store.database import Database
from digest.store.handover import (
    NOT_ABOUT_PEOPLE,
    accept_as_newest,
    erase_people,
    latest_run,
    refuse_undecided,
)
from digest.store.log_schema import runs
from digest.store.queries.suppressions import lift, suppress
from digest.store.schema import mails, metadata
from digest.store.store import SqlStore
from tests.support.builders import NOON, config

PEOPLE = ("ada@", "example.org", "the mail to subscribers[0]", "/home/ada")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state that knows a subscriber, a mail, a suppression and a run with problems."""
    file = tmp_path / "state" / "digest.sqlite3"
    with closing(SqlStore.over(Database.open(file))) as store:
        store.subscriptions.sync(config(tmp_path), NOON)
        store.suppressions.signing_key()
        run = store.runs.begin(NOON)
        with store.database.transaction() as connection:
            connection.execute(
                runs.update()
                .where(runs.c.number == run)
                .values(mail="the mail to subscribers[0]", archive="/home/ada/README.md", arxiv="down")
            )
            connection.execute(
                insert(mails).values(
                    subscriber=1,
                    through=0,
                    state=MailState.SENT,
                    created_at=NOON,
                    content=b"to ada@example.org",
                )
            )
            suppress(connection, "f" * 32, Suppression(SuppressionReason.UNSUBSCRIBED, NOON))
            lift(connection, "f" * 32, "reader@example.org", NOON)
    return file


@pytest.fixture
def copy(state: Path, tmp_path: Path) -> Path:
    file = tmp_path / "copy.sqlite3"
    back_up(state, file, NOON)
    return file


def rows(file: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(file)) as connection:
        return {
            table: len(connection.execute(f"SELECT 1 FROM {table}").fetchall()) for table in metadata.tables
        }


def test_nothing_about_people_is_left_in_a_copy(copy: Path) -> None:
    before = rows(copy)
    assert before["subscribers"] == before["mails"] == before["secrets"] == 1
    erase_people(copy)
    kept = {"schema_version", "keywords", "runs", "marks"}
    assert {table for table, count in rows(copy).items() if count} == kept
    content = copy.read_bytes()
    assert [word for word in (*PEOPLE, "reader", "f" * 32) if word.encode() in content] == []
    assert b"down" in content


def test_a_new_table_is_emptied_unless_somebody_decides_otherwise() -> None:
    about_people = metadata.tables.keys() - NOT_ABOUT_PEOPLE
    assert about_people == {
        "secrets", "subscribers", "subscriptions", "welcomes", "mails", "deliveries", "refused_papers",
        "refusals", "suppressions", "suppression_events", "read_messages", "preferences",
    }  # fmt: skip
    assert metadata.tables.keys() >= NOT_ABOUT_PEOPLE


def test_a_copy_without_people_is_a_state(copy: Path) -> None:
    erase_people(copy)
    accept_as_newest(copy)
    with closing(SqlStore.over(Database.open(copy))) as store:
        assert store.runs.begin(NOON) == 2


def test_the_latest_run_is_known_and_the_copy_is_not_touched(copy: Path) -> None:
    before = copy.read_bytes()
    assert latest_run(copy) == 1
    assert copy.read_bytes() == before
    assert not copy.with_name("copy.sqlite3-wal").exists()


def test_a_damaged_copy_is_told(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[8192 * 2 : 8192 * 4] = b"\xff" * 8192 * 2
    copy.write_bytes(content)
    with pytest.raises(StoreError):
        latest_run(copy)


def test_a_copy_is_used_by_runs_once_it_is_known_as_the_newest(copy: Path) -> None:
    with pytest.raises(StateRestored):
        refuse_undecided(copy)
    accept_as_newest(copy)
    refuse_undecided(copy)
