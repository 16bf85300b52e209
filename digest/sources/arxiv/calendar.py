"""When arXiv announces new papers, and whether there can be any since it was last asked.

Source: https://info.arxiv.org/help/availability.html
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.domain.fetching import is_since

ANNOUNCEMENT = time(20, tzinfo=ZoneInfo("America/New_York"))
"""Every evening but Friday's and Saturday's, holidays left out."""

FEED_DELAY = timedelta(hours=4, minutes=30)
"""From the announcement until the feed shows it: it turns at midnight, and may be a little late."""

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY = 0, 3, 4, 5

_FIXED_HOLIDAYS = frozenset({(1, 1), (6, 19), (7, 4), (12, 25)})

_WEEKDAY_HOLIDAYS = frozenset({(1, _MONDAY, 3), (9, _MONDAY, 1), (11, _THURSDAY, 4)})


def latest_announcement(now: datetime) -> datetime:
    """The last moment up to now, in UTC, at which the feed should have turned to a new announcement."""
    return next(_moments_back_from(now))


def announcements_between(earlier: datetime, later: datetime) -> int:
    """How many such moments there are after the earlier time, up to and including the later one."""
    count = 0
    for moment in _moments_back_from(later):
        if moment <= earlier:
            break
        count += 1
    return count


def is_up_to_date(asked_at: datetime, now: datetime) -> bool:
    """Whether arXiv was asked since it should have shown its latest announcement.

    Not if that was well in the future: then a clock was wrong.
    """
    return is_since(latest_announcement(now), asked_at, now)


def is_announced_on(evening: date) -> bool:
    """Whether arXiv announces on the evening of that day, US Eastern.

    A Friday has no announcement to leave out: if it is a holiday, Sunday's is (as on 6 July 2025).
    """
    if evening.weekday() in (_FRIDAY, _SATURDAY):
        return False
    friday_before = evening - timedelta(days=2)
    after_holiday = friday_before.weekday() == _FRIDAY and _is_holiday(friday_before)
    return not (after_holiday or _is_holiday(evening))


def _is_holiday(day: date) -> bool:
    """New Year's Day, Martin Luther King Jr. Day, Juneteenth, Independence Day, Labor Day,
    Thanksgiving, Christmas: those that stand in arXiv's lists of 2023 to 2025.

    It adds a few others at short notice, mostly around Christmas. A holiday that is missing here costs
    a few questions in vain; one too many would delay papers by a day.
    """
    week_of_month = (day.day + 6) // 7
    return (day.month, day.day) in _FIXED_HOLIDAYS or (
        (day.month, day.weekday(), week_of_month) in _WEEKDAY_HOLIDAYS
    )


def _moments_back_from(now: datetime) -> Iterator[datetime]:
    """When the feed should have turned, in UTC, latest first."""
    day = now.astimezone(ANNOUNCEMENT.tzinfo).date()
    while True:
        moment = datetime.combine(day, ANNOUNCEMENT).astimezone(UTC) + FEED_DELAY
        if moment <= now and is_announced_on(day):
            yield moment
        day -= timedelta(days=1)
