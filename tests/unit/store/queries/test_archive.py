"""Everything that the keywords of the archive have found."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.domain.digests import ArchivedPaper
from digest.domain.fetching import FetchResult, KeywordMatch
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.store.database import Database
from digest.store.queries import archive
from digest.store.queries.archive import archived_papers
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, paper, subscriber

REWARD, REASONING, ELSE = keyword("Reward Model"), keyword("Reasoning"), keyword("Else")
ONE, TWO, THREE = (paper(f"2606.0000{number}") for number in (1, 2, 3))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    settings = config(tmp_path, subscriber("ada@example.org", REWARD, REASONING, ELSE))
    SqlStore.over(database).subscriptions.sync(settings, NOON)
    for found_by, papers in ((REWARD, (ONE, THREE)), (REASONING, (TWO, THREE)), (ELSE, (ONE,))):
        record(database, found_by, *papers)
    yield database
    database.close()


def record(database: Database, found_by: Keyword, *papers: Paper) -> None:
    matches = tuple(KeywordMatch(each, is_new=False) for each in papers)
    SqlStore.over(database).keywords.record(FetchResult(found_by, matches), matches, ONE.order, NOON)


def test_each_paper_comes_once_newest_first_with_the_keywords_that_were_asked_for(database: Database) -> None:
    assert list(archived_papers(database, [REASONING, REWARD])) == [
        ArchivedPaper(THREE, (REASONING, REWARD)),
        ArchivedPaper(TWO, (REASONING,)),
        ArchivedPaper(ONE, (REWARD,)),
    ]
    assert list(archived_papers(database, [])) == []


def test_of_keywords_with_the_same_conditions_the_first_counts(database: Database) -> None:
    renamed = replace(ELSE, name="Other")
    assert list(archived_papers(database, [renamed, ELSE])) == [ArchivedPaper(ONE, (renamed,))]


def test_others_may_write_while_papers_are_read_in_pieces(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_AT_A_TIME", 1)
    papers = archived_papers(database, [REWARD, REASONING])
    first = next(papers)
    record(database, REWARD, paper("2606.00004"))
    assert [each.paper for each in (first, *papers)] == [THREE, TWO, ONE]
