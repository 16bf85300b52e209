import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from digest.domain.auditing import Audit
from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.mails import DeliveryResult, Mail, MailState
from digest.domain.runs import RunProblems
from digest.errors import StoreError
from digest.store.database import Database
from digest.store.history import history
from digest.store.log_schema import audits, runs
from digest.store.queries.runs import timestamp
from digest.store.queries.suppressions import subscriber_of
from digest.store.retention import BOUNCES_EXPECTED, LOGS_KEPT
from digest.store.schema import deliveries, fetches, mails
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

DAY = timedelta(days=1)
SUBSCRIBER, OTHER = subscriber("reader@example.org"), subscriber("other@example.org")
SENT = DeliveryResult(MailState.SENT)
KEEP_DAYS = 7


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A state that knows two subscribers of one keyword, and its papers 2606.00501 to 2606.00509."""
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    store = SqlStore.over(database)
    store.subscriptions.sync(config(tmp_path, SUBSCRIBER, OTHER, welcome=0), NOON)
    found = [KeywordMatch(paper(f"2606.0050{number}"), True) for number in range(1, 10)]
    store.keywords.record(FetchResult(keyword()), [], paper("2606.00500").order, NOON)
    store.keywords.record(FetchResult(keyword()), found, 0, NOON)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> SqlStore:
    return SqlStore.over(database)


def mail(
    store: SqlStore,
    number: int,
    settled_at: datetime | None,
    email: str = SUBSCRIBER.email,
    body: bytes = b"x",
) -> None:
    """A mail with the paper of this number, sent at that time, if it is."""
    made = Mail(f"<{number}@example.org>", email, "digest@example.org", body, (f"2606.0050{number}",))
    store.mails.enqueue([made], 0, settled_at or NOON)
    if settled_at:
        store.mails.record_result(made.message_id, SENT, settled_at)


def kept(database: Database) -> list[tuple[str | None, bool]]:
    """The Message-ID of each mail that is kept, and whether its body is there."""
    with database.transaction() as connection:
        rows = connection.execute(select(mails).order_by(mails.c.number))
        return [(row.message_id, row.content is not None) for row in rows]


def test_the_bodies_of_mails_that_are_done_with_go_after_some_days(
    database: Database, store: SqlStore
) -> None:
    mail(store, 1, NOON)
    mail(store, 2, NOON + DAY)
    store.retention.tidy(NOON + KEEP_DAYS * DAY + timedelta(seconds=1), KEEP_DAYS)
    assert kept(database) == [("<1@example.org>", False), ("<2@example.org>", True)]


def test_a_queued_mail_keeps_its_body_however_old(database: Database, store: SqlStore) -> None:
    mail(store, 1, None)
    store.retention.tidy(NOON + 2 * LOGS_KEPT, KEEP_DAYS)
    outgoing = store.mails.next_queued(SUBSCRIBER)
    assert outgoing
    assert (outgoing.mail.content, outgoing.mail.papers) == (b"x", ("2606.00501",))


def test_for_a_month_a_report_that_a_mail_came_back_finds_its_subscriber(
    database: Database, store: SqlStore
) -> None:
    mail(store, 1, NOON)
    for days, email in ((KEEP_DAYS + 1, SUBSCRIBER.email), (BOUNCES_EXPECTED.days + 1, None)):
        store.retention.tidy(NOON + days * DAY, KEEP_DAYS)
        with database.transaction() as connection:
            assert subscriber_of(connection, "1") == email


def test_after_a_year_only_each_subscribers_latest_mail_is_remembered_but_everything_they_got(
    database: Database, store: SqlStore
) -> None:
    for number, email in enumerate((SUBSCRIBER.email, SUBSCRIBER.email, OTHER.email), 1):
        mail(store, number, NOON, email)
    store.retention.tidy(NOON + LOGS_KEPT + DAY, KEEP_DAYS)
    with database.transaction() as connection:
        assert set(connection.scalars(select(mails.c.number))) == {2, 3}
        got = connection.execute(select(deliveries).order_by(deliveries.c.mail)).all()
    assert [row.mail for row in got] == [1, 2, 3]
    found = history(database, "2606.00501")
    assert found
    assert (found.sent_at, found.sent_before) == ((), 1)


def test_the_number_of_a_mail_that_is_gone_goes_to_no_other(database: Database, store: SqlStore) -> None:
    mail(store, 1, NOON)
    with database.transaction() as connection:
        connection.execute(mails.delete())
    mail(store, 2, NOON)
    found = history(database, "2606.00501")
    assert found
    assert (found.sent_at, found.sent_before) == ((), 1)


def test_after_a_year_old_runs_and_audits_are_forgotten_but_the_latest(
    database: Database, store: SqlStore
) -> None:
    for _ in range(2):
        store.runs.end(store.runs.begin(NOON), NOON, RunProblems())
        store.audits.record(Audit(NOON, NOON.date(), ()), (), NOON)
    store.retention.tidy(NOON + LOGS_KEPT + 2 * DAY, KEEP_DAYS)
    with database.transaction() as connection:
        assert list(connection.scalars(select(runs.c.number))) == [2]
        assert list(connection.scalars(select(audits.c.number))) == [2]
    assert store.runs.begin(NOON) == 3


def test_of_each_keyword_the_fetches_that_tell_what_is_usual_stay(
    database: Database, store: SqlStore
) -> None:
    for number in range(30):
        store.keywords.record(FetchResult(keyword()), [], 0, NOON + number * timedelta(seconds=1))
        store.keywords.record_failure(keyword(), "no answer", NOON)
    usual = store.keywords.state_of(keyword()).usual
    store.retention.tidy(NOON + LOGS_KEPT + DAY, KEEP_DAYS)
    with database.transaction() as connection:
        problems = list(connection.scalars(select(fetches.c.problem)))
    assert problems == [None] * 20
    assert store.keywords.state_of(keyword()).usual == usual


def test_it_is_done_once_a_day_and_again_when_a_clock_was_wrong(database: Database, store: SqlStore) -> None:
    times = []
    for moment in (NOON, NOON + DAY / 2, NOON + DAY, NOON + 3650 * DAY, NOON + DAY):
        store.retention.tidy(moment, KEEP_DAYS)
        with database.transaction() as connection:
            times.append(timestamp(connection, "tidied"))
    assert times == [NOON, NOON, NOON + DAY, NOON + 3650 * DAY, NOON + DAY]


def test_a_clock_years_ahead_loses_bodies_and_logs_and_no_paper(
    store: SqlStore,
) -> None:
    mail(store, 1, NOON)
    known, waiting = store.keywords.state_of(keyword()), store.mails.pending_papers(SUBSCRIBER)
    store.retention.tidy(NOON + 3650 * DAY, KEEP_DAYS)
    assert replace(store.keywords.state_of(keyword()), usual=None) == replace(known, usual=None)
    assert store.mails.pending_papers(SUBSCRIBER) == waiting


def fill(store: SqlStore, megabytes: int) -> None:
    """Mails of a megabyte each, settled at noon."""
    for number in range(1, megabytes + 1):
        made = Mail(f"<{number}@example.org>", SUBSCRIBER.email, "digest@example.org", os.urandom(1_000_000))
        store.mails.enqueue([made], 0, NOON)
        store.mails.record_result(made.message_id, SENT, NOON)


def is_large(database: Database) -> bool:
    """Whether the file holds more than a megabyte, once everybody has closed it."""
    database.close()
    return database.file.stat().st_size > 1_000_000


@pytest.mark.parametrize(
    ("megabytes", "stays"), [(8, True), (12, False)], ids=["not worth the trouble", "worth it"]
)
def test_a_large_file_of_mostly_free_pages_is_made_small(
    database: Database, store: SqlStore, megabytes: int, stays: bool
) -> None:
    fill(store, megabytes)
    store.retention.tidy(NOON + 30 * DAY, KEEP_DAYS)
    assert is_large(database) is stays


@pytest.mark.exhaustive
def test_it_is_made_small_once_a_month_at_most(database: Database, store: SqlStore) -> None:
    fill(store, 12)
    store.retention.tidy(NOON + 8 * DAY, KEEP_DAYS)
    with database.transaction() as connection:
        connection.execute(mails.delete())
    fill(store, 12)
    store.retention.tidy(NOON + 20 * DAY, KEEP_DAYS)
    assert is_large(database)
    store.retention.tidy(NOON + 40 * DAY, KEEP_DAYS)
    assert not is_large(database)


def test_somebody_who_reads_meanwhile_is_in_nobodys_way(database: Database, store: SqlStore) -> None:
    fill(store, 12)
    with closing(sqlite3.connect(database.file)) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM mails").fetchone() == (12,)
        store.retention.tidy(NOON + 8 * DAY, KEEP_DAYS)
        assert other.execute("SELECT count(*) FROM mails WHERE content IS NULL").fetchone() == (0,)
    assert not is_large(database)


class FullDisk(Database):
    def compact(self) -> None:
        raise StoreError(self.file, "database or disk is full", "make room")


def test_a_file_that_cannot_be_made_small_ends_no_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = FullDisk.open(tmp_path / "full.sqlite3")
    store = SqlStore.over(database)
    store.subscriptions.sync(config(tmp_path), NOON)
    fill(store, 12)
    caplog.set_level(logging.INFO)
    store.retention.tidy(NOON + 8 * DAY, KEEP_DAYS)
    assert caplog.messages == [
        f"the state keeps its free pages for another month: {database.file}: database or disk is full"
    ]
    assert is_large(database)
