"""Why a paper is in a digest."""

import pytest

from digest.domain.evidence import reason
from digest.domain.expressions import AllOf, Field, Term
from digest.domain.keywords import Keyword
from tests.support.builders import paper

PAPER = paper(
    title="Rewarding Models",
    abstract="A model's reward, and reward models.",
    authors=("Ada Example", "Bo Sample"),
    categories=("cs.LG", "eess.SY"),
)


@pytest.mark.parametrize(
    ("keyword", "expected"),
    [
        (Keyword("k", any=("reward model",)), "“reward model” in title and abstract"),
        (Keyword("k", any=("models reward", "absent words")), "“models reward” in abstract"),
        (
            Keyword("k", any=("rewards",), all=("models", "rewards")),
            "“rewards” in title and abstract 2×; “models” in title and abstract 2×",
        ),
        (Keyword("k", authors=("example",)), "by Ada Example"),
        (Keyword("k", authors=("E. Ada", "Sample, Bo")), "by Ada Example; by Bo Sample"),
        (
            Keyword("k", any=("a reward for reward",)),
            "“a reward for reward” in abstract, as “reward, and reward”",
        ),
        (Keyword("k", any=("reward and reward",)), "“reward and reward” in abstract"),
        (Keyword("k", any=("reward models",), exact=True), "“reward models” in abstract"),
        (
            Keyword("k", query=AllOf((Term(Field.TITLE, "rewards"), Term(Field.CATEGORY, "eess.SY")))),
            "“rewards” in title and abstract 2×; in eess.SY",
        ),
        (Keyword("k", categories=("cs.*",)), "in cs.LG"),
        (Keyword("k", categories=("eess.SY", "stat.ML")), "in eess.SY"),
        (Keyword("k", any=("absent words",)), ""),
    ],
    ids=[
        "both places",
        "one place",
        "any and all",
        "author",
        "names in other forms",
        "another word in a gap",
        "its own word in the gap",
        "words as written",
        "a query",
        "archive",
        "category",
        "nothing to be seen",
    ],
)
def test_a_reason_names_what_the_keyword_asks_for_and_the_paper_shows(
    keyword: Keyword, expected: str
) -> None:
    assert reason(keyword, PAPER) == expected
