"""The file beside the state, in real files."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.mails import Attempt, DeliveryResult, Mail, MailState
from digest.errors import StoreError
from digest.store.database import Database
from digest.store.journal import FileJournal, journal_of, record_in_copy, record_kept, try_record_kept
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, subscriber

ADA = subscriber("ada@example.org", label="subscribers[0]")
SENT = Attempt("<1@example.org>", DeliveryResult(MailState.SENT), NOON)
LATER = DeliveryResult(
    MailState.DEFERRED, refusals=1, retry_at=NOON + timedelta(minutes=5), problem='450 4.2.2 "voll", später'
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A state from which two mails go to Ada; whether they arrived is not recorded."""
    store = SqlStore.over(Database.open(tmp_path / "state" / "digest.sqlite3"))
    store.subscriptions.sync(config(tmp_path, ADA), NOON)
    for number in (1, 2):
        mail = Mail(f"<{number}@example.org>", ADA.email, "digest@example.org", b"a mail")
        store.mails.enqueue([mail], 0, NOON)
        store.mails.claim(mail.message_id)
        store.mails.mark_unconfirmed(mail.message_id, NOON)
    yield store
    store.close()


@contextmanager
def reserved(store: SqlStore) -> Iterator[FileJournal]:
    with closing(FileJournal(store.database.file)) as journal:
        journal.reserve()
        yield journal


def keep(store: SqlStore, *attempts: Attempt) -> Path:
    """As a run that ends before it can record them."""
    with reserved(store) as journal:
        journal.keep(attempts)
    return journal.file


def states(store: SqlStore) -> list[str]:
    with store.database.transaction() as connection:
        return list(connection.exec_driver_sql("SELECT state FROM mails ORDER BY number").scalars())


def test_what_is_kept_is_recorded_when_the_state_is_opened_next(store: SqlStore) -> None:
    file = keep(store, SENT, Attempt("<2@example.org>", LATER, NOON))
    record_kept(store.database)
    assert states(store) == ["sent", "deferred"]
    queued = store.mails.next_queued(ADA)
    assert queued
    assert (queued.refusals, queued.unconfirmed, queued.retry_at, queued.problem) == (
        LATER.refusals,
        LATER.unconfirmed,
        LATER.retry_at,
        LATER.problem,
    )
    assert file.read_bytes() == b""


def test_a_refused_address_is_counted_then_too(store: SqlStore) -> None:
    refused = DeliveryResult(MailState.FAILED, problem="550 5.1.1 unknown", address_refused=True)
    keep(store, Attempt("<1@example.org>", refused, NOON))
    record_kept(store.database)
    with store.database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM refusals").scalar() == 1


def test_read_twice_it_changes_nothing_more(store: SqlStore) -> None:
    file = keep(store, SENT)
    content = file.read_bytes()
    record_kept(store.database)
    file.write_bytes(content.replace(b"sent", b"failed"))
    record_kept(store.database)
    assert states(store) == ["sent", "unknown"]


def test_another_states_mails_are_ignored(store: SqlStore) -> None:
    file = keep(store, replace(SENT, message_id="<elsewhere@example.org>"), SENT)
    record_kept(store.database)
    assert states(store) == ["sent", "unknown"]
    assert file.read_bytes() == b""


@pytest.mark.parametrize("torn", [b'{"message_id": "<2@exam', b"\xff\0", b"7", b"{}"])
def test_a_line_that_was_not_written_whole_is_ignored(store: SqlStore, torn: bytes) -> None:
    file = keep(store, SENT)
    file.write_bytes(file.read_bytes().rstrip(b"\n") + b"\n" + torn)
    record_kept(store.database)
    assert states(store) == ["sent", "unknown"]


def test_a_line_of_other_types_is_ignored(store: SqlStore) -> None:
    file = keep(store, SENT)
    file.write_bytes(file.read_bytes().replace(b'"<1@example.org>"', b'["<1@example.org>"]'))
    record_kept(store.database)
    assert states(store) == ["unknown", "unknown"]


def test_a_pipe_in_its_place_keeps_no_dry_run_waiting(store: SqlStore) -> None:
    os.mkfifo(journal_of(store.database.file))
    with closing(Database.dry_run(store.database.file)) as copy, pytest.raises(StoreError, match="a pipe"):
        record_in_copy(copy)


def test_it_is_private_and_has_no_address(store: SqlStore) -> None:
    file = keep(store, SENT)
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_bytes())["message_id"] == "<1@example.org>"
    assert b"ada" not in file.read_bytes()


def test_what_is_kept_needs_no_more_room_than_was_reserved(store: SqlStore) -> None:
    problem = "\N{GRINNING FACE}" * 1000
    most = [Attempt(f"<{number}@example.org>", replace(LATER, problem=problem), NOON) for number in range(16)]
    with reserved(store) as journal:
        before = journal.file.stat()
        journal.keep(most)
        after = journal.file.stat()
        journal.clear()
    assert (before.st_size, before.st_blocks) == (after.st_size, after.st_blocks)


def test_a_run_that_has_nothing_to_keep_leaves_no_file(store: SqlStore) -> None:
    with reserved(store) as journal:
        assert journal.file.exists()
        journal.keep([SENT])
        journal.clear()
    assert not journal.file.exists()


def test_a_run_under_way_records_its_results_itself(store: SqlStore) -> None:
    with reserved(store) as journal:
        journal.keep([SENT])
        record_kept(store.database)
        assert states(store) == ["unknown", "unknown"]
    try_record_kept(store.database.file)
    assert states(store) == ["sent", "unknown"]


def test_a_disk_without_room_is_said_before_anything_is_sent(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    journal = FileJournal(store.database.file)
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StoreError, match=r"digest.sqlite3-results: .*No space left on device"):
        journal.reserve()
    assert not journal.file.exists()


def test_a_state_that_is_only_read_is_left_as_it_is_where_it_cannot_be_written(store: SqlStore) -> None:
    file = keep(store, SENT)
    store.database.file.rename(file.with_name("elsewhere"))
    try_record_kept(store.database.file)
    assert file.read_bytes().strip()


def test_without_a_file_there_is_nothing_to_do(store: SqlStore) -> None:
    record_kept(store.database)
    assert not journal_of(store.database.file).exists()


def test_a_state_whose_path_is_too_long_is_left_for_its_own_error(tmp_path: Path) -> None:
    try_record_kept(tmp_path / ("x" * 255))
