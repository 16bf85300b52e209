from dataclasses import replace
from datetime import timedelta

import pytest

from digest.domain.fetching import Unavailable, UnavailablePaper, is_due_again
from digest.sources.arxiv.api import Found, SubmissionRange
from digest.sources.arxiv.unshown import UnshownPapers
from tests.support.builders import NOON, paper

DAY = timedelta(days=1)
FIRST, SECOND = "2606.00001", "2606.00002"
BEFORE = UnavailablePaper(FIRST, "On Ghosts", "cut off", NOON - 3 * DAY, NOON - DAY)
MORNING = SubmissionRange(NOON - DAY, NOON - DAY / 2)


def unshown(*known: UnavailablePaper) -> UnshownPapers:
    return UnshownPapers(Unavailable(NOON, known))


def test_a_paper_that_is_met_is_kept_with_its_title() -> None:
    papers = unshown()
    papers.titles = {FIRST: "On Ghosts"}
    papers.note(Found((), unshown={FIRST: "500 Internal Server Error"}))
    expected = UnavailablePaper(FIRST, "On Ghosts", "500 Internal Server Error", NOON, NOON)
    assert papers.all() == (expected,)
    assert papers.ids == {FIRST}


def test_a_paper_that_is_shown_again_is_forgotten() -> None:
    papers = unshown(BEFORE)
    papers.note_again(Found((paper(FIRST),)))
    assert papers.all() == ()


def test_a_paper_that_one_keyword_alone_was_shown_is_not_forgotten() -> None:
    papers = unshown(BEFORE)
    papers.note(Found((paper(FIRST),)))
    assert papers.all() == (BEFORE,)


def test_two_queries_that_meet_one_paper_are_one_paper() -> None:
    later = SubmissionRange(NOON - DAY * 0.75, NOON)
    papers = unshown()
    papers.note(Found((), unshown_rows={MORNING: "cut off"}))
    papers.note(Found((), unshown_rows={later: "cut off"}))
    assert [(one.earliest, one.latest) for one in papers.all()] == [(later.earliest, MORNING.latest)]


def test_a_paper_that_fails_again_keeps_its_beginning() -> None:
    papers = unshown(BEFORE)
    papers.note(Found((), unshown={FIRST: "missing rows"}))
    assert papers.all() == (replace(BEFORE, reason="missing rows", asked_at=NOON),)


@pytest.mark.parametrize(
    ("known", "failed", "expected"),
    [
        ([], [FIRST], [(FIRST, MORNING.earliest)]),
        ([BEFORE], [], [(FIRST, MORNING.earliest)]),
        ([], [], [("", MORNING.earliest)]),
        ([], [FIRST, SECOND], [(FIRST, MORNING.earliest), (SECOND, None)]),
    ],
    ids=["one new id", "one known id", "no id", "two ids"],
)
def test_ids_and_times_of_submission_are_put_together(
    known: list[UnavailablePaper], failed: list[str], expected: list[tuple[str, object]]
) -> None:
    papers = unshown(*known)
    papers.note(Found((), unshown=dict.fromkeys(failed, "cut off"), unshown_rows={MORNING: "cut off"}))
    assert [(one.id, one.earliest) for one in papers.all()] == expected


NAMELESS = replace(BEFORE, id="", title="", earliest=MORNING.earliest, latest=MORNING.latest)


def test_a_paper_without_an_id_is_noticed_once_and_limits_the_search() -> None:
    papers = unshown(NAMELESS)
    assert papers.searchable_after == MORNING.latest + timedelta(minutes=1)
    assert papers.all() == (replace(NAMELESS, asked_at=NOON),)


def test_a_paper_without_an_id_gets_the_one_that_is_met_later() -> None:
    papers = unshown(NAMELESS)
    papers.note(Found((), unshown={SECOND: "cut off"}))
    assert [(one.id, one.earliest) for one in papers.all()] == [(SECOND, MORNING.earliest)]


def test_a_paper_without_an_id_is_given_up_when_the_search_is_past_it() -> None:
    assert unshown(replace(NAMELESS, since=NOON - 9 * DAY)).all() == ()


@pytest.mark.parametrize(
    ("since", "asked", "is_due"),
    [(0, 0, False), (1, 1, True), (6, 1, True), (9, 1, False), (9, 2, True), (40, 5, False)],
)
def test_pauses_grow_with_the_time_for_which_a_paper_is_missing(since: int, asked: int, is_due: bool) -> None:
    """In days before now."""
    one = replace(BEFORE, since=NOON - since * DAY, asked_at=NOON - asked * DAY)
    assert is_due_again(one, NOON) == is_due
    assert unshown(one).due == ((FIRST,) if is_due else ())


def test_a_paper_without_an_id_is_never_asked_for() -> None:
    assert not is_due_again(replace(BEFORE, id=""), NOON)


def test_a_paper_is_given_up_after_two_months() -> None:
    assert unshown(replace(BEFORE, since=NOON - 61 * DAY)).all() == ()
