"""Decide what the daemon does now, and for whom: fetch, send a digest, retry a mail, or wait.

Pure: a plan follows from the clock, the configuration and the state alone. Nothing is remembered from one
plan to the next, so a sleep of the machine, a restart or a changed clock needs no special case.
When the slots of a schedule begin: digest.domain.schedule. Who carries a plan out: digest.daemon.loop.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum

from digest.domain.auditing import NEVER, is_audit_due
from digest.domain.fetching import up_to_date_keywords
from digest.domain.schedule import ScheduleState, Slots, is_done
from digest.domain.subscribers import Schedule, Subscriber
from digest.pipeline.retry import still_pauses

FETCH_LEAD = timedelta(minutes=10)
"""How long before the first subscriber's slot the source is fetched."""

FETCH_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 20, 40, 60))
"""Pauses after the first, second, … fetch that left a keyword not up to date; the last one repeats."""

LONGEST_PAUSE_WHILE_WAITING = timedelta(minutes=15)
"""Limit of these pauses while somebody's digest waits for the source."""

AUDIT_TAKES = timedelta(minutes=40)
"""At most, with all retries: no audit begins so shortly before a slot."""

DELIVERY_PAUSE = timedelta(minutes=10)
"""Pause between two attempts to send to the same subscriber, so that a mail server which is down gets one
attempt in ten minutes instead of one at every tick."""


class Readiness(IntEnum):
    """Whether a subscriber's digest can be sent now."""

    NOT_DUE = 0
    """The latest slot has had its digest."""
    DUE = 1
    """The digest is sent now."""
    WAITING_FOR_SOURCE = 2
    """The source is not up to date and max_wait has not passed, or it fails and there is nothing else to
    send."""
    NOTHING_TO_SEND = 3
    """max_wait has passed, the source answers, and it has announced nothing. If it does so before the next
    slot, the digest is sent then."""


