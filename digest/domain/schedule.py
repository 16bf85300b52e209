"""Compute the slots of a schedule: the moments at which a digest is due. Pure: the time is a parameter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from digest.domain.fetching import FetchStatus
from digest.domain.subscribers import Schedule

WRONG_CLOCK = timedelta(hours=12)
"""A recorded moment further in the future comes from a wrong clock."""

_LONGEST_GAP_DAYS = 8  # a week between two slots of a weekly digest, and a day for the time zone


@dataclass(frozen=True, slots=True)
class Slots:
    """Two successive slots of a schedule, in UTC."""

    latest: datetime
    next: datetime

    def enclose(self, now: datetime) -> bool:
        return self.latest <= now < self.next


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """What the daemon reads from the state. Subscribers are keyed by address, keywords by id."""

    served: Mapping[str, datetime] = field(default_factory=dict)
    """When each subscriber's last slot was done; before the first one, when the subscription began."""
    suppressed: frozenset[str] = frozenset()
    retries: Mapping[str, datetime | None] = field(default_factory=dict)
    """When to retry the mail of each subscriber whose mail failed; None: as soon as possible."""
    expecting: frozenset[str] = frozenset()
    """Subscribers with a queued mail or pending papers."""
    fetch_statuses: Mapping[str, FetchStatus] = field(default_factory=dict)
    asked: tuple[datetime, ...] = ()
    """The latest fetches, latest first."""


def latest_slot(schedule: Schedule, now: datetime) -> datetime:
    """The last slot up to now, in UTC.

    A slot in an hour that the clocks skip is right after the skip; in an hour that they repeat, the first
    one counts (PEP 495, fold=0).
    """
    return next(slot for slot in _slots(schedule, now, step=-1) if slot <= now)


def next_slot(schedule: Schedule, now: datetime) -> datetime:
    """The first slot after now, in UTC."""
    return next(slot for slot in _slots(schedule, now, step=1) if slot > now)


def slots_around(schedule: Schedule, now: datetime) -> Slots:
    return Slots(latest_slot(schedule, now), next_slot(schedule, now))


def is_done(slot: datetime, served_at: datetime, now: datetime) -> bool:
    """Whether the digest of the slot is done; `served_at` is when one was last done."""
    return slot <= served_at <= now + WRONG_CLOCK


def is_due(schedule: Schedule, now: datetime, *, served_at: datetime) -> bool:
    """Whether the digest of the latest slot is still to be done."""
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
