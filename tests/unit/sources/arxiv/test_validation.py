from datetime import datetime, timedelta

import pytest

from digest.errors import AnswerBroken, AnswerRejected
from digest.sources.arxiv.responses import Announcement, Listed, Page
from digest.sources.arxiv.validation import (
    RequestedList,
    RequestedPage,
    validate_announcement,
    validate_list,
    validate_search,
)
from tests.support.builders import NOON, paper
from tests.support.sources_support import announced

KNOWN = frozenset({"2606.00999", "2605.00002"})
"""The second row of every page below, and a paper of no page."""


def page(rows: int, total: int, start: int = 0) -> Page:
    """Rows that are a day apart, newest first: 2606.01000, 2606.00999, …"""
    papers = tuple(
        paper(f"2606.{1000 - row:05}", submitted=NOON - timedelta(days=row)) for row in range(rows)
    )
    return Page(papers, total, start, NOON)


def asked(start: int = 0, size: int = 100) -> RequestedPage:
    return RequestedPage(start, size, KNOWN, NOON)


def first_page(start: int = 0, size: int = 100) -> RequestedPage:
    return RequestedPage(start, size)


# Search


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        pytest.param(page(3, total=3), asked(), id="all there is"),
        pytest.param(page(3, total=8), asked(size=3), id="a full page"),
        pytest.param(page(2, total=8, start=6), asked(6, 3), id="the last page"),
        pytest.param(page(1, total=7, start=6), asked(6, 3), id="no overlap on a later page"),
        pytest.param(page(0, total=6, start=6), asked(6, 3), id="beyond a result that shrank"),
        pytest.param(page(0, total=5, start=6), asked(6, 3), id="beyond one that shrank more"),
        pytest.param(page(0, total=0), first_page(), id="a keyword without papers"),
        pytest.param(page(0, total=0), RequestedPage(0, 100, newest_submission=NOON), id="none expected"),
        pytest.param(page(3, total=3), first_page(), id="a keyword that is new"),
        pytest.param(Page((paper("2607.00001"),), 1, 0, NOON), first_page(), id="an id of next month"),
        pytest.param(Page((paper("2608.00001"),), 1, 0, None), first_page(), id="no clock to compare with"),
        pytest.param(
            page(2, total=2), RequestedPage(0, 9, KNOWN, NOON + timedelta(days=30)), id="a top of a month ago"
        ),
        pytest.param(
            page(2, total=8, start=6),
            RequestedPage(6, 9, KNOWN, NOON + timedelta(days=99)),
            id="old on a later page",
        ),
    ],
)
def test_a_page_that_is_possible_is_accepted(answer: Page, question: RequestedPage) -> None:
    validate_search(answer, question)


def test_papers_of_one_moment_are_in_order() -> None:
    twins = (paper("2606.00001"), paper("2606.00002"))
    validate_search(Page(twins, 2, 0, None), first_page())


OLD = datetime.fromisoformat("2011-11-12T08:00:00Z")
UNSORTED = Page((paper("1111.00001", submitted=OLD), paper("2606.00001", submitted=NOON)), 2, 0, NOON)
LONG_AGO = Page((paper("1111.00001", submitted=OLD), paper("2606.00999", submitted=OLD)), 2, 0, NOON)
STRANGE = Page((paper("2606.00001", submitted=NOON), paper("2606.00002", submitted=NOON)), 2, 0, NOON)


@pytest.mark.parametrize(
    ("answer", "question", "message"),
    [
        (page(3, total=9), asked(3, 3), "wrong page: row 3 was requested, row 0 came"),
        (page(0, total=0), asked(), "empty although known: no paper, and 2 are known"),
        (page(0, total=80), asked(), "empty although known: no paper, and 2 are known"),
        (page(2, total=80), asked(), "fewer rows than promised: 2 rows instead of 80"),
        (page(99, total=180), asked(), "fewer rows than promised: 99 rows instead of 100"),
        (page(0, total=8, start=6), asked(6, 3), "fewer rows than promised: 0 rows instead of 2"),
        (page(0, total=3), first_page(), "fewer rows than promised: 0 rows instead of 3"),
        (UNSORTED, asked(), "not in order: 2606.00001 of 2026-06-22 after 1111.00001 of 2011-11-12"),
        (
            LONG_AGO,
            asked(),
            "an id of years ago at the top: 1111.00001 of 2011-11-12, and a paper of 2026-06-22 is known",
        ),
        (
            page(2, total=2),
            RequestedPage(0, 9, KNOWN, NOON + timedelta(days=30, seconds=1)),
            "an id of years ago at the top: 2606.01000 of 2026-06-22, and a paper of 2026-07-22 is known",
        ),
        (
            Page((paper("2606.00001"), paper("2608.00001")), 2, 0, NOON),
            first_page(),
            "an id of the future: 2608.00001, on 2026-06-22",
        ),
        (STRANGE, asked(), "no overlap with the last good answer: none of 2 known papers among 2 rows"),
        (
            page(1, total=8),
            asked(size=1),
            "no overlap with the last good answer: none of 2 known papers among 1 rows",
        ),
    ],
)
def test_a_page_that_is_impossible_is_rejected_by_name(
    answer: Page, question: RequestedPage, message: str
) -> None:
    with pytest.raises(AnswerRejected) as rejected:
        validate_search(answer, question)
    assert (rejected.value.reason, str(rejected.value)) == (message.partition(":")[0], message)


