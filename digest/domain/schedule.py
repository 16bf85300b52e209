"""Who is due when. Nothing here remembers or sleeps: each tick asks again, from the wall clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from digest.domain.fetching import FetchStatus
from digest.domain.subscribers import Schedule

WRONG_CLOCK = timedelta(hours=12)
"""What was written down so far in the future, a clock wrote that was wrong."""

_LONGEST_GAP_DAYS = 8  # a week between two slots of a weekly digest, and a day for the time zone


@dataclass(frozen=True, slots=True)
class Slots:
    """Two moments in UTC, one after the other, at which a schedule asks for a digest."""

    latest: datetime
    next: datetime

    def enclose(self, now: datetime) -> bool:
        return self.latest <= now < self.next


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """What the state tells the daemon. Subscribers go by their addresses, keywords by their keys."""

    last_served_at: Mapping[str, datetime] = field(default_factory=dict)
    """When each enrolled subscriber had their last slot done, or else was enrolled."""
    suppressed: frozenset[str] = frozenset()
    retries: Mapping[str, datetime | None] = field(default_factory=dict)
    """When to retry the mail of each subscriber whose mail failed (None: as soon as possible)."""
    pending: frozenset[str] = frozenset()
    """For whom a mail is on its way or papers wait."""
    fetch_statuses: Mapping[str, FetchStatus] = field(default_factory=dict)
    fetched_at: tuple[datetime, ...] = ()
    """When arXiv was asked lately, latest first."""


def latest_slot(schedule: Schedule, now: datetime) -> datetime:
    """The last moment up to now, in UTC, at which a digest was asked for.

    An hour that the clocks skip counts from when they have skipped it; of an hour that they repeat,
    the first one counts (PEP 495, fold=0).
    """
    return next(slot for slot in _slots(schedule, now, step=-1) if slot <= now)


def next_slot(schedule: Schedule, now: datetime) -> datetime:
    """The first moment after now, in UTC, at which a digest is asked for."""
    return next(slot for slot in _slots(schedule, now, step=1) if slot > now)


def slots_around(schedule: Schedule, now: datetime) -> Slots:
    return Slots(latest_slot(schedule, now), next_slot(schedule, now))


def is_done(slot: datetime, served_at: datetime, now: datetime) -> bool:
    """Whether the slot had its digest, `served_at` being when one was last done."""
    return slot <= served_at <= now + WRONG_CLOCK


def is_due(schedule: Schedule, now: datetime, *, served_at: datetime) -> bool:
    """Whether the latest slot still wants its digest."""
    return not is_done(latest_slot(schedule, now), served_at, now)


def _slots(schedule: Schedule, now: datetime, *, step: int) -> Iterator[datetime]:
    """The slots of the days around now, from tomorrow backwards or from yesterday onwards."""
    if not schedule.days:
        raise ValueError("a schedule needs at least one day")
    today = now.astimezone(schedule.timezone).date()
    for days in range(-1, _LONGEST_GAP_DAYS + 1):
        day = today + timedelta(days=step * days)
        if day.weekday() in schedule.days:
            yield datetime.combine(day, schedule.at, schedule.timezone).astimezone(UTC)
