from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.fetching import is_up_to_date
from digest.sources.arxiv.calendar import (
    FEED_DELAY,
    ArxivCalendar,
    is_announced_on,
)

latest_announcement = ArxivCalendar().latest_announcement
announcements_between = ArxivCalendar().announcements_between

NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 4 * 366 * 24 * 4).map(lambda quarters: NEW_YEAR + quarters * timedelta(minutes=15))
HOURS = st.integers(-48, 21 * 24).map(lambda hours: timedelta(hours=hours))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-24T12:00", "2026-06-24T04:30"),
        ("2026-06-24T04:30", "2026-06-24T04:30"),
        ("2026-06-24T04:29", "2026-06-23T04:30"),
        ("2026-06-24T00:01", "2026-06-23T04:30"),
        ("2026-06-26T12:00", "2026-06-26T04:30"),
        ("2026-06-27T12:00", "2026-06-26T04:30"),
        ("2026-06-29T04:29", "2026-06-26T04:30"),
        ("2026-06-29T04:30", "2026-06-29T04:30"),
        ("2026-11-27T12:00", "2026-11-26T05:30"),
        ("2026-11-30T12:00", "2026-11-30T05:30"),
        ("2026-06-22T12:00", "2026-06-19T04:30"),
        ("2026-03-06T12:00", "2026-03-06T05:30"),
        ("2026-03-09T04:30", "2026-03-09T04:30"),
        ("2026-10-30T12:00", "2026-10-30T04:30"),
        ("2026-11-02T05:29", "2026-10-30T04:30"),
        ("2026-11-02T05:30", "2026-11-02T05:30"),
    ],
    ids=[
        "on a weekday", "to the minute", "within the margin", "announced, and not in the feed yet",
        "Thursday's, on Friday", "Thursday's, on Saturday", "Thursday's, until Sunday's is there", "Sunday's",
        "on Thanksgiving", "after Thanksgiving", "on a Sunday after a holiday",
        "before the clocks go forward", "the day that they go forward",
        "before they go back", "the day that they go back, an hour early", "the day that they go back",
    ],
)  # fmt: skip
def test_the_latest_announcement_is_the_last_one_that_the_feed_should_show(now: str, expected: str) -> None:
    assert latest_announcement(utc(now)) == utc(expected)


def test_the_time_zone_of_the_moment_does_not_matter() -> None:
    kathmandu = datetime.fromisoformat("2026-06-24T10:15+05:45")
    assert latest_announcement(kathmandu) == utc("2026-06-24T04:30")


@pytest.mark.parametrize(
    "evening",
    [
        "2023-01-16", "2023-06-19", "2023-07-04", "2023-09-04", "2023-11-23", "2023-12-25",
        "2024-07-04", "2024-09-02", "2024-11-28", "2024-12-25",
        "2025-01-01", "2025-01-20", "2025-06-19", "2025-07-06", "2025-09-01", "2025-11-27",
    ],
)  # fmt: skip
def test_nothing_is_announced_on_the_holidays_of_arxivs_lists(evening: str) -> None:
    assert not is_announced_on(date.fromisoformat(evening))


@pytest.mark.parametrize(
    "evening",
    [
        "2025-05-26", "2025-01-13", "2025-01-27", "2025-09-08", "2025-11-20", "2025-12-24", "2024-07-07",
        "2023-07-06",
    ],
    ids=[
        "Memorial Day", "a Monday before", "a Monday after", "a second Monday", "a third Thursday",
        "Christmas Eve", "the Sunday after a Thursday off", "two days after a Tuesday off",
    ],
)  # fmt: skip
def test_an_ordinary_day_has_its_announcement(evening: str) -> None:
    assert is_announced_on(date.fromisoformat(evening))


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("2026-06-24T05:00", "2026-06-24T23:59", 0),
        ("2026-06-24T04:30", "2026-06-25T04:29", 0),
        ("2026-06-24T04:29", "2026-06-24T04:30", 1),
        ("2026-06-22T12:00", "2026-06-26T12:00", 4),
        ("2026-06-26T12:00", "2026-06-29T04:00", 0),
        ("2026-06-26T12:00", "2026-06-29T05:00", 1),
        ("2026-11-26T12:00", "2026-11-30T05:00", 0),
        ("2026-03-01T12:00", "2026-04-01T12:00", 23),
        ("2026-06-25T12:00", "2026-06-24T12:00", 0),
    ],
    ids=[
        "the same day", "up to the next", "the later end counts", "a week of work", "a weekend",
        "a weekend and Sunday's", "a long weekend", "a month in which the clocks change", "backwards",
    ],
)  # fmt: skip
def test_announcements_are_counted_as_the_feed_shows_them(earlier: str, later: str, expected: int) -> None:
    assert announcements_between(utc(earlier), utc(later)) == expected


@pytest.mark.parametrize(
    ("asked_at", "now", "expected"),
    [
        ("2026-06-24T07:00", "2026-06-24T07:05", True),
        ("2026-06-24T04:30", "2026-06-24T04:30", True),
        ("2026-06-24T04:29", "2026-06-24T04:30", False),
        ("2026-06-24T07:00", "2026-06-25T07:00", False),
        ("2026-06-26T07:00", "2026-06-28T07:00", True),
        ("2026-06-24T07:05", "2026-06-24T07:00", True),
        ("2026-06-24T07:06", "2026-06-24T07:00", False),
    ],
    ids=[
        "a moment ago",
        "just now",
        "before the feed turned",
        "a day ago",
        "at the weekend",
        "the clock was set right",
        "in the future",
    ],
)
def test_a_fetch_is_up_to_date_until_the_next_announcement(asked_at: str, now: str, expected: bool) -> None:
    announced_at = latest_announcement(utc(now))
    assert is_up_to_date(announced_at, utc(asked_at), utc(now)) is expected


@given(MOMENTS, HOURS)
def test_a_fetch_is_up_to_date_exactly_while_no_announcement_is_between(
    now: datetime, ago: timedelta
) -> None:
    asked_at = now - ago
    expected = asked_at <= now and announcements_between(asked_at, now) == 0
    assert is_up_to_date(latest_announcement(now), asked_at, now) is expected


@given(MOMENTS)
def test_there_is_an_announcement_within_five_days_and_never_one_ahead_of_its_time(now: datetime) -> None:
    latest = latest_announcement(now)
    assert timedelta(0) <= now - latest < timedelta(days=5) + FEED_DELAY


@given(MOMENTS, HOURS, HOURS)
def test_announcements_of_two_spans_add_up(start: datetime, first: timedelta, second: timedelta) -> None:
    middle = start + abs(first)
    end = middle + abs(second)
    together = announcements_between(start, middle) + announcements_between(middle, end)
    assert announcements_between(start, end) == together
