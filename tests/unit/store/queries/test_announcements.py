"""Which papers are new for those who watch the archive."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.domain.digests import PendingPaper, PendingPapers
from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.store.database import Database
from digest.store.queries.announcements import SqlAnnouncementStore
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

MODEL, REASONING, PRIVATE = keyword("Reward Model"), keyword("Reasoning"), keyword("Private")
WATCHED = (MODEL, REASONING)
DAY = timedelta(days=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    settings = config(tmp_path, subscriber("ada@example.org", MODEL, REASONING, PRIVATE))
    SqlStore.over(database).subscriptions.sync(settings, NOON)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> SqlAnnouncementStore:
    return SqlAnnouncementStore(database)


def fetched(database: Database, name: Keyword, *papers: Paper, new: bool = True) -> None:
    matches = tuple(KeywordMatch(one, is_new=new) for one in papers)
    keywords = SqlStore.over(database).keywords
    keywords.record(FetchResult(name, matches), matches, paper("2606.00001").order, NOON)


def submitted(id: str, when: datetime) -> Paper:
    return paper(id, submitted=when)


def waiting(one: Paper, *keywords: Keyword) -> PendingPaper:
    return PendingPaper(one, frozenset(name.id for name in keywords), welcome=False)


def test_before_the_first_fetch_nothing_is_known(store: SqlAnnouncementStore) -> None:
    assert store.pending(WATCHED) == PendingPapers((), 0)
    assert store.last_announced_at() is None


def test_the_first_announcement_has_what_was_submitted_last(
    database: Database, store: SqlAnnouncementStore
) -> None:
    newest = submitted("2606.00009", NOON)
    within = submitted("2606.00008", NOON - DAY)
    older = submitted("2606.00007", NOON - DAY - timedelta(seconds=1))
    fetched(database, MODEL, newest, older, new=False)
    fetched(database, REASONING, within, newest, new=False)
    assert store.pending(WATCHED) == PendingPapers(
        (waiting(newest, MODEL, REASONING), waiting(within, REASONING)), up_to=4
    )


def test_then_new_papers_wait_once_until_they_are_announced(
    database: Database, store: SqlAnnouncementStore
) -> None:
    fetched(database, MODEL, paper("2606.00007"), new=False)
    store.record(store.pending(WATCHED).up_to, NOON)
    assert store.pending(WATCHED).papers == ()
    fetched(database, MODEL, paper("2606.00010"), paper("2606.00011"))
    fetched(database, REASONING, paper("2606.00010"))
    found = store.pending(WATCHED)
    assert found.papers == (
        waiting(paper("2606.00011"), MODEL),
        waiting(paper("2606.00010"), MODEL, REASONING),
    )
    store.record(found.up_to, NOON + DAY)
    assert store.pending(WATCHED) == PendingPapers((), found.up_to)
    assert store.last_announced_at() == NOON + DAY


def test_a_paper_that_another_keyword_has_later_is_not_new_again(
    database: Database, store: SqlAnnouncementStore
) -> None:
    store.record(0, NOON)
    fetched(database, MODEL, paper("2606.00010"))
    store.record(store.pending(WATCHED).up_to, NOON)
    fetched(database, REASONING, paper("2606.00010"))
    assert store.pending(WATCHED).papers == ()


def test_revisions_and_the_keywords_of_subscribers_alone_are_not_announced(
    database: Database, store: SqlAnnouncementStore
) -> None:
    store.record(0, NOON)
    fetched(database, MODEL, paper("2606.00003"), new=False)
    fetched(database, PRIVATE, paper("2606.00010"))
    assert store.pending(WATCHED).papers == ()


def test_recording_again_changes_the_time_only(store: SqlAnnouncementStore) -> None:
    store.record(7, NOON)
    store.record(7, NOON + DAY)
    assert store.last_announced_at() == NOON + DAY
