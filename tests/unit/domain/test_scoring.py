"""What a paper is worth to a subscriber, and why."""

import pytest

from digest.domain.interests import Frequencies, Interest, InterestIndex
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.scoring import PaperFacts, Part, Score, ScorePart, Scorer
from tests.support.builders import keyword, paper

MODEL = keyword("Reward Model")
BOTH = paper(title="A Reward Model", abstract="Reward models are reward models of a reward model.")


def score(found: Paper, *keywords: Keyword, facts: PaperFacts | None = None) -> Score:
    return Scorer(keywords, lambda _: facts or PaperFacts()).score(found, keywords)


def test_each_part_of_a_score_has_its_points_and_says_why() -> None:
    followed = Keyword("Ada", authors=("Ada Example",), categories=("cs.*",))
    assert score(BOTH, MODEL, followed, facts=PaperFacts(has_code=True, venue="NeurIPS 2026")) == Score(
        (
            ScorePart(
                Part.KEYWORD, 4.5, "“Reward Model” in title and abstract 3×", "Reward Model", in_title=True
            ),
            ScorePart(Part.AUTHOR, 4.0, "by Ada Example"),
            ScorePart(Part.CATEGORY, 0.5, "in cs.LG"),
            ScorePart(Part.VENUE, 1.0, "NeurIPS 2026"),
            ScorePart(Part.CODE, 0.5, "code"),
        )
    )


def test_a_score_is_the_sum_of_its_parts_and_its_reason_names_them() -> None:
    found = score(BOTH, MODEL, facts=PaperFacts(has_code=True))
    assert (found.total, found.reason) == (5.0, "“Reward Model” in title and abstract 3×; code")


@pytest.mark.parametrize(
    ("title", "abstract", "points"),
    [
        ("Reward models", "None.", 3.0),
        ("None", "A reward model.", 1.0),
        ("None", "A reward model. " * 3, 1.5),
        ("None", "A reward model. " * 50, 2.0),
        ("Belohnungsmodelle", "None.", 0.0),
    ],
    ids=["title", "abstract", "three times", "as often as you like", "only arXiv sees it"],
)
def test_a_title_counts_more_than_an_abstract(title: str, abstract: str, points: float) -> None:
    assert score(paper(title=title, abstract=abstract), MODEL).total == points


def test_the_spellings_of_one_keyword_count_once_and_each_keyword_for_itself() -> None:
    found = paper(title="Rewards and agents", abstract="None.")
    spelled = keyword("Either", any=("reward", "agent"))
    assert score(found, spelled).total == 3.0
    assert score(found, keyword("reward"), keyword("agent")).total == 6.0


def test_a_paper_near_an_interest_names_it() -> None:
    own = Interest("Verbose rewards", "Reward models prefer long answers.")
    index = InterestIndex([own], Frequencies(["Reward models.", "Graphs and their nodes."]))
    found = Scorer([], interests=index).score(paper(title="Rewards", abstract="Long answers."), [])
    assert [part.part for part in found.parts] == [Part.INTERESTS]
    assert found.reason == "near your “Verbose rewards”"


def test_a_paper_far_from_all_interests_names_none() -> None:
    index = InterestIndex([Interest("Verbose rewards")], Frequencies([]))
    assert Scorer([], interests=index).score(paper(title="Graphs", abstract="Nodes."), []) == Score()
