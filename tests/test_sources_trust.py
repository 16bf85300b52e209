from datetime import datetime, timedelta

import pytest

from digest.errors import AnswerRejected
from digest.protocols import Known
from digest.sources.trust import Asked, Page, judge
from tests.builders import NOON, paper

NEWCOMER = Known(baseline=None, papers=frozenset(), newest_submission=None)
ACQUAINTED = Known(baseline=1, papers=frozenset({"2605.00001", "2605.00002"}), newest_submission=NOON)


def page(rows: int, total: int, start: int = 0) -> Page:
    """Rows that are a day apart, newest first."""
    papers = tuple(
        paper(f"2606.{1000 - row:05}", submitted=NOON - timedelta(days=row)) for row in range(rows)
    )
    return Page(papers, total, start, NOON)


@pytest.mark.parametrize(
    ("answer", "asked", "known"),
    [
        pytest.param(page(3, total=3), Asked(0, 100), ACQUAINTED, id="all there is"),
        pytest.param(page(3, total=8), Asked(0, 3), ACQUAINTED, id="a full page"),
        pytest.param(page(2, total=8, start=6), Asked(6, 3), ACQUAINTED, id="the last page"),
        pytest.param(page(0, total=6, start=6), Asked(6, 3), ACQUAINTED, id="beyond a result that shrank"),
        pytest.param(page(0, total=5, start=6), Asked(6, 3), ACQUAINTED, id="beyond one that shrank more"),
        pytest.param(page(0, total=0), Asked(0, 100), NEWCOMER, id="a keyword without papers"),
    ],
)
def test_a_page_that_can_be_true_is_believed(answer: Page, asked: Asked, known: Known) -> None:
    judge(answer, asked, known)


def test_papers_of_one_moment_are_in_order() -> None:
    twins = (paper("2606.00001"), paper("2606.00002"))
    judge(Page(twins, 2, 0, None), Asked(0, 100), ACQUAINTED)


OLD = datetime.fromisoformat("2011-11-12T08:00:00Z")
UNSORTED = Page((paper("1111.00001", submitted=OLD), paper("2606.00001", submitted=NOON)), 2, 0, NOON)


@pytest.mark.parametrize(
    ("answer", "asked", "message"),
    [
        (page(3, total=9), Asked(3, 3), "wrong page: row 3 was asked for, row 0 came"),
        (page(0, total=0), Asked(0, 100), "empty although known: no paper, and 2 are known"),
        (page(0, total=80), Asked(0, 100), "empty although known: no paper, and 2 are known"),
        (page(1, total=80), Asked(0, 100), "fewer rows than promised: 1 rows instead of 80"),
        (page(99, total=180), Asked(0, 100), "fewer rows than promised: 99 rows instead of 100"),
        (page(0, total=8, start=6), Asked(6, 3), "fewer rows than promised: 0 rows instead of 2"),
        (UNSORTED, Asked(0, 100), "not in order: 2606.00001 of 2026-06-22 after 1111.00001 of 2011-11-12"),
    ],
)
def test_a_page_that_cannot_be_true_is_rejected_by_name(answer: Page, asked: Asked, message: str) -> None:
    with pytest.raises(AnswerRejected) as rejected:
        judge(answer, asked, ACQUAINTED)
    assert (rejected.value.verdict, str(rejected.value)) == (message.partition(":")[0], message)


def test_rows_that_are_promised_and_missing_are_missed_by_newcomers_too() -> None:
    with pytest.raises(AnswerRejected, match="fewer rows than promised: 0 rows instead of 3"):
        judge(page(0, total=3), Asked(0, 100), NEWCOMER)
