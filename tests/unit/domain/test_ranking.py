"""In which order the papers of a digest come, and with which it starts."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from digest.domain.compose import compose
from digest.domain.digests import Digest, PendingPaper
from digest.domain.keywords import Keyword
from digest.domain.ranking import rank
from digest.domain.subscribers import Order, Subscriber
from tests.support.builders import keyword, paper, subscriber

BROAD, NARROW = keyword("Language Model"), keyword("Reward Model")
ADA = subscriber("ada@example.org", BROAD, NARROW)


def pending(number: int, *keywords: Keyword, title: str = "", abstract: str = "") -> PendingPaper:
    found = paper(f"2606.{number:05}", title=title, abstract=abstract)
    return PendingPaper(found, frozenset(one.id for one in keywords), welcome=False)


def in_title(number: int, of: Keyword, times: int = 0) -> PendingPaper:
    return pending(number, of, title=of.name, abstract=f"{of.name}. " * times)


def in_abstract(number: int, of: Keyword) -> PendingPaper:
    return pending(number, of, abstract=of.name)


def order(papers: list[PendingPaper], reader: Subscriber = ADA) -> list[str]:
    return [ranked.pending.paper.id[-1] for ranked in rank(papers, reader)]


def digest(*papers: PendingPaper, reader: Subscriber = ADA) -> Digest:
    return compose(reader, papers, date(2026, 6, 22), {})


def picked(*papers: PendingPaper, reader: Subscriber = ADA) -> list[str]:
    return [entry.paper.id[-2:] for entry in digest(*papers, reader=reader).picks]


def test_the_best_paper_comes_first() -> None:
    assert order([in_abstract(1, BROAD), in_title(2, BROAD), in_title(3, BROAD, times=2)]) == ["3", "2", "1"]


def test_of_equal_papers_the_newest_comes_first() -> None:
    assert order([in_title(1, BROAD), in_title(3, NARROW), in_title(2, BROAD)]) == ["3", "2", "1"]


def test_who_wants_the_newest_first_has_no_scores_and_no_picks() -> None:
    reader = subscriber("ada@example.org", BROAD, order=Order.NEWEST)
    papers = [in_title(1, BROAD), *(in_abstract(number, BROAD) for number in range(2, 9))]
    assert order(papers, reader) == ["8", "7", "6", "5", "4", "3", "2", "1"]
    found = digest(*papers, reader=reader)
    assert ({entry.score.reason for entry in found.entries}, found.picks) == ({""}, ())


@given(st.permutations(range(8)))
def test_the_order_does_not_depend_on_that_of_the_papers(numbers: list[int]) -> None:
    papers = [in_title(number, BROAD, times=number % 3) for number in range(8)]
    assert order([papers[number] for number in numbers]) == order(papers)


def test_there_is_a_pick_for_each_three_papers_five_at_most_and_none_under_six() -> None:
    papers = [in_title(number, BROAD) for number in range(20)]
    counts = {number: len(picked(*papers[:number])) for number in (0, 5, 6, 8, 9, 14, 15, 20)}
    assert counts == {0: 0, 5: 0, 6: 2, 8: 2, 9: 3, 14: 4, 15: 5, 20: 5}


def test_a_broad_keyword_does_not_take_all_picks() -> None:
    broad = [in_title(number, BROAD, times=3) for number in range(30)]
    assert picked(*broad, in_title(40, NARROW), in_title(41, NARROW), in_title(42, NARROW)) == [
        "29",
        "28",
        "27",
        "42",
        "41",
    ]


def test_what_no_other_keyword_needs_a_broad_one_takes() -> None:
    broad = [in_title(number, BROAD) for number in range(30)]
    assert picked(*broad, in_title(40, NARROW, times=1)) == ["40", "29", "28", "27", "26"]
    assert picked(*broad, in_abstract(40, NARROW)) == ["29", "28", "27", "26", "25"]


def test_a_paper_counts_for_the_keyword_that_it_is_about() -> None:
    broad = [in_title(number, BROAD) for number in range(20, 30)]
    both = [
        pending(number, BROAD, NARROW, title=NARROW.name, abstract=f"{BROAD.name}. {NARROW.name}.")
        for number in range(40, 50)
    ]
    assert picked(*broad, *both) == ["49", "48", "47", "29", "28"]


def test_picks_are_entries_of_the_digest() -> None:
    found = digest(*(in_title(number, BROAD) for number in range(9)))
    assert set(found.picks) <= set(found.entries)
