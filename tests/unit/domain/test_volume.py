from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from digest.domain.keywords import Keyword, Match
from digest.domain.volume import (
    Volume,
    VolumeResult,
    first_words,
    has_no_paper,
    is_broad,
    loosened,
    papers_a_day,
    volume_lines,
    volume_of_latest,
    weekdays_between,
)
from digest.errors import SourceUnavailable
from tests.support.builders import keyword

MODEL, REASONING = keyword("Reward Model"), keyword("Reasoning")
MONDAY = datetime(2026, 6, 22, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HINT = "`digest check --volume` compares match: title-or-abstract"


@pytest.mark.parametrize(
    ("begin", "end", "days"),
    [
        (MONDAY, MONDAY, 0),
        (MONDAY, MONDAY + DAY, 1),
        (MONDAY, MONDAY + 6 * HOUR, 0.25),
        (MONDAY, MONDAY + 7 * DAY, 5),
        (MONDAY - 2 * DAY, MONDAY, 0),
        (MONDAY + 4 * DAY, MONDAY + 8 * DAY, 2),
    ],
    ids=["nothing", "a Monday", "a quarter", "a week", "a weekend", "Friday to Monday"],
)
def test_weekends_do_not_count_as_days(begin: datetime, end: datetime, days: float) -> None:
    assert weekdays_between(begin, end) == days


def test_papers_a_day_are_those_of_weekdays() -> None:
    assert papers_a_day(200, MONDAY) == 10


@pytest.mark.parametrize(
    ("wanted", "wider"),
    [
        (REASONING, Keyword("Reasoning", any=("Reasoning",), match=Match.TITLE_OR_ABSTRACT)),
        (MODEL, None),
        (keyword("Reasoning", match=Match.TITLE_AND_ABSTRACT), None),
        (Keyword("People", authors=("Ada Example",)), None),
        (
            Keyword("RL", any=("RLHF", "human feedback")),
            Keyword("RL", any=("RLHF", "human feedback"), match=Match.TITLE_OR_ABSTRACT),
        ),
    ],
    ids=["a word", "a phrase", "a word with a match", "authors", "a word beside a phrase"],
)
def test_only_a_single_word_of_the_default_can_be_loosened(wanted: Keyword, wider: Keyword | None) -> None:
    assert loosened(wanted) == wider


@pytest.mark.parametrize(
    ("submitted", "total", "volume"),
    [
        ([], 0, Volume(0, 0, 0)),
        ([MONDAY - 40 * DAY], 1, Volume(1, 0, 0)),
        ([MONDAY - DAY] * 10 + [MONDAY - 31 * DAY], 500, Volume(500, 10, 0.5)),
        ([MONDAY - DAY] * 10, 10, Volume(10, 10, 0.5)),
        ([MONDAY - 3 * DAY] * 50 + [MONDAY - 5 * DAY] * 50, 500, Volume(500, None, 50)),
        ([MONDAY - 3 * DAY] * 100, 500, Volume(500, None, 1000)),
    ],
    ids=["none", "one of long ago", "back for a month", "all there are", "of two days", "of one moment"],
)
def test_the_latest_submissions_show_how_many_to_expect(
    submitted: Sequence[datetime], total: int, volume: Volume
) -> None:
    assert volume_of_latest(submitted, total, MONDAY) == volume


def test_broad_is_what_has_more_than_fifty_papers_a_day() -> None:
    assert [is_broad(Volume(a_day=papers)) for papers in (None, 50, 51)] == [False, False, True]


def test_a_keyword_never_had_a_paper_if_no_year_has_one() -> None:
    found = [has_no_paper(papers, Volume(total)) for papers, total in ((0, 0), (1, 0), (0, 1), (0, None))]
    assert found == [True, False, False, False]


NOTHING = "arXiv has no paper for this keyword: check the spelling, or shorten it"
BROAD = "broad: consider a longer phrase"


@pytest.mark.parametrize(
    ("wanted", "volume", "line"),
    [
        (MODEL, Volume(recent=72, a_day=3.3), "72 papers in 30 days, 3 a day"),
        (MODEL, Volume(recent=1, a_day=0.1), "1 paper in 30 days"),
        (MODEL, Volume(1200, 0, 0), "0 papers in 30 days, 1,200 in all years"),
        (MODEL, Volume(recent=4, a_day=0.2, at_most=True), "at most 4 papers in 30 days"),
        (
            MODEL,
            Volume(0, 0, 0),
            NOTHING,
        ),
        (
            REASONING,
            Volume(0, 0, 0, loosened=2),
            f"{NOTHING}; 2 with match: title-or-abstract",
        ),
        (
            REASONING,
            Volume(recent=13, a_day=0.6, loosened=125),
            "13 papers in 30 days; 125 with match: title-or-abstract",
        ),
        (
            REASONING,
            Volume(recent=1320, a_day=60, loosened=4000),
            f"1,320 papers in 30 days, 60 a day; 4,000 with match: title-or-abstract; {BROAD} or categories",
        ),
        (
            MODEL,
            Volume(recent=1320, a_day=60),
            f"1,320 papers in 30 days, 60 a day; {BROAD}, match: title or categories",
        ),
        (
            keyword("Reward Model", match=Match.TITLE, categories=("cs.LG",)),
            Volume(recent=1320, a_day=60),
            f"1,320 papers in 30 days, 60 a day; {BROAD}",
        ),
        (
            Keyword("LG", categories=("cs.LG",)),
            Volume(recent=1320, a_day=60),
            "1,320 papers in 30 days, 60 a day; broad: consider a phrase",
        ),
    ],
    ids=[
        "ordinary", "one", "quiet", "an upper limit", "nothing ever", "nothing ever, and a few",
        "narrow", "a broad word", "a broad phrase", "a broad title", "a category",
    ],
)  # fmt: skip
def test_a_line_says_what_to_expect_of_a_keyword(wanted: Keyword, volume: Volume, line: str) -> None:
    assert list(volume_lines([VolumeResult(wanted, volume)])) == [f"{wanted.name}  {line}"]


def test_a_keyword_that_could_not_be_counted_has_its_line_too() -> None:
    results = [
        VolumeResult(MODEL, Volume(recent=2, a_day=0.1)),
        VolumeResult(REASONING, problem=SourceUnavailable("no answer")),
    ]
    assert list(volume_lines(results)) == [
        "Reward Model  2 papers in 30 days",
        "Reasoning     not known: no answer",
    ]


@pytest.mark.parametrize(
    ("wanted", "papers", "volume", "words"),
    [
        (MODEL, 0, Volume(0, 0, 0), "no paper in all of arXiv's years: check the spelling, or shorten it"),
        (
            REASONING,
            0,
            Volume(0, 0, 0),
            f"no paper in all of arXiv's years: check the spelling, or shorten it; {HINT}",
        ),
        (MODEL, 1, Volume(0, 0, 0), "1 paper so far; 0 in the last 30 days"),
        (MODEL, 100, Volume(300), "100 papers so far"),
        (MODEL, 100, Volume(300, 12, 0.5), "100 papers so far; 12 in the last 30 days"),
        (MODEL, 5, Volume(300, 5, 0.2, at_most=True), "5 papers so far; at most 5 in the last 30 days"),
        (MODEL, 100, Volume(300, None, 46.7), "100 papers so far; about 47 a day"),
        (REASONING, 100, Volume(300, None, 46.7), "100 papers so far; about 47 a day"),
        (REASONING, 100, Volume(300, 66, 3), f"100 papers so far; about 3 a day; {HINT}"),
        (
            MODEL,
            100,
            Volume(9000, None, 83),
            f"100 papers so far; about 83 a day; {BROAD}, match: title or categories",
        ),
    ],
    ids=[
        "nothing ever", "nothing ever for a word", "announced today", "without a clock", "narrow",
        "an upper limit", "ordinary", "a word", "a narrow word", "broad",
    ],
)  # fmt: skip
def test_the_first_fetch_says_what_to_expect_of_a_keyword(
    wanted: Keyword, papers: int, volume: Volume, words: str
) -> None:
    assert first_words(wanted, papers, volume) == words
