"""What the daemon is to do now: ask arXiv, deliver, or wait. Pure: everything is read from the clock and
the state, so that a sleep, a restart or a changed clock needs no thought."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.announcing import is_since, latest_announcement
from digest.due import Slots, is_done
from digest.keywords import key
from digest.models import Agenda, Schedule, Subscriber
from digest.retries import still_pauses

LEAD = timedelta(minutes=10)
"""So long before the first reader's hour arXiv is asked."""
ASK_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 20, 40, 60))
"""After the first, second and further times that arXiv was asked in vain; the last one goes on."""
DELIVERY_PAUSE = timedelta(minutes=10)
"""After the mail server was tried in vain."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says about waiting."""

    keywords: frozenset[str]
    """The keys of all that arXiv is asked for."""
    patience: timedelta
    """So long mails wait behind their hour for what arXiv has not told."""
    tell_of_nothing: bool = False
    """A mail also says that there is nothing new."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done now, and for whom."""

    due: int = 0
    """How many readers have not got the digest whose hour has come."""
    ask: bool = False
    serve: tuple[Subscriber, ...] = ()
    """Their digest is due."""
    resume: tuple[Subscriber, ...] = ()
    """A mail of theirs is to be tried again."""
    waiting: Mapping[datetime, int] = field(default_factory=dict)
    """For how many readers arXiv is waited for, by when that ends."""

    @property
    def is_empty(self) -> bool:
        return not (self.ask or self.serve or self.resume)


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes the plan of a moment. `slots_of` are those of a schedule around it; `tried` is when a reader,
    by address, was last served."""

    rules: Rules
    agenda: Agenda
    now: datetime
    slots_of: Callable[[Schedule], Slots]
    tried: Mapping[str, datetime]

    def plan(self, readers: Sequence[Subscriber]) -> Plan:
        """For those readers who stand in the agenda and are not suppressed."""
        stale = self.stale_keywords()
        due, held, others = list[Subscriber](), list[Subscriber](), list[Subscriber]()
        for reader in readers:
            place = others if not self._is_due(reader) else held if self._is_held(reader, stale) else due
            place.append(reader)
        wanted = bool(due or held) or self._is_time_to_ask(readers)
        return Plan(
            due=len(due) + len(held),
            ask=bool(stale) and wanted and self._may_ask(),
            serve=tuple(reader for reader in due if not self._rests(reader)),
            resume=tuple(reader for reader in (*held, *others) if self._is_to_resume(reader)),
            waiting=self._ends_of_waiting(held),
        )

    def stale_keywords(self) -> frozenset[str]:
        """The keys of the keywords of which arXiv has not told its latest announcement."""
        announced_at = latest_announcement(self.now)
        answered = {
            key
            for key, standing in self.agenda.standings.items()
            if standing.up_to_date_at and is_since(announced_at, standing.up_to_date_at, self.now)
        }
        return self.rules.keywords - answered

    def _is_due(self, reader: Subscriber) -> bool:
        slot = self.slots_of(reader.schedule).latest
        return not is_done(slot, self.agenda.served[reader.email], self.now)

    def _is_held(self, reader: Subscriber, stale: frozenset[str]) -> bool:
        """Whether their digest waits for arXiv. When that has taken too long it goes out without, if it
        has anything to say; if not, the slot stays open."""
        wanting = {key(keyword) for keyword in reader.keywords} & stale if stale else ()
        if not wanting:
            return False
        if self.now < self._end_of_waiting(reader):
            return True
        failing = any(key in self.agenda.standings and self.agenda.standings[key].failing for key in wanting)
        says_so = self.rules.tell_of_nothing and not failing
        return not (says_so or reader.email in self.agenda.expecting)

    def _end_of_waiting(self, reader: Subscriber) -> datetime:
        return self.slots_of(reader.schedule).latest + self.rules.patience

    def _ends_of_waiting(self, held: Sequence[Subscriber]) -> dict[datetime, int]:
        ends = [max(self._end_of_waiting(reader), self.now) for reader in held]
        return {end: ends.count(end) for end in sorted(set(ends))}

    def _rests(self, reader: Subscriber) -> bool:
        """Whether a mail of theirs has its time still to come, or the mail server was tried just now."""
        if still_pauses(self.agenda.retries.get(reader.email), self.now):
            return True
        tried_at = self.tried.get(reader.email)
        return tried_at is not None and tried_at <= self.now < tried_at + DELIVERY_PAUSE

    def _is_to_resume(self, reader: Subscriber) -> bool:
        return reader.email in self.agenda.retries and not self._rests(reader)

    def _may_ask(self) -> bool:
        """Whether the pause since arXiv was last asked for the latest announcement is over."""
        asked = self._asked()
        pause = ASK_PAUSES[min(len(asked), len(ASK_PAUSES)) - 1]
        return not asked or self.now - asked[0] >= pause

    def _is_time_to_ask(self, readers: Sequence[Subscriber]) -> bool:
        """Whether somebody's hour is near, or arXiv was asked before and has not told everything."""
        near = self.now + LEAD
        return bool(self._asked()) or any(self.slots_of(reader.schedule).next <= near for reader in readers)

    def _asked(self) -> list[datetime]:
        """When arXiv was asked for its latest announcement, latest first."""
        announced_at = latest_announcement(self.now)
        return [moment for moment in self.agenda.asked if announced_at <= moment <= self.now]
