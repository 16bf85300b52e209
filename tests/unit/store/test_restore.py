"""A state that was restored from a copy: what shows it, and what a person may decide."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from digest.domain.fetching import FetchResult, KeywordMatch, KeywordState
from digest.domain.mails import Mail
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.errors import StateRestored
from digest.store.database import Database
from digest.store.queries.runs import BACKUP, set_timestamp, timestamp
from digest.store.restore import accept_restored, refuse_restored
from digest.store.schema import mails
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

DAY = timedelta(days=1)
MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
SUBSCRIBER = subscriber("reader@example.org", MODEL, REASONING)
BASELINE = paper("2606.00500").order


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    yield database
    database.close()


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return config(tmp_path, SUBSCRIBER)


@pytest.fixture
def store(database: Database, settings: Config) -> SqlStore:
    """One keyword is known, with a welcome and a new paper that wait; the other had no good fetch yet."""
    store = SqlStore.over(database)
    store.runs.begin(NOON)
    store.subscriptions.sync(settings, NOON)
    answer(store, "2606.00001", fresh=False)
    answer(store, "2606.00501", fresh=True)
    return store


def answer(store: SqlStore, *ids: str, fresh: bool, baseline: int = BASELINE) -> None:
    result = FetchResult(MODEL, high_water_mark=baseline, up_to_date=True)
    store.keywords.record(result, [KeywordMatch(paper(id), fresh) for id in ids], baseline, NOON)


def waiting(store: SqlStore, subscriber: Subscriber = SUBSCRIBER) -> set[str]:
    return {pending.paper.id for pending in store.mails.pending_papers(subscriber).papers}


def make_backup(database: Database) -> None:
    with database.transaction() as connection:
        set_timestamp(connection, BACKUP, NOON + timedelta(hours=1))


def add_run(database: Database) -> None:
    SqlStore.over(database).runs.begin(NOON + DAY)


OF_A_BACKUP = "the state was restored from the backup of 2026-06-22 13:00 UTC"


@pytest.mark.parametrize("had_run", [False, True])
def test_a_backup_is_refused_until_a_person_decides(database: Database, had_run: bool) -> None:
    refuse_restored(database)
    if had_run:
        add_run(database)
    make_backup(database)
    with pytest.raises(StateRestored) as caught:
        refuse_restored(database)
    assert str(caught.value) == f"{database.file}: {OF_A_BACKUP}"
    assert accept_restored(database, NOON, send=True) == OF_A_BACKUP
    refuse_restored(database)


def test_a_state_that_is_no_backup_is_never_refused(database: Database) -> None:
    add_run(database)
    refuse_restored(database)


@pytest.mark.parametrize("send", [True, False])
@pytest.mark.parametrize(
    ("change", "evidence"),
    [(lambda _: None, ""), (add_run, ""), (make_backup, OF_A_BACKUP)],
    ids=["a new state", "no backup", "a backup"],
)
def test_the_decision_names_the_copy_that_it_is_about(
    database: Database, change: Callable[[Database], None], evidence: str, send: bool
) -> None:
    change(database)
    assert accept_restored(database, NOON, send=send) == evidence
    with database.transaction() as connection:
        assert timestamp(connection, BACKUP) is None


def test_a_state_that_is_no_backup_keeps_its_backlog_whatever_is_decided(
    database: Database, store: SqlStore
) -> None:
    known = store.keywords.state_of(MODEL)
    accept_restored(database, NOON + DAY, send=False)
    assert store.keywords.state_of(MODEL) == known
    assert waiting(store) == {"2606.00001", "2606.00501"}


def test_sending_the_backlog_changes_nothing_else(database: Database, store: SqlStore) -> None:
    known = store.keywords.state_of(MODEL)
    make_backup(database)
    accept_restored(database, NOON, send=True)
    assert store.keywords.state_of(MODEL) == known
    assert waiting(store) == {"2606.00001", "2606.00501"}


def test_without_the_backlog_nothing_waits_and_keywords_start_over(
    database: Database, store: SqlStore
) -> None:
    ids = frozenset({"2606.00001", "2606.00501"})
    make_backup(database)
    accept_restored(database, NOON + DAY, send=False)
    assert waiting(store) == set()
    assert store.keywords.state_of(MODEL) == KeywordState(
        papers=ids, recent=ids, newest_submission=paper().submitted, last_good_at=NOON
    )
    assert store.subscriptions.last_served_at() == {SUBSCRIBER.email: NOON + DAY}


def test_the_next_good_fetch_brings_past_papers_and_later_ones_are_new(
    database: Database, store: SqlStore
) -> None:
    make_backup(database)
    accept_restored(database, NOON + DAY, send=False)
    answer(store, "2606.00502", "2606.00503", fresh=False, baseline=BASELINE + 3)
    assert waiting(store) == set()
    answer(store, "2606.00504", fresh=True)
    assert waiting(store) == {"2606.00504"}


def test_subscribers_who_are_not_known_or_had_no_fetch_yet_get_no_welcome_once(
    database: Database, store: SqlStore, settings: Config
) -> None:
    """They may have subscribed after the copy was made, and have had it."""
    newcomer, later = subscriber("bo@example.org", MODEL), subscriber("eve@example.org", MODEL)
    make_backup(database)
    accept_restored(database, NOON + DAY, send=False)
    store.subscriptions.sync(replace(settings, subscribers=(SUBSCRIBER, newcomer)), NOON + DAY)
    answer(store, "2606.00502", fresh=False, baseline=BASELINE + 2)
    store.keywords.record(
        FetchResult(REASONING), [KeywordMatch(paper("2606.00003"), False)], BASELINE, NOON + DAY
    )
    assert waiting(store, SUBSCRIBER) == waiting(store, newcomer) == set()
    store.subscriptions.sync(replace(settings, subscribers=(SUBSCRIBER, newcomer, later)), NOON + DAY)
    assert waiting(store, later) == {"2606.00502", "2606.00501"}


def test_a_mail_that_was_queued_may_have_arrived_and_keeps_its_papers(
    database: Database, store: SqlStore
) -> None:
    mail = Mail("<1@example.org>", SUBSCRIBER.email, "digest@example.org", b"x", ("2606.00501",))
    store.mails.enqueue([mail], store.mails.pending_papers(SUBSCRIBER).up_to, NOON)
    store.mails.claim(mail.message_id)
    make_backup(database)
    accept_restored(database, NOON + DAY, send=False)
    with database.transaction() as connection:
        row = connection.execute(select(mails)).one()
    assert (row.state, row.unconfirmed, row.settled_at, row.problem) == (
        "failed",
        1,
        NOON + DAY,
        "the state was restored from a copy: it may have arrived since",
    )
    assert store.mails.next_queued(SUBSCRIBER) is None
    assert waiting(store) == set()
    assert store.mails.has_pending() == set()
