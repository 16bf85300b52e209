"""When arXiv announces new papers.

Source: https://info.arxiv.org/help/availability.html
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

ANNOUNCEMENT = time(20, tzinfo=ZoneInfo("America/New_York"))
"""Every evening but Friday's and Saturday's, holidays left out."""

FEED_DELAY = timedelta(hours=4, minutes=30)
"""From the announcement until the feed shows it: it turns at midnight, and may be a little late."""

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY = 0, 3, 4, 5

_FIXED_HOLIDAYS = frozenset({(1, 1), (6, 19), (7, 4), (12, 25)})
_WEEKDAY_HOLIDAYS = frozenset({(1, _MONDAY, 3), (9, _MONDAY, 1), (11, _THURSDAY, 4)})


class ArxivCalendar:
    """digest.pipeline.ports.Calendar of arXiv's announcement feed."""

    def latest_announcement(self, now: datetime) -> datetime:
        """The last moment up to `now`, in UTC, at which the feed should have turned to a new announcement."""
        return next(_moments_back_from(now))

    def announcements_between(self, earlier: datetime, later: datetime) -> int:
        """How many such moments there are after `earlier`, up to and including `later`."""
        return sum(1 for _ in takewhile(lambda moment: moment > earlier, _moments_back_from(later)))


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
    Thanksgiving, Christmas: those in arXiv's lists of 2023 to 2025.

    arXiv adds a few others at short notice, mostly around Christmas. A holiday that is missing here costs
    a few requests without result; one too many would delay papers by a day.
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
