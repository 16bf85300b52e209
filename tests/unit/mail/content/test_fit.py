"""How much detail a mail shows to fit its size."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.domain.digests import Digest, Entry, Section, Showing
from digest.domain.mails import Rendered
from digest.mail.content.fit import (
    DETAIL_STEPS,
    LEAST_DETAIL,
    Detail,
    most_detail_that_fits,
    size_ratio,
    steps_for,
)
from tests.support.builders import keyword, paper, subscriber


def test_each_detail_step_shows_less_than_the_one_before() -> None:
    amounts = [(step.abstracts, step.forms, step.cards, step.lines) for step in DETAIL_STEPS]
    assert amounts == sorted(set(amounts), reverse=True)
    assert (DETAIL_STEPS[0], DETAIL_STEPS[-1]) == (Detail(abstracts=True), LEAST_DETAIL)


@pytest.mark.parametrize("step", range(len(DETAIL_STEPS)))
def test_the_step_with_most_detail_that_fits_is_found(step: int) -> None:
    tried: list[Detail] = []

    def fits(detail: Detail) -> bool:
        tried.append(detail)
        return DETAIL_STEPS.index(detail) >= step

    assert most_detail_that_fits(DETAIL_STEPS, fits) == DETAIL_STEPS[step]
    assert len(tried) <= 7


def test_where_nothing_fits_the_step_with_least_detail_is_taken() -> None:
    tried: list[Detail] = []

    def fits(detail: Detail) -> bool:
        tried.append(detail)
        return False

    assert most_detail_that_fits(DETAIL_STEPS, fits) == LEAST_DETAIL
    assert LEAST_DETAIL in tried


def test_the_size_ratio_is_that_of_the_largest_of_page_text_and_message() -> None:
    assert size_ratio(Rendered("", "x" * 47_500, "")) == pytest.approx(0.5, abs=0.02)
    assert size_ratio(Rendered("", "x" * 95_001, "")) > 1
    assert size_ratio(Rendered("", "", "x" * 60_001)) > 1
    assert size_ratio(Rendered("", "é" * 30_000, "")) > 1.2


def digest(papers: int, **changes: object) -> Digest:
    entries = tuple(Entry(paper(f"2606.{number:05}"), (), welcome=False) for number in range(papers))
    whole = Digest(subscriber(), date(2026, 6, 22), (Section(keyword(), entries),))
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_only_a_short_digest_has_whole_abstracts() -> None:
    assert [steps_for(digest(papers))[0].abstracts for papers in (1, 5, 6)] == [True, True, False]


def test_what_was_refused_has_nothing_but_titles() -> None:
    assert steps_for(digest(1, showing=Showing.TITLE)) == (LEAST_DETAIL,)


@pytest.mark.parametrize(
    ("papers", "days", "cards"),
    [(151, 14, False), (151, 3, True), (150, 14, True)],
    ids=["away", "weekend", "few"],
)
def test_after_an_absence_with_many_papers_there_are_picks_and_lists(
    papers: int, days: int, cards: bool
) -> None:
    away = digest(papers, since=date(2026, 6, 22) - timedelta(days=days))
    assert (steps_for(away)[0].cards > 0) is cards
