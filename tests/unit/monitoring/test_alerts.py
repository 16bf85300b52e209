from datetime import timedelta

import pytest

from digest.domain.runs import Alert, RunProblems, RunRecord
from digest.monitoring.alerts import alert_after
from tests.support.builders import NOON

HOUR = timedelta(hours=1)
WELL = RunProblems("", "", "")
DOWN = RunProblems("no answer", None, "")
REFUSED = RunProblems(None, "the mail to subscribers[0] was not delivered: refused", None)
DELIVERED = RunProblems(None, "", None)
ASKED = RunProblems("", None, "")


def log(*troubles: RunProblems) -> list[RunRecord]:
    """Runs an hour apart, the first at noon; as the state has them, the latest first."""
    records = [
        RunRecord(NOON + number * HOUR, NOON + number * HOUR + HOUR / 2, problems=trouble)
        for number, trouble in enumerate(troubles)
    ]
    return records[::-1]


RAISED = Alert(over=False, since=NOON + HOUR, runs=3, lines=("no answer",))


@pytest.mark.parametrize(
    ("runs", "raised", "told"),
    [
        (log(WELL, DOWN, DOWN), False, None),
        (log(WELL, DOWN, DOWN, DOWN), False, RAISED),
        (log(WELL, DOWN, DOWN, DOWN), True, None),
        (log(DOWN, DOWN, WELL, DOWN), False, None),
        (log(WELL, DOWN, DELIVERED, DOWN, DOWN), False, RAISED),
        (log(DOWN, REFUSED, DOWN), False, None),
        (log(DOWN, DOWN, DOWN, WELL), True, Alert(over=True, since=NOON)),
        (log(DOWN, DOWN, DOWN, DELIVERED), True, None),
        (log(REFUSED, REFUSED, REFUSED, ASKED), True, None),
        (log(REFUSED, REFUSED, REFUSED, ASKED, DELIVERED), True, Alert(over=True, since=NOON)),
        (log(WELL), False, None),
        ([], False, None),
    ],
    ids=[
        "too few", "the third in a row", "told once", "one was well in between",
        "a run that did not ask says nothing of arXiv", "three runs, but no part failed in three",
        "over", "not over by a run that did not ask", "not over by a run that sent nothing",
        "over when a mail went out", "all well", "no run yet",
    ],
)  # fmt: skip
def test_the_operator_is_told_once_and_when_it_is_over(
    runs: list[RunRecord], raised: bool, told: Alert | None
) -> None:
    raised_at = NOON if raised else None
    assert alert_after(runs, raised_at=raised_at, most_failures=3) == told


def test_a_run_that_was_killed_says_nothing() -> None:
    killed = RunRecord(NOON + 9 * HOUR)
    assert alert_after([killed, *log(WELL, DOWN, DOWN, DOWN)], raised_at=None, most_failures=3) == RAISED


def test_all_that_fails_is_told_together() -> None:
    both = RunProblems("no answer\nand another", "refused", "")
    alarm = alert_after(log(both, both), raised_at=None, most_failures=2)
    assert alarm == Alert(over=False, since=NOON, runs=2, lines=("no answer", "and another", "refused"))
