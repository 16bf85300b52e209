"""Results of the doctor's tests; e2e/test_doctor.py runs the tests themselves."""

from datetime import timedelta

import pytest

from digest.commands.checks import Check
from digest.commands.doctor import LEAST_FREE_BYTES, clock_check, shortage
from tests.support.builders import NOON


def test_a_check_has_a_tick_or_a_cross_and_below_it_what_to_do() -> None:
    assert list(Check("all is well").lines) == ["✓ all is well"]
    assert list(Check("two things are wrong", "one thing\nanother thing", "fix them").lines) == [
        "✗ two things are wrong",
        "    one thing",
        "    another thing",
        "    fix them",
    ]
    assert list(Check("one thing is wrong", "one thing").lines) == ["✗ one thing is wrong", "    one thing"]


def test_advice_has_a_mark_and_is_no_failure() -> None:
    advice = Check("something is missing", "some may mind", "add it", is_advice=True)
    assert list(advice.lines) == ["! something is missing", "    some may mind", "    add it"]
    assert [Check("well").failed, Check("wrong", "thing").failed, advice.failed] == [False, True, False]


def test_a_disk_needs_a_hundred_megabytes() -> None:
    assert shortage(LEAST_FREE_BYTES) == ""
    assert shortage(LEAST_FREE_BYTES - 1) == "only 99 MB are free"


@pytest.mark.parametrize(
    ("off", "problem"),
    [
        (timedelta(0), ""),
        (timedelta(days=2), ""),
        (timedelta(days=-2), ""),
        (timedelta(days=3), "it is 2026-06-25 12:00 UTC here, and 2026-06-22 12:00 UTC at arXiv"),
        (timedelta(days=-365), "it is 2025-06-22 12:00 UTC here, and 2026-06-22 12:00 UTC at arXiv"),
    ],
)
def test_a_clock_that_is_days_off_is_a_problem(off: timedelta, problem: str) -> None:
    found = clock_check(NOON + off, NOON)
    agrees = "does not agree" if problem else "agrees"
    assert (found.result, found.problem) == (f"the clock {agrees} with arXiv's", problem)
