"""What the daemon is to do now: ask arXiv, deliver, or wait. Pure: everything is read from the clock and
the state, so that a sleep, a restart or a changed clock needs no thought."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from digest.domain.fetching import up_to_date_keywords
from digest.domain.schedule import ScheduleState, Slots, is_done
from digest.domain.subscribers import Schedule, Subscriber
from digest.pipeline.retry import still_pauses

LEAD = timedelta(minutes=10)
"""So long before the first subscriber's hour arXiv is asked."""

ASK_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 20, 40, 60))
"""After the first, second and further times that arXiv was asked in vain; the last one goes on."""

PAUSE_WHILE_WAITED_FOR = timedelta(minutes=15)
"""At most, as long as mails wait for what arXiv has not told."""

DELIVERY_PAUSE = timedelta(minutes=10)
"""After the mail server was tried in vain."""


class Readiness(IntEnum):
    """Where a subscriber stands in a plan."""

    NOT_DUE = 0
    DUE = 1
    WAITING_FOR_SOURCE = 2
    """Their digest waits for arXiv: it has not told everything, and their patience has not ended, or it
    answers badly and nothing else is there to tell."""
    NOTHING_TO_SEND = 3
    """arXiv answers, and did not announce for so long that there is nothing. Should it still do so on
    this day, they get it."""


@dataclass(frozen=True, slots=True)
class WaitPolicy:
    """What the configuration says about waiting."""

    keywords: frozenset[str]
    """The keys of all that arXiv is asked for."""
    max_wait: timedelta
    """So long mails wait behind their hour for what arXiv has not told."""
    tell_of_nothing: bool = False
    """A mail also says that there is nothing new."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done now, and for whom."""

    unserved: int = 0
    """How many subscribers have not got what their hour brought, or may yet bring."""
    ask: bool = False
    serve: tuple[Subscriber, ...] = ()
    """Their digest is due."""
    resume: tuple[Subscriber, ...] = ()
    """A mail of theirs is to be tried again."""
    waiting: Mapping[datetime, int] = field(default_factory=dict)
    """For how many subscribers arXiv is waited for, by when that ends."""

    @property
    def is_empty(self) -> bool:
        return not (self.ask or self.serve or self.resume)


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes the plan of a moment. `slots_of` are those of a schedule around it; `tried` is when a subscriber,
    by address, was last served; `announced_at` is that of the source's latest announcement."""

    rules: WaitPolicy
    schedule_state: ScheduleState
    now: datetime
    announced_at: datetime
    slots_of: Callable[[Schedule], Slots]
    tried: Mapping[str, datetime]

    def plan(self, subscribers: Sequence[Subscriber]) -> Plan:
        """For those subscribers who stand in the agenda and are not suppressed."""
        stale = self.stale_keywords()
        places: list[list[Subscriber]] = [[] for _ in Readiness]
        for subscriber in subscribers:
            places[self._place(subscriber, stale)].append(subscriber)
        due, held = places[Readiness.DUE], places[Readiness.WAITING_FOR_SOURCE]
        others = (*held, *places[Readiness.NOTHING_TO_SEND], *places[Readiness.NOT_DUE])
        wanted = len(subscribers) > len(places[Readiness.NOT_DUE]) or self._is_time_to_ask(subscribers)
        waiting = self._ends_of_waiting(held)
        return Plan(
            unserved=len(due) + len(held),
            ask=bool(stale) and wanted and self._may_ask(waited_for=bool(waiting)),
            serve=tuple(subscriber for subscriber in due if not self._rests(subscriber)),
            resume=tuple(subscriber for subscriber in others if self._is_to_resume(subscriber)),
            waiting=waiting,
        )

    def stale_keywords(self) -> frozenset[str]:
        """The keys of the keywords of which arXiv has not told its latest announcement."""
        told = up_to_date_keywords(self.schedule_state.fetch_statuses, self.announced_at, self.now)
        return self.rules.keywords - told

    def _place(self, subscriber: Subscriber, stale: frozenset[str]) -> "Readiness":
        slot = self.slots_of(subscriber.schedule).latest
        if is_done(slot, self.schedule_state.last_served_at[subscriber.email], self.now):
            return Readiness.NOT_DUE
        missing = stale and {keyword.id for keyword in subscriber.keywords} & stale
        if not missing:
            return Readiness.DUE
        if self.now < self._end_of_waiting(subscriber):
            return Readiness.WAITING_FOR_SOURCE
        if subscriber.email in self.schedule_state.pending:
            return Readiness.DUE
        if any(self._is_failing(keyword) for keyword in missing):
            return Readiness.WAITING_FOR_SOURCE
        return Readiness.DUE if self.rules.tell_of_nothing else Readiness.NOTHING_TO_SEND

    def _is_failing(self, keyword: str) -> bool:
        return (
            keyword in self.schedule_state.fetch_statuses
            and self.schedule_state.fetch_statuses[keyword].failing
        )

    def _end_of_waiting(self, subscriber: Subscriber) -> datetime:
        return self.slots_of(subscriber.schedule).latest + self.rules.max_wait

    def _ends_of_waiting(self, held: Sequence[Subscriber]) -> dict[datetime, int]:
        ends = sorted(map(self._end_of_waiting, held))
        return {end: ends.count(end) for end in ends if end > self.now}

    def _rests(self, subscriber: Subscriber) -> bool:
        """Whether a mail of theirs has its time still to come, or the mail server was tried just now."""
        if still_pauses(self.schedule_state.retries.get(subscriber.email), self.now):
            return True
        tried_at = self.tried.get(subscriber.email)
        return tried_at is not None and tried_at <= self.now < tried_at + DELIVERY_PAUSE

    def _is_to_resume(self, subscriber: Subscriber) -> bool:
        return subscriber.email in self.schedule_state.retries and not self._rests(subscriber)

    def _may_ask(self, *, waited_for: bool) -> bool:
        """Whether the pause since arXiv was last asked for the latest announcement is over."""
        asked = self._asked()
        pause = ASK_PAUSES[min(len(asked), len(ASK_PAUSES)) - 1]
        longest = PAUSE_WHILE_WAITED_FOR if waited_for else ASK_PAUSES[-1]
        return not asked or self.now - asked[0] >= min(pause, longest)

    def _is_time_to_ask(self, subscribers: Sequence[Subscriber]) -> bool:
        """Whether somebody's hour is near, or arXiv was asked before and has not told everything."""
        near = self.now + LEAD
        return bool(self._asked()) or any(
            self.slots_of(subscriber.schedule).next <= near for subscriber in subscribers
        )

    def _asked(self) -> list[datetime]:
        """When arXiv was asked for its latest announcement, latest first."""
        return [
            moment for moment in self.schedule_state.fetched_at if self.announced_at <= moment <= self.now
        ]
