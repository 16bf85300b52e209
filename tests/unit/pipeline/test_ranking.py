"""What the papers of each subscriber are ranked by."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from digest.bibliography.records import Library, LibraryFault
from digest.domain.interests import Interest, Interests
from digest.domain.papers import Paper
from digest.domain.ranking import Ranking
from digest.domain.scoring import PaperFacts
from digest.pipeline.ranking import RunRankings, known_interests
from tests.support.builders import paper, subscriber

KNOWN = paper("2606.00001", title="Reward hacking", abstract="Models hack.")


@dataclass
class FakePapers:
    """Knows KNOWN."""

    asked: list[str] = field(default_factory=list)

    def of(self, ids: Iterable[str]) -> tuple[Paper, ...]:
        return tuple(one for one in (KNOWN,) if one.id in ids)

    def latest(self, most: int) -> tuple[Paper, ...]:
        self.asked.append(f"latest {most}")
        return (KNOWN,)


def facts(_: Paper) -> PaperFacts:
    return PaperFacts(has_code=True)


def no_library(file: Path) -> Library:
    raise AssertionError(file)


def test_who_has_no_interests_costs_no_look_at_the_state() -> None:
    papers = FakePapers()
    assert RunRankings(papers, no_library, facts).of(subscriber()) == Ranking(facts, None)
    assert papers.asked == []


def test_files_papers_and_phrases_are_all_interests() -> None:
    library = Library((Interest("Graph coloring", "We color."),))
    wanted = Interests((Path("mine.bib"),), (KNOWN.id, "2606.00002"), ("verbose answers",))
    papers = FakePapers()
    rankings = RunRankings(papers, lambda _: library)
    index = rankings.of(subscriber("ada@example.org", interests=wanted)).interests
    assert index
    near = [index.nearness(text, "").name for text in ("coloring", "hacking", "verbose", "else")]
    assert near == ["Graph coloring", "Reward hacking", "verbose answers", ""]


def test_the_latest_papers_are_looked_at_once_for_all() -> None:
    papers = FakePapers()
    rankings = RunRankings(papers, no_library)
    for name in ("ada", "bo"):
        rankings.of(subscriber(f"{name}@example.org", interests=Interests(phrases=("reward",))))
    assert papers.asked == ["latest 1000"]


def test_a_file_with_mistakes_is_named_in_the_log_without_an_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = Library(faults=(LibraryFault(1, "open"), LibraryFault(2, "open")))
    rankings = RunRankings(FakePapers(), lambda _: broken)
    with caplog.at_level(logging.WARNING):
        rankings.of(subscriber("ada@example.org", interests=Interests(files=(Path("mine.bib"),))))
    assert caplog.messages == [
        "subscribers[0]: 2 mistakes in the files of interests; `digest check` explains them"
    ]


def test_a_paper_that_is_not_known_is_no_interest_yet() -> None:
    assert known_interests(Interests(papers=("2606.00002",)), FakePapers()) == []