# Lists of identifiers

ROWS = ("2606.01000", "2606.00999", "2606.00998")


@pytest.mark.parametrize(
    ("answer", "ids", "certain"),
    [
        pytest.param(page(3, total=3), ROWS, ROWS, id="all"),
        pytest.param(page(2, total=2), ROWS, ROWS[:2], id="all that are certain"),
        pytest.param(page(3, total=3), ROWS, (), id="more than is certain"),
        pytest.param(page(0, total=0), ROWS, (), id="none, and none is certain"),
        pytest.param(page(2, total=3), ROWS, ROWS[:2], id="those that do not exist were counted"),
    ],
)
def test_a_list_that_is_possible_is_accepted(
    answer: Page, ids: tuple[str, ...], certain: tuple[str, ...]
) -> None:
    validate_list(Listed(answer.papers), RequestedList(ids, frozenset(certain)))


@pytest.mark.parametrize(
    ("answer", "ids", "certain", "message"),
    [
        (page(3, total=3), ROWS[:1], ROWS[:1], "a paper that was not requested: 2606.00998"),
        (page(1, total=1), ROWS, ROWS, "missing rows: 2 of 3 papers, such as 2606.00998"),
        (page(0, total=0), ROWS, ROWS[1:2], "missing rows: 1 of 1 papers, such as 2606.00999"),
    ],
)
def test_a_list_that_is_impossible_is_rejected_by_name(
    answer: Page, ids: tuple[str, ...], certain: tuple[str, ...], message: str
) -> None:
    with pytest.raises(AnswerRejected) as rejected:
        validate_list(Listed(answer.papers), RequestedList(ids, frozenset(certain)))
    assert (rejected.value.reason, str(rejected.value)) == (message.partition(":")[0], message)


@pytest.mark.parametrize(
    ("requested", "error"),
    [
        (RequestedList(ROWS, certain=frozenset(ROWS)), AnswerBroken),
        (RequestedList(ROWS, certain=frozenset(ROWS[2:])), AnswerBroken),
        (RequestedList(ROWS, control=frozenset(ROWS)), AnswerRejected),
        (RequestedList(ROWS, frozenset(ROWS), frozenset(ROWS[2:])), AnswerRejected),
    ],
    ids=["one of several", "the only one", "one that was shown before", "one of each"],
)
def test_a_paper_that_was_never_shown_may_itself_be_the_cause(
    requested: RequestedList, error: type[AnswerRejected]
) -> None:
    with pytest.raises(AnswerRejected) as rejected:
        validate_list(Listed(page(2, total=2).papers), requested)
    assert type(rejected.value) is error


# Announcements

TOP = 202_606_000_007
"""The order of 2606.00007."""
FEED = Announcement((announced("2606.00007"), announced("2606.00009", kind="replace")), NOON)
EMPTY = Announcement((), NOON)


@pytest.mark.parametrize(
    ("announcement", "highest_seen", "high_water_mark"),
    [
        pytest.param(FEED, 0, 0, id="nothing else is known"),
        pytest.param(FEED, TOP, 0, id="as far as the search"),
        pytest.param(FEED, TOP + 1, TOP + 1, id="behind, but that is high_water_mark"),
        pytest.param(EMPTY, 0, 0, id="empty from the beginning"),
        pytest.param(EMPTY, TOP, TOP, id="empty, and all is high_water_mark"),
    ],
)
def test_a_feed_that_is_possible_is_accepted(
    announcement: Announcement, highest_seen: int, high_water_mark: int
) -> None:
    validate_announcement(announcement, highest_seen, high_water_mark)


@pytest.mark.parametrize(
    ("announcement", "highest_seen", "high_water_mark", "message"),
    [
        (
            FEED,
            TOP + 1,
            TOP,
            "the same batch as last time: it goes up to 2606.00007, and 2606.00008 is announced",
        ),
        (
            FEED,
            TOP + 1,
            TOP - 1,
            "the feed is behind the search: it goes up to 2606.00007, and 2606.00008 is announced",
        ),
        (EMPTY, TOP, TOP - 1, "empty feed: no new paper, and 2606.00007 is announced"),
    ],
)
def test_a_feed_behind_the_search_is_rejected_by_name(
    announcement: Announcement, highest_seen: int, high_water_mark: int, message: str
) -> None:
    with pytest.raises(AnswerRejected) as rejected:
        validate_announcement(announcement, highest_seen, high_water_mark)
    assert (rejected.value.reason, str(rejected.value)) == (message.partition(":")[0], message)
