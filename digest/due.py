"""Who is due when. Nothing here remembers or sleeps: each tick asks again, from the wall clock."""

from datetime import UTC, datetime, timedelta

from digest.models import Schedule

RETRY_PAUSE = timedelta(minutes=30)
"""After an attempt that did not succeed."""

_LONGEST_GAP_DAYS = 8  # a week between two slots of a weekly digest, and a day for the time zone


def latest_slot(schedule: Schedule, now: datetime) -> datetime:
    """The last moment up to now, in UTC, at which a digest was asked for.

    An hour that the clocks skip counts from when they have skipped it; of an hour that they repeat,
    the first one counts (PEP 495, fold=0).
    """
    today = now.astimezone(schedule.timezone).date()
    for days_ago in range(-1, _LONGEST_GAP_DAYS + 1):
        day = today - timedelta(days=days_ago)
        slot = datetime.combine(day, schedule.at, schedule.timezone).astimezone(UTC)
        if slot <= now and day.weekday() in schedule.days:
            return slot
    raise ValueError("a schedule needs at least one day")


def next_slot(schedule: Schedule, now: datetime) -> datetime:
    """The first moment after now, in UTC, at which a digest is asked for. Hours that the clocks skip or
    repeat count as in `latest_slot`."""
    today = now.astimezone(schedule.timezone).date()
    for days_ahead in range(-1, _LONGEST_GAP_DAYS + 1):
        day = today + timedelta(days=days_ahead)
        slot = datetime.combine(day, schedule.at, schedule.timezone).astimezone(UTC)
        if slot > now and day.weekday() in schedule.days:
            return slot
    raise ValueError("a schedule needs at least one day")


def is_due(
    schedule: Schedule, now: datetime, *, served_at: datetime, attempted_at: datetime | None = None
) -> bool:
    """Whether the latest slot still wants its digest.

    `served_at` is when a slot was last done; `attempted_at` when it was last tried in vain, after
    which there is a pause.
    """
    slot = latest_slot(schedule, now)
    if slot <= served_at:
        return False
    if attempted_at is None or not slot <= attempted_at <= now:
        return True
    return now - attempted_at >= RETRY_PAUSE
