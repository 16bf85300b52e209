"""What a mail without papers says."""

from datetime import UTC, date, datetime

import pytest

from digest.domain.digests import Digest, Latest, Unanswered
from digest.domain.expressions import Field, Term
from digest.domain.keywords import Keyword, Match
from digest.mail.content.quiet import quiet_notes
from tests.support.builders import keyword, subscriber

MONDAY, LATE_MAY, MID_JUNE = date(2026, 6, 22), date(2026, 5, 29), date(2026, 6, 16)
GALAXY, NEBULA, COMET = keyword("Galaxy"), keyword("Nebula"), keyword("Comet")
MODEL, SERIES = keyword("Reward Model"), keyword("Time Series")
ROBOTS = keyword("Robots", any=("Robot", "Gripper"))


def quiet(*latest: Latest, more: int = 0, announced: int | None = 1_432, **changes: object) -> Digest:
    """A digest without papers of a subscriber with these keywords, and so many more."""
    keywords = [*(one.keyword for one in latest), *(keyword(f"Keyword {rank}") for rank in range(more))]
    reader = subscriber("rita@example.org", *keywords)
    return Digest(reader, MONDAY, (), latest=latest, announced=announced, **changes)  # type: ignore[arg-type]


def said(digest: Digest) -> str:
    """The first note."""
    return next(quiet_notes(digest))


def test_a_quiet_mail_says_among_how_many_papers_there_was_none_and_how_to_get_more() -> None:
    assert list(quiet_notes(quiet(Latest(GALAXY, MID_JUNE)))) == [
        (
            "arXiv announced 1,432 papers; none has “Galaxy” in title and abstract. "
            "The last one was submitted on 16 June 2026."
        ),
        (
            "A single word such as “Galaxy” must stand in both title and abstract. "
            "To get more, ask for “Galaxy” in title or abstract, or for a phrase with it."
        ),
    ]


def test_several_keywords_are_one_sentence() -> None:
    latest = (
        Latest(GALAXY, MID_JUNE),
        Latest(MODEL, LATE_MAY),
        Latest(NEBULA, MID_JUNE),
        Latest(ROBOTS, None),
        Latest(COMET, None),
    )
    assert said(quiet(*latest, more=15)) == (
        "arXiv announced 1,432 papers; none has “Galaxy”, “Nebula” or “Comet” in title and abstract, "
        "none has “Reward Model” in title or abstract, and none fits Robots or your 15 other keywords. "
        "The last ones were submitted on 16 June 2026 (Galaxy, Nebula), 29 May 2026 (Reward Model). "
        "No paper for Robots or Comet is known yet."
    )
    assert "none fits Robots or your other keyword. " in said(quiet(*latest, more=1))
    assert "The last one was submitted on 29 May 2026 (Reward Model). " in said(quiet(*latest[1::2]))


@pytest.mark.parametrize(
    ("asked", "none"),
    [
        (MODEL, "none has “Reward Model” in title or abstract"),
        (keyword("Stars", any=("Galaxy",)), "none has “Galaxy” in title and abstract"),
        (keyword("Stars", any=(), all=("Galaxy",)), "none has “Galaxy” in title and abstract"),
        (keyword("Galaxy", match=Match.TITLE_OR_ABSTRACT), "none has “Galaxy” in title or abstract"),
        (keyword("Galaxy", match=Match.TITLE), "none has “Galaxy” in its title"),
        (keyword("Galaxy", match=Match.ABSTRACT), "none has “Galaxy” in its abstract"),
        (ROBOTS, "none fits Robots"),
        (keyword("Galaxy", exclude=("Dwarf",)), "none fits Galaxy"),
        (keyword("Galaxy", categories=("astro-ph.GA",)), "none fits Galaxy"),
        (keyword("Ada Example", any=(), authors=("Ada Example",)), "none fits Ada Example"),
        (Keyword("ti:galaxy", query=Term(Field.TITLE, "galaxy")), "none fits ti:galaxy"),
    ],
    ids=lambda case: case.name if isinstance(case, Keyword) else "",
)
def test_a_keyword_is_named_by_what_it_looks_for_and_where_if_that_is_one_phrase(
    asked: Keyword, none: str
) -> None:
    assert said(quiet(Latest(asked, MID_JUNE))) == (
        f"arXiv announced 1,432 papers; {none}. The last one was submitted on 16 June 2026."
    )


def test_a_name_is_cleaned_and_shortened() -> None:
    assert f"none has “{'x' * 79}…” in title and abstract." in said(quiet(Latest(keyword("x" * 90), None)))
    assert "none fits A B." in said(quiet(Latest(keyword("A\u202e\nB", any=("A", "B")), None)))


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        (
            quiet(Latest(GALAXY, MID_JUNE), announced=None),
            "arXiv announced no paper that your keywords find. The last one was submitted on 16 June 2026.",
        ),
        (
            quiet(Latest(GALAXY, None), announced=1),
            "arXiv announced 1 paper; none has “Galaxy” in title and abstract. No earlier one is known.",
        ),
        (
            quiet(Latest(GALAXY, None), announced=None, is_first=True),
            "arXiv has no recent paper yet that your keywords find. No earlier one is known.",
        ),
        (
            quiet(Latest(GALAXY, MID_JUNE), announced=None, is_first=True),
            "arXiv announced no paper that your keywords find. The last one was submitted on 16 June 2026.",
        ),
        (
            quiet(Latest(GALAXY, None), is_first=True),
            "arXiv announced 1,432 papers; none has “Galaxy” in title and abstract. No earlier one is known.",
        ),
        (
            quiet(
                Latest(GALAXY, MID_JUNE), unanswered=(Unanswered(GALAXY, datetime(2026, 6, 21, tzinfo=UTC)),)
            ),
            (
                "As far as arXiv answered today, it announced no paper that your keywords find. "
                "The last one was submitted on 16 June 2026."
            ),
        ),
    ],
    ids=["unknown number", "one paper", "first, no number", "first, known keyword", "first", "unanswered"],
)
def test_no_number_is_given_that_is_not_known(digest: Digest, expected: str) -> None:
    assert said(digest) == expected


MORE_WORDS = "To get more, ask also for other words for the same thing, or for a shorter phrase."
SINGLE_WORD = (
    "A single word such as “Galaxy” must stand in both title and abstract. "
    "To get more, ask for “Galaxy” in title or abstract, or for a phrase with it."
)


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ([MODEL, GALAXY, NEBULA], [SINGLE_WORD]),
        ([MODEL, SERIES], [MORE_WORDS]),
        (
            [keyword("Reward Model", match=Match.TITLE_AND_ABSTRACT)],
            ["To get more, ask for “Reward Model” in title or abstract."],
        ),
        ([keyword("Galaxy", match=Match.TITLE)], ["To get more, ask for “Galaxy” in title or abstract."]),
        ([Keyword("ti:galaxy", query=Term(Field.TITLE, "galaxy"))], [MORE_WORDS]),
        ([keyword("Ada Example", any=(), authors=("Ada Example",))], []),
    ],
    ids=["a word", "phrases", "a phrase in both", "a word in the title", "a query", "an author"],
)
def test_how_to_get_more_depends_on_what_is_looked_for(keywords: list[Keyword], expected: list[str]) -> None:
    assert list(quiet_notes(quiet(*(Latest(one, None) for one in keywords))))[1:] == expected
