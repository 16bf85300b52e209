"""The slots of a schedule: at which moments a subscriber's digest is due (hour, time zone, weekdays). Pure.

Whether a digest that is due is sent now or waits for the source: digest.daemon.planner.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from digest.domain.auditing import AuditTimes
from digest.domain.fetching import FetchStatus
from digest.domain.preferences import Preferences, slots_done_at
from digest.domain.subscribers import Schedule

WRONG_CLOCK = timedelta(hours=12)
"""A recorded time further in the future than this was written while the clock was wrong; it is ignored."""

_LONGEST_GAP_DAYS = 8  # a week between two slots of a weekly digest, and a day for the time zone


@dataclass(frozen=True, slots=True)
class Slots:
    """Two consecutive slots of a schedule, in UTC."""

    latest: datetime
    next: datetime

    def enclose(self, now: datetime) -> bool:
        return self.latest <= now < self.next


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """What the daemon reads from the state: subscribers by address, keywords by id, times in UTC."""

    last_served_at: Mapping[str, datetime] = field(default_factory=dict)
    """When each subscriber's digest was last done; before the first, when the subscriber was added."""
    suppressed: frozenset[str] = frozenset()
    retries: Mapping[str, datetime | None] = field(default_factory=dict)
    """When to retry the mail of each subscriber whose mail was deferred (None: as soon as possible)."""
    pending: frozenset[str] = frozenset()
    """Subscribers with queued mail or pending papers."""
    fetch_statuses: Mapping[str, FetchStatus] = field(default_factory=dict)
    fetched_at: tuple[datetime, ...] = ()
    """When the source was fetched lately, latest first."""
    audits: AuditTimes = field(default_factory=AuditTimes)
    preferences: Mapping[str, Preferences] = field(default_factory=dict)
    """Those of each subscriber who has some."""

    def served_at(self, email: str, now: datetime) -> datetime:
        """Up to when the slots of this subscriber are done."""
        return slots_done_at(self.last_served_at[email], self.preferences.get(email, ()), now)


def latest_slot(schedule: Schedule, now: datetime) -> datetime:
    """The last slot up to and including `now`, in UTC.

    A slot in an hour that the clocks skip begins after the skip; in an hour that they repeat, the first
    one counts (PEP 495, fold=0).
    """
    return next(slot for slot in _slots(schedule, now, step=-1) if slot <= now)


def next_slot(schedule: Schedule, now: datetime) -> datetime:
    """The first slot after `now`, in UTC."""
    return next(slot for slot in _slots(schedule, now, step=1) if slot > now)


def slots_around(schedule: Schedule, now: datetime) -> Slots:
    return Slots(latest_slot(schedule, now), next_slot(schedule, now))


def is_done(slot: datetime, served_at: datetime, now: datetime) -> bool:
    """Whether the digest of this slot is done; `served_at` is when one was last done."""
    return slot <= served_at <= now + WRONG_CLOCK


def is_due(schedule: Schedule, now: datetime, *, served_at: datetime) -> bool:
    """Whether the digest of the latest slot is still to be sent."""
    return not is_done(latest_slot(schedule, now), served_at, now)


def _slots(schedule: Schedule, now: datetime, *, step: int) -> Iterator[datetime]:
    """The slots of the days around `now`: from tomorrow backwards (step -1) or from yesterday onwards (1)."""
    if not schedule.days:
        raise ValueError("a schedule needs at least one day")
    today = now.astimezone(schedule.timezone).date()
    for days in range(-1, _LONGEST_GAP_DAYS + 1):
        day = today + timedelta(days=step * days)
        if day.weekday() in schedule.days:
            yield datetime.combine(day, schedule.at, schedule.timezone).astimezone(UTC)