@dataclass(frozen=True, slots=True)
class WaitPolicy:
    """What the configuration says about waiting for the source."""

    keywords: frozenset[str]
    """The ids of all keywords that are fetched."""
    max_wait: timedelta
    """How long after its slot a digest may wait until the source is up to date."""
    send_empty: bool = False
    """Send a digest also when there is nothing new."""
    audit: str = NEVER
    """When to audit: one of digest.domain.auditing.AUDIT_TIMES."""
    archive: Schedule | None = None
    """When to fetch for an archive that has no subscribers."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now, in this order: fetch, dispatch, retry_deferred; or an audit alone."""

    fetch: bool = False
    dispatch: tuple[Subscriber, ...] = ()
    """Subscribers whose digest is due."""
    retry_deferred: tuple[Subscriber, ...] = ()
    """Subscribers whose queued mail is to be tried again, without a new digest."""
    waiting: Mapping[datetime, int] = field(default_factory=dict)
    """How many subscribers wait for the source, by the time (UTC) at which max_wait ends."""
    unserved: int = 0
    """How many subscribers have a slot without its digest, and may still get one."""
    audit: bool = False
    """Nothing else is to be done, nobody waits, and an audit is due."""

    @property
    def is_empty(self) -> bool:
        return not (self.fetch or self.dispatch or self.retry_deferred or self.audit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Makes the plan for the moment `now` (UTC)."""

    policy: WaitPolicy
    state: ScheduleState
    now: datetime
    announced_at: datetime
    """When the source should have shown its latest announcement, in UTC."""
    slots_of: Callable[[Schedule], Slots]
    """The slots of a schedule before and after `now`."""
    attempts: Mapping[str, datetime]
    """When the daemon last tried to send to each address, since it was started."""

    def plan(self, subscribers: Sequence[Subscriber]) -> Plan:
        """The plan for these subscribers: each has an entry in `state.served` and is not suppressed."""
        stale = self._stale_keywords()
        groups = self._by_readiness(subscribers, stale)
        due, waiting = groups[Readiness.DUE], groups[Readiness.WAITING_FOR_SOURCE]
        others = (*waiting, *groups[Readiness.NOTHING_TO_SEND], *groups[Readiness.NOT_DUE])
        ends_of_waiting = self._ends_of_waiting(waiting)
        is_wanted = len(subscribers) > len(groups[Readiness.NOT_DUE]) or self._is_time_to_fetch(subscribers)
        plan = Plan(
            fetch=bool(stale) and is_wanted and self._may_fetch(somebody_waits=bool(ends_of_waiting)),
            dispatch=tuple(subscriber for subscriber in due if not self._pauses(subscriber)),
            retry_deferred=tuple(subscriber for subscriber in others if self._is_to_retry(subscriber)),
            waiting=ends_of_waiting,
            unserved=len(due) + len(waiting),
        )
        return replace(plan, audit=plan.is_empty and not plan.unserved and self._is_to_audit(subscribers))

    def _is_to_audit(self, subscribers: Sequence[Subscriber]) -> bool:
        """Whether an audit is due, and no slot begins so soon that it would be in the way."""
        soon = self.now + AUDIT_TAKES
        return is_audit_due(self.policy.audit, self.state.audits, self.now) and not any(
            self.slots_of(subscriber.schedule).next <= soon for subscriber in subscribers
        )

    def _stale_keywords(self) -> frozenset[str]:
        """The ids of the keywords that were not fetched since the latest announcement."""
        fresh = up_to_date_keywords(self.state.fetch_statuses, self.announced_at, self.now)
        return self.policy.keywords - fresh

    def _by_readiness(
        self, subscribers: Sequence[Subscriber], stale: frozenset[str]
    ) -> list[list[Subscriber]]:
        """The subscribers in lists, one for each Readiness, in their order."""
        groups: list[list[Subscriber]] = [[] for _ in Readiness]
        for subscriber in subscribers:
            groups[self._readiness(subscriber, stale)].append(subscriber)
        return groups

    def _readiness(self, subscriber: Subscriber, stale: frozenset[str]) -> Readiness:
        slot = self.slots_of(subscriber.schedule).latest
        if is_done(slot, self.state.served_at(subscriber.email, self.now), self.now):
            return Readiness.NOT_DUE
        missing = stale and {keyword.id for keyword in subscriber.keywords} & stale
        if not missing:
            return Readiness.DUE
        if self.now < self._end_of_waiting(subscriber):
            return Readiness.WAITING_FOR_SOURCE
        if subscriber.email in self.state.pending:
            return Readiness.DUE
        if any(self._is_failing(keyword) for keyword in missing):
            return Readiness.WAITING_FOR_SOURCE
        return Readiness.DUE if self.policy.send_empty else Readiness.NOTHING_TO_SEND

    def _is_failing(self, keyword: str) -> bool:
        status = self.state.fetch_statuses.get(keyword)
        return status is not None and status.failing

    def _end_of_waiting(self, subscriber: Subscriber) -> datetime:
        return self.slots_of(subscriber.schedule).latest + self.policy.max_wait

    def _ends_of_waiting(self, waiting: Sequence[Subscriber]) -> dict[datetime, int]:
        ends = sorted(map(self._end_of_waiting, waiting))
        return {end: ends.count(end) for end in ends if end > self.now}

    def _pauses(self, subscriber: Subscriber) -> bool:
        """Whether it is too early to send: a queued mail has its retry time still ahead, or the last
        attempt is less than DELIVERY_PAUSE ago."""
        if still_pauses(self.state.retries.get(subscriber.email), self.now):
            return True
        tried_at = self.attempts.get(subscriber.email)
        # An attempt in the future was made before the clock was set back: it does not count.
        return tried_at is not None and tried_at <= self.now < tried_at + DELIVERY_PAUSE

    def _is_to_retry(self, subscriber: Subscriber) -> bool:
        return subscriber.email in self.state.retries and not self._pauses(subscriber)

    def _may_fetch(self, *, somebody_waits: bool) -> bool:
        """Whether the pause after the last fetch since the latest announcement is over."""
        fetches = self._fetches()
        if not fetches:
            return True
        pause = FETCH_PAUSES[min(len(fetches), len(FETCH_PAUSES)) - 1]
        longest = LONGEST_PAUSE_WHILE_WAITING if somebody_waits else FETCH_PAUSES[-1]
        return self.now - fetches[0] >= min(pause, longest)

    def _is_time_to_fetch(self, subscribers: Sequence[Subscriber]) -> bool:
        """Whether a slot begins within FETCH_LEAD, or an earlier fetch did not bring everything."""
        soon = self.now + FETCH_LEAD
        schedules = [subscriber.schedule for subscriber in subscribers]
        if self.policy.archive:
            if self.slots_of(self.policy.archive).latest >= self.announced_at:
                return True
            schedules.append(self.policy.archive)
        return bool(self._fetches()) or any(self.slots_of(wanted).next <= soon for wanted in schedules)

    def _fetches(self) -> list[datetime]:
        """When the source was fetched since its latest announcement, latest first."""
        return [time for time in self.state.fetched_at if self.announced_at <= time <= self.now]
