"""How much detail a mail shows to fit its size, and how it is split."""

from datetime import date

import pytest

from digest.domain.digests import Digest, Entry, Section
from digest.domain.mails import Rendered
from digest.mail.content.fit import DETAIL_STEPS, DetailLimits, most_detail_that_fits, size_ratio, split
from tests.support.builders import keyword, paper, subscriber


def test_each_detail_step_shows_less_than_the_one_before() -> None:
    def shown(limits: DetailLimits) -> tuple[float, float, int]:
        return limits.card_share, limits.abstract_share, limits.abstract_characters or 10_000

    amounts = [shown(limits) for limits in DETAIL_STEPS]
    assert amounts == sorted(set(amounts), reverse=True)
    assert (DETAIL_STEPS[0], DETAIL_STEPS[-1].card_share) == (DetailLimits(), 0.0)


@pytest.mark.parametrize("step", range(len(DETAIL_STEPS)))
def test_the_step_with_most_detail_that_fits_is_found(step: int) -> None:
    tried: list[DetailLimits] = []

    def fits(limits: DetailLimits) -> bool:
        tried.append(limits)
        return DETAIL_STEPS.index(limits) >= step

    assert most_detail_that_fits(fits) == DETAIL_STEPS[step]
    assert len(tried) <= 6


def test_where_nothing_fits_the_step_with_least_detail_is_taken() -> None:
    tried: list[DetailLimits] = []

    def fits(limits: DetailLimits) -> bool:
        tried.append(limits)
        return False

    assert most_detail_that_fits(fits) == DETAIL_STEPS[-1]
    assert DETAIL_STEPS[-1] in tried


def test_the_size_ratio_is_that_of_the_larger_of_page_and_message() -> None:
    assert size_ratio(Rendered("", "x" * 45_000, "")) == pytest.approx(0.5, abs=0.02)
    assert size_ratio(Rendered("", "x" * 90_001, "")) > 1
    assert size_ratio(Rendered("", "é" * 30_000, "")) > 1.8
    assert size_ratio(Rendered("", "", "x" * 100_000)) > 1


def digest(*counts: int) -> Digest:
    sections = [
        Section(
            keyword(f"Keyword {number}"),
            tuple(Entry(paper(f"2606.{number}{place:04}"), (), welcome=False) for place in range(count)),
        )
        for number, count in enumerate(counts)
    ]
    return Digest(subscriber(), date(2026, 6, 22), tuple(sections))


def test_a_split_digest_has_every_paper_once_and_keeps_its_order() -> None:
    whole = digest(5, 1, 3)
    parts = split(whole, 2)
    assert [[(s.keyword.name, len(s.entries)) for s in part.sections] for part in parts] == [
        [("Keyword 0", 4)],
        [("Keyword 0", 1), ("Keyword 1", 1), ("Keyword 2", 3)],
    ]
    assert sum((part.entries for part in parts), ()) == whole.entries
    assert [(part.part, part.parts) for part in parts] == [(1, 2), (2, 2)]


def test_parts_are_about_as_long_as_each_other() -> None:
    parts = split(digest(7), 3)
    assert [len(part.entries) for part in parts] == [2, 3, 2]


def test_a_digest_without_papers_is_one_part() -> None:
    assert split(digest(), 1) == (digest(),)
