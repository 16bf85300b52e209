from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.domain.schedule import is_due, latest_slot, next_slot, slots_around
from digest.domain.subscribers import Schedule
from tests.support.builders import schedule

ZONES = (
    "UTC", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Europe/Berlin", "Africa/Casablanca",
    "Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia",
    "Pacific/Kiritimati",
)  # fmt: skip
MINUTE = timedelta(minutes=1)
FEW = 3 * settings().max_examples // 20
"""Each looks at many thousands of moments."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wish", "now", "slot"),
    [
        (schedule("07:00"), "2026-06-22T07:00", "2026-06-22T07:00"),
        (schedule("07:00"), "2026-06-22T06:59", "2026-06-21T07:00"),
        (schedule("07:00", "Asia/Tokyo"), "2026-06-22T00:00", "2026-06-21T22:00"),
        (schedule("23:30", "America/New_York"), "2026-06-22T03:30", "2026-06-22T03:30"),
        (schedule("07:00", days=frozenset({0})), "2026-06-28T12:00", "2026-06-22T07:00"),
        (schedule("07:00", days=frozenset(range(5))), "2026-06-21T12:00", "2026-06-19T07:00"),
        (schedule("02:30", "Europe/Berlin"), "2026-03-29T01:30", "2026-03-29T01:30"),
        (schedule("02:30", "Europe/Berlin"), "2026-03-29T01:29", "2026-03-28T01:30"),
        (schedule("02:30", "Europe/Berlin"), "2026-10-25T00:30", "2026-10-25T00:30"),
        (schedule("02:30", "Europe/Berlin"), "2026-10-25T01:45", "2026-10-25T00:30"),
        (schedule("00:00", "Pacific/Kiritimati"), "2026-06-21T10:00", "2026-06-21T10:00"),
    ],
    ids=[
        "to the minute", "a minute before", "a zone ahead", "a zone behind", "weekly",
        "weekdays, on a Sunday",
        "an hour that the clocks skip", "not before they skip it", "an hour that the clocks repeat",
        "not a second time", "midnight, fourteen hours ahead",
    ],
)  # fmt: skip
def test_the_latest_slot_is_in_the_subscribers_time_zone(wish: Schedule, now: str, slot: str) -> None:
    assert latest_slot(wish, utc(now)) == utc(slot)


def test_a_schedule_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        latest_slot(schedule(days=frozenset()), utc("2026-06-22T07:00"))


@pytest.mark.parametrize(
    ("wish", "now", "slot"),
    [
        (schedule("07:00"), "2026-06-22T07:00", "2026-06-23T07:00"),
        (schedule("07:00"), "2026-06-22T06:59", "2026-06-22T07:00"),
        (schedule("07:00", days=frozenset({0})), "2026-06-22T07:00", "2026-06-29T07:00"),
        (schedule("07:00", "Asia/Tokyo"), "2026-06-21T22:00", "2026-06-22T22:00"),
        (schedule("02:30", "Europe/Berlin"), "2026-03-29T01:29", "2026-03-29T01:30"),
        (schedule("02:30", "Europe/Berlin"), "2026-10-25T00:45", "2026-10-26T01:30"),
        (schedule("00:00", "Pacific/Kiritimati"), "2026-06-21T09:59", "2026-06-21T10:00"),
    ],
    ids=["not the one that is now", "in a minute", "in a week", "a zone ahead",
        "an hour that the clocks skip", "an hour that they repeat, not twice", "tomorrow there, today here"],
)  # fmt: skip
def test_the_next_slot_follows_the_latest_one(wish: Schedule, now: str, slot: str) -> None:
    assert next_slot(wish, utc(now)) == utc(slot)
    assert slots_around(wish, utc(now)).enclose(utc(now))


@pytest.mark.parametrize(
    ("served_at", "expected"),
    [
        ("2026-06-21T07:00", True),
        ("2026-05-01T07:00", True),
        ("2026-06-22T07:00", False),
        ("2026-06-22T06:59", True),
        ("2026-06-22T19:30", False),
        ("2027-06-22T07:00", True),
    ],
    ids=[
        "served yesterday", "after a long absence", "served", "a run by hand before the hour",
        "the clock was set back a little since", "served by a clock that was a year ahead",
    ],
)  # fmt: skip
def test_a_subscriber_without_the_latest_digest_is_due(served_at: str, expected: bool) -> None:
    assert is_due(schedule("07:00"), utc("2026-06-22T07:30"), served_at=utc(served_at)) is expected


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    return Schedule(
        at=draw(st.times()).replace(second=0, microsecond=0),
        timezone=ZoneInfo(draw(st.sampled_from(ZONES))),
        days=draw(st.frozensets(st.integers(0, 6), min_size=1)),
    )


@settings(max_examples=FEW, deadline=None)
@given(schedules(), st.data())
def test_over_two_years_each_slot_is_served_once_and_never_early(wish: Schedule, data: st.DataObject) -> None:
    """Looks at the clock at odd moments, with pauses of up to some days, and serves whenever it is due."""
    now, end = utc("2026-01-01T00:00"), utc("2028-01-01T00:00")
    served_at, served = now, []
    pauses = data.draw(st.lists(st.integers(30, 3 * 24 * 60), min_size=20, max_size=20))
    step = 0
    while now < end:
        if is_due(wish, now, served_at=served_at):
            slot = latest_slot(wish, now)
            assert slot <= now
            served.append(slot)
            served_at = now
        now += pauses[step % len(pauses)] * MINUTE
        step += 1
    assert served == sorted(set(served))
    local = [slot.astimezone(wish.timezone) for slot in served]
    assert {slot.weekday() for slot in local} <= wish.days
    assert len({slot.date() for slot in local}) == len(local)


@settings(max_examples=FEW, deadline=None)
@given(schedules())
def test_a_tick_a_minute_serves_every_day_of_the_schedule_within_that_minute(wish: Schedule) -> None:
    now, served_at = utc("2026-03-01T00:00"), utc("2026-03-01T00:00")
    days = []
    for _ in range(45 * 24 * 60 // 5):  # across the changes of clocks, in ticks of five minutes
        if is_due(wish, now, served_at=served_at):
            slot = latest_slot(wish, now)
            assert now - slot < 5 * MINUTE
            days.append(slot.astimezone(wish.timezone).date())
            served_at = now
        now += 5 * MINUTE
    span = {days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)}
    assert set(days) == {day for day in span if day.weekday() in wish.days}
