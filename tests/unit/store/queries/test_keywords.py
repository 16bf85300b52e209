"""What the state learns of a keyword from its papers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.domain.fetching import FetchResult, KeywordMatch, UnavailablePaper
from digest.store.database import Database
from digest.store.queries.keywords import accented_forms_of, differences
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

BRIDGE = keyword("Schrodinger bridge")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    settings = config(tmp_path, subscriber("ada@example.org", BRIDGE), welcome=2)
    SqlStore.over(database).subscriptions.sync(settings, NOON)
    yield database
    database.close()


def record(database: Database, *matches: KeywordMatch, compared: int = 0, differing: int = 0) -> None:
    result = FetchResult(BRIDGE, matches, compared=compared, differing=differing)
    SqlStore.over(database).keywords.record(result, matches, paper("2606.00500").order, NOON)


def test_the_accents_of_known_titles_are_part_of_the_state(database: Database) -> None:
    assert accented_forms_of(database, BRIDGE) == frozenset()
    record(database, KeywordMatch(paper(title="A Schrödinger bridge – and more"), is_new=False))
    assert accented_forms_of(database, BRIDGE) == {"Schrödinger bridge"}
    assert SqlStore.over(database).keywords.state_of(BRIDGE).accented_forms == {"Schrödinger bridge"}


def test_comparisons_add_up(database: Database) -> None:
    record(database, compared=10, differing=1)
    record(database, compared=4)
    assert differences(database) == {BRIDGE.id: (14, 1)}


def test_a_welcome_prefers_papers_that_have_the_words_as_written(database: Database) -> None:
    ids = ("2606.00001", "2606.00002", "2606.00003")
    record(database, *(KeywordMatch(paper(one), is_new=False, by_gaps=one == ids[2]) for one in ids))
    pending = SqlStore.over(database).mails.pending_papers(subscriber("ada@example.org", BRIDGE))
    assert {one.paper.id for one in pending.papers} == {"2606.00001", "2606.00002"}


def test_papers_that_cannot_be_shown_are_kept_as_they_are(database: Database) -> None:
    known = UnavailablePaper("2606.00009", "On Ghosts", "cut off", NOON, NOON, NOON, NOON)
    nameless = UnavailablePaper("", "", "500 Internal Server Error", NOON, NOON)
    store = SqlStore.over(database).unavailable
    store.replace([known, nameless])
    assert store.papers() == (known, nameless)
    store.replace([])
    assert store.papers() == ()


def test_announcements_are_unmatched_until_one_of_the_keywords_finds_a_paper(database: Database) -> None:
    store, before = SqlStore.over(database), NOON - timedelta(hours=1)
    store.runs.record_announced(store.runs.begin(NOON), 1_432)
    assert store.keywords.unmatched_announcements([BRIDGE], before) == {NOON: 1_432}
    assert store.keywords.unmatched_announcements([BRIDGE], NOON) == {}
    record(database, KeywordMatch(paper(), is_new=False))
    assert store.keywords.unmatched_announcements([BRIDGE], before) == {}
    assert store.keywords.unmatched_announcements([keyword("Another")], before) == {NOON: 1_432}
