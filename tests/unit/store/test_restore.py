"""What becomes of a state that was restored from a copy."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from digest.domain.fetching import FetchResult, KeywordMatch, KeywordState
from digest.domain.mails import Mail
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.store.database import Database
from digest.store.queries.runs import BACKUP, begin_run, last_number, marked_at, set_mark
from digest.store.restore import accept_state, discard_backlog, sign_of_restoration
from digest.store.schema import mails
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

DAY = timedelta(days=1)
MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
READER = subscriber("reader@example.org", MODEL, REASONING)
BASELINE = paper("2606.00500").order


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    yield database
    database.close()


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return config(tmp_path, READER)


@pytest.fixture
def store(database: Database, settings: Config) -> SqlStore:
    """One keyword is known, with a welcome and a new paper that wait; the other was never answered."""
    store = SqlStore(database)
    store.sync_subscriptions(settings, NOON)
    answer(store, "2606.00001", fresh=False)
    answer(store, "2606.00501", fresh=True)
    return store


def answer(store: SqlStore, *ids: str, fresh: bool, baseline: int = BASELINE) -> None:
    result = FetchResult(MODEL, high_water_mark=baseline, up_to_date=True)
    store.record(result, [KeywordMatch(paper(id), fresh) for id in ids], baseline, NOON)


def waiting(store: SqlStore, subscriber: Subscriber = READER) -> set[str]:
    return {candidate.paper.id for candidate in store.waiting(subscriber).candidates}


@pytest.mark.parametrize(
    ("runs", "seen", "is_backup", "sign"),
    [
        (0, 7, False, ""),
        (2, 0, False, ""),
        (2, 2, False, ""),
        (2, 1, False, ""),
        (
            2,
            3,
            False,
            "the state was restored from a copy: it knows of no run after 2026-06-23 12:00 UTC",
        ),
        (2, 3, True, "the state was restored from the backup of 2026-06-22 13:00 UTC"),
        (0, 0, True, "the state was restored from the backup of 2026-06-22 13:00 UTC"),
    ],
    ids=[
        "a new state",
        "nobody saw its runs",
        "its last run was seen",
        "a run was killed before it was seen",
        "a later run was seen",
        "a backup",
        "a backup elsewhere",
    ],
)
def test_a_copy_shows_by_its_mark_or_by_runs_that_it_does_not_know(
    database: Database, runs: int, seen: int, is_backup: bool, sign: str
) -> None:
    with database.transaction() as connection:
        for number in range(runs):
            begin_run(connection, NOON + number * DAY)
        if is_backup:
            set_mark(connection, BACKUP, NOON + timedelta(hours=1))
        assert sign_of_restoration(connection, seen) == sign


@pytest.mark.parametrize("decide", [discard_backlog, accept_state])
def test_whatever_is_decided_the_state_shows_no_sign_any_more(
    database: Database, store: SqlStore, decide: Callable[[Connection, int, datetime], None]
) -> None:
    with database.transaction() as connection:
        begin_run(connection, NOON)
        set_mark(connection, BACKUP, NOON)
        decide(connection, 7, NOON)
        assert (marked_at(connection, BACKUP), last_number(connection)) == (None, 7)
        assert sign_of_restoration(connection, 7) == ""
        assert begin_run(connection, NOON) == 8


def test_going_on_changes_nothing_else(database: Database, store: SqlStore) -> None:
    known = store.known(MODEL)
    with database.transaction() as connection:
        accept_state(connection, 7, NOON)
    assert store.known(MODEL) == known
    assert waiting(store) == {"2606.00001", "2606.00501"}


def test_what_waited_waits_no_more_and_keywords_begin_anew(database: Database, store: SqlStore) -> None:
    ids = frozenset({"2606.00001", "2606.00501"})
    with database.transaction() as connection:
        discard_backlog(connection, 7, NOON + DAY)
    assert waiting(store) == set()
    assert store.known(MODEL) == KeywordState(
        papers=ids, recent=ids, newest_submission=paper().submitted, last_good_at=NOON
    )
    assert store.served() == {READER.email: NOON + DAY}


def test_what_the_next_good_answer_brings_is_the_past_and_what_comes_later_is_new(
    database: Database, store: SqlStore
) -> None:
    with database.transaction() as connection:
        discard_backlog(connection, 7, NOON + DAY)
    answer(store, "2606.00502", "2606.00503", fresh=False, baseline=BASELINE + 3)
    assert waiting(store) == set()
    answer(store, "2606.00504", fresh=True)
    assert waiting(store) == {"2606.00504"}


def test_whoever_is_not_known_or_had_no_answer_yet_gets_no_welcome_for_once(
    database: Database, store: SqlStore, settings: Config
) -> None:
    """They may have come since the copy was made, and have had it."""
    newcomer, later = subscriber("bo@example.org", MODEL), subscriber("eve@example.org", MODEL)
    with database.transaction() as connection:
        discard_backlog(connection, 7, NOON + DAY)
    store.sync_subscriptions(replace(settings, subscribers=(READER, newcomer)), NOON + DAY)
    answer(store, "2606.00502", fresh=False, baseline=BASELINE + 2)
    store.record(FetchResult(REASONING), [KeywordMatch(paper("2606.00003"), False)], BASELINE, NOON + DAY)
    assert waiting(store, READER) == waiting(store, newcomer) == set()
    store.sync_subscriptions(replace(settings, subscribers=(READER, newcomer, later)), NOON + DAY)
    assert waiting(store, later) == {"2606.00502", "2606.00501"}


def test_a_mail_that_was_on_its_way_may_have_arrived_and_keeps_its_papers(
    database: Database, store: SqlStore
) -> None:
    mail = Mail("<1@example.org>", READER.email, "digest@example.org", b"x", ("2606.00501",))
    store.freeze([mail], store.waiting(READER).through, NOON)
    store.claim(mail.message_id)
    with database.transaction() as connection:
        discard_backlog(connection, 7, NOON + DAY)
        row = connection.execute(select(mails)).one()
    assert (row.state, row.unconfirmed, row.settled_at, row.problem) == (
        "failed",
        1,
        NOON + DAY,
        "the state was restored from a copy: it may have arrived since",
    )
    assert store.outgoing(READER) is None
    assert waiting(store) == set()
    assert store.expecting() == set()
