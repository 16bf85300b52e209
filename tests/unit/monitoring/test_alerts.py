from datetime import datetime, timedelta

import pytest

from digest.domain.auditing import Audit, KeywordFigures, MissedPaper
from digest.domain.runs import Alert, RunProblems, RunRecord
from digest.monitoring.alerts import alert_after, is_worth_a_mail
from tests.support.builders import NOON

HOUR = timedelta(hours=1)
MISSED = (MissedPaper("2606.00001", "not shown"),)


@pytest.mark.parametrize(
    ("missed", "reported_at", "worth"),
    [
        ((), None, False),
        (MISSED, None, True),
        (MISSED, NOON - HOUR, True),
        (MISSED, NOON, False),
        (MISSED, NOON + HOUR, False),
    ],
    ids=["nothing missed", "never reported", "an earlier one reported", "at once", "reported later"],
)
def test_the_operator_gets_one_mail_about_an_audit_that_missed_a_paper(
    missed: tuple[MissedPaper, ...], reported_at: datetime | None, worth: bool
) -> None:
    audit = Audit(NOON, NOON.date(), (KeywordFigures("Alpha", 3, 2, 0, missed),))
    assert is_worth_a_mail(audit, reported_at) is worth


WELL = RunProblems("", "", "")
DOWN = RunProblems("no answer", None, "")
REFUSED = RunProblems(None, "the mail to subscribers[0] was not delivered: refused", None)
DELIVERED = RunProblems(None, "", None)
ASKED = RunProblems("", None, "")


def log(*all_problems: RunProblems) -> list[RunRecord]:
    """Runs an hour apart, the first at noon; in the order of the store, latest first."""
    records = [
        RunRecord(NOON + number * HOUR, NOON + number * HOUR + HOUR / 2, problems=problems)
        for number, problems in enumerate(all_problems)
    ]
    return records[::-1]


RAISED = Alert(over=False, since=NOON + HOUR, runs=3, lines=("no answer",))


@pytest.mark.parametrize(
    ("runs", "raised", "alert"),
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
        "too few", "the third in a row", "raised once", "one went well in between",
        "a run without a fetch does not count for arXiv", "three runs, but no part failed in three",
        "over", "not over by a run without a fetch", "not over by a run without a mail",
        "over when a mail was delivered", "all well", "no run yet",
    ],
)  # fmt: skip
def test_an_alert_is_raised_once_and_ends_once(
    runs: list[RunRecord], raised: bool, alert: Alert | None
) -> None:
    raised_at = NOON if raised else None
    assert alert_after(runs, raised_at=raised_at, most_failures=3) == alert


def test_a_run_that_was_killed_does_not_count() -> None:
    killed = RunRecord(NOON + 9 * HOUR)
    assert alert_after([killed, *log(WELL, DOWN, DOWN, DOWN)], raised_at=None, most_failures=3) == RAISED


def test_one_alert_names_everything_that_fails() -> None:
    both = RunProblems("no answer\nand another", "refused", "")
    alert = alert_after(log(both, both), raised_at=None, most_failures=2)
    assert alert == Alert(over=False, since=NOON, runs=2, lines=("no answer", "and another", "refused"))
