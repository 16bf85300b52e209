"""What a digest without papers knows: when its keywords last found one, and among how many papers they found
none."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from digest.domain.digests import Digest, Latest, PendingPapers
from digest.pipeline.context import RunContext
from digest.pipeline.ports import Calendar

_NAMED_KEYWORDS = 5

_INSTANT = timedelta(microseconds=1)


def with_quiet_day(digest: Digest, context: RunContext, pending: PendingPapers, now: datetime) -> Digest:
    """A digest without papers, with what is known all the same. Raises StoreError."""
    return replace(
        digest,
        latest=tuple(_latest(digest, context)),
        announced=_announced(digest, context, pending, now),
    )


def _latest(digest: Digest, context: RunContext) -> Iterator[Latest]:
    timezone = digest.subscriber.schedule.timezone
    for keyword in digest.subscriber.keywords[:_NAMED_KEYWORDS]:
        papers = context.store.keywords.archive_section(keyword, 1).papers
        yield Latest(keyword, next((one.submitted.astimezone(timezone).date() for one in papers), None))


def _announced(digest: Digest, context: RunContext, pending: PendingPapers, now: datetime) -> int | None:
    """How many papers were announced since the last digest; to a newcomer, the last time."""
    calendar = context.source.calendar
    since = pending.served_at
    if pending.is_first or since is None:
        since = calendar.latest_announcement(now) - _INSTANT
    sizes = context.store.keywords.unmatched_announcements(digest.subscriber.keywords, since)
    return total_announced(sizes, calendar, since, now)


def total_announced(
    sizes: Mapping[datetime, int], calendar: Calendar, since: datetime, now: datetime
) -> int | None:
    """How many papers all announcements after `since` had; None if not all were read.

    `sizes` are by the time at which each was read, the latest first. Of several after one announcement the
    earliest counts: a later one may be of the next announcement, if that is early.
    """
    by_announcement = {calendar.latest_announcement(read_at): size for read_at, size in sizes.items()}
    counted = [size for announced_at, size in by_announcement.items() if since < announced_at <= now]
    is_complete = len(counted) == calendar.announcements_between(since, now)
    return sum(counted) if counted and is_complete else None
