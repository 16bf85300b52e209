"""What subscribers changed, and what then waits for them, on a real SQLite file."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.preferences import Action, Preference
from digest.store.database import Database
from digest.store.queries.preferences import clear_preferences, end_pause, preferences_of, record_preference
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

DAY = timedelta(days=1)
MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
ADA, BO = subscriber("ada@example.org", MODEL, REASONING), subscriber("bo@example.org", MODEL)
WEEKLY = Preference(Action.WEEKLY, NOON)
MUTED = Preference(Action.MUTE, NOON, MODEL.id, NOON + 7 * DAY)
PAUSED = Preference(Action.PAUSE, NOON, until=NOON + 3 * DAY)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A state that knows Ada and Bo, whose keywords had their first fetch."""
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    store = SqlStore.over(database)
    store.subscriptions.sync(config(tmp_path, ADA, BO, welcome=0), NOON)
    for wanted in (MODEL, REASONING):
        store.keywords.record(FetchResult(wanted), [], 1, NOON)
    store.subscriptions.sync(config(tmp_path, ADA, BO, welcome=0), NOON)
    yield database
    database.close()


def record(database: Database, *preferences: Preference, email: str = ADA.email) -> None:
    with database.transaction() as connection:
        for preference in preferences:
            record_preference(connection, email, preference)


def found(database: Database, id: str, *, by: str, days: int = 0) -> None:
    """A paper that the keyword found so many days after NOON."""
    wanted = {one.name: one for one in (MODEL, REASONING)}[by]
    matches = [KeywordMatch(paper(id), is_new=True)]
    SqlStore.over(database).keywords.record(FetchResult(wanted), matches, 1, NOON + days * DAY)


def waiting(database: Database, who: str = ADA.email) -> list[str]:
    return [one.paper.id for one in SqlStore.over(database).mails.pending_papers(subscriber(who)).papers]


def test_a_preference_replaces_one_about_the_same(database: Database) -> None:
    later = Preference(Action.MUTE, NOON + DAY, MODEL.id, NOON + 8 * DAY)
    record(database, MUTED, WEEKLY, later, WEEKLY)
    assert SqlStore.over(database).preferences.of(["ADA@example.org", BO.email]) == {
        "ADA@example.org": (WEEKLY, later)
    }


def test_a_subscriber_may_be_unknown_to_the_state(database: Database) -> None:
    record(database, PAUSED, email="cy@example.org")
    assert SqlStore.over(database).preferences.of(["cy@example.org"]) == {"cy@example.org": (PAUSED,)}
    assert "cy@example.org" not in SqlStore.over(database).subscriptions.last_served_at()


def test_what_a_muted_keyword_finds_until_the_end_of_that_never_waits(database: Database) -> None:
    record(database, MUTED)
    for id, by, days in (("2606.00001", "Reward Model", 6), ("2606.00002", "Reasoning", 6)):
        found(database, id, by=by, days=days)
    found(database, "2606.00003", by="Reward Model", days=7)
    assert waiting(database) == ["2606.00003", "2606.00002"]
    assert waiting(database, BO.email) == ["2606.00003", "2606.00001"]


def test_a_paper_of_another_keyword_too_waits(database: Database) -> None:
    record(database, MUTED)
    for by in ("Reward Model", "Reasoning"):
        found(database, "2606.00001", by=by)
    assert waiting(database) == ["2606.00001"]


def test_what_was_muted_waits_again_when_everything_is_undone(database: Database) -> None:
    record(database, MUTED)
    found(database, "2606.00001", by="Reward Model")
    with database.transaction() as connection:
        clear_preferences(connection, "Ada@Example.org", NOON + DAY, NOON + DAY)
        assert preferences_of(connection, ADA.email) == (Preference(Action.RESET, NOON + DAY),)
    assert waiting(database) == ["2606.00001"]
    assert SqlStore.over(database).subscriptions.last_served_at()[ADA.email] == NOON


def test_undoing_a_pause_brings_no_mail_before_the_next_slot(database: Database) -> None:
    record(database, PAUSED)
    with database.transaction() as connection:
        clear_preferences(connection, ADA.email, NOON + DAY, NOON + DAY)
    assert SqlStore.over(database).subscriptions.last_served_at()[ADA.email] == NOON + DAY


def test_a_pause_that_ends_early_keeps_its_end(database: Database) -> None:
    record(database, PAUSED, WEEKLY)
    with database.transaction() as connection:
        end_pause(connection, ADA.email, NOON + DAY)
        end_pause(connection, ADA.email, NOON + 2 * DAY)
        ended = Preference(Action.PAUSE, NOON + DAY, until=NOON + DAY)
        assert set(preferences_of(connection, ADA.email)) == {WEEKLY, ended}


def test_undoing_spares_what_was_asked_for_since(database: Database) -> None:
    record(database, Preference(Action.WEEKLY, NOON + DAY), MUTED)
    with database.transaction() as connection:
        clear_preferences(connection, ADA.email, NOON + 2 * DAY, NOON)
        assert preferences_of(connection, ADA.email) == (
            Preference(Action.RESET, NOON),
            Preference(Action.WEEKLY, NOON + DAY),
        )
