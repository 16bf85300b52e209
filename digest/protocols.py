"""What a run needs from the world. The pipeline knows these and nothing behind them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from digest.errors import SourceError
from digest.models import Config, Digest, Keyword, Mail, Outgoing, Paper, Settlement, Subscriber, Suppression
from digest.standing import Alarm, RunRecord, Standing, Trouble


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, in UTC; in a rehearsal, the moment that is rehearsed."""

    def epoch_seconds(self) -> float:
        """Real seconds since 1970, the same for all processes of the machine."""

    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What the state knows of one keyword before it is asked for again; of a newcomer, nothing."""

    baseline: int | None = None
    """The highest announcement order known when the keyword was first known; None before that."""
    covered: int | None = None
    """All that was announced up to this order has been looked at."""
    papers: frozenset[str] = frozenset()
    recent: frozenset[str] = frozenset()
    """Those of them that were submitted in the last days before `newest_submission`."""
    newest_submission: datetime | None = None
    last_good_at: datetime | None = None
    up_to_date_at: datetime | None = None
    """When nothing more was to be expected from arXiv before its next announcement."""
    usual: float | None = None
    """New papers in a fetch, on average; None while there were too few fetches to tell."""


@dataclass(frozen=True, slots=True)
class Question:
    keyword: Keyword
    known: Known


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a question. With a `problem`, the papers may be used, but others may be missing."""

    keyword: Keyword
    papers: tuple[Paper, ...] = ()
    announced: frozenset[str] = frozenset()
    """Those that arXiv's own feed calls new, in a batch that was not seen before."""
    covered: int | None = None
    """Up to which announcement order this is everything; None: that is not known."""
    settled: bool = False
    """Whether nothing more is to be expected before the next announcement."""
    asked_at: datetime | None = None
    """arXiv's own clock, if it told."""
    problem: SourceError | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A paper that a keyword found; `fresh` if it was announced since the keyword was first known."""

    paper: Paper
    fresh: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that a subscriber has not got yet; `keywords` are the keys of theirs that have it."""

    paper: Paper
    keywords: frozenset[str]
    welcome: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that waits for a subscriber, up to and including sighting number `through`."""

    candidates: tuple[Candidate, ...]
    through: int


@dataclass(frozen=True, slots=True)
class ArchiveSection:
    """A keyword's papers, newest announcement first, and when the last of them was recorded."""

    keyword: Keyword
    papers: tuple[Paper, ...]
    changed_at: datetime | None
    stale_since: datetime | None = None
    """The last good answer, if none has come since that should have."""


class Progress(Protocol):
    """Whoever watches a run: a terminal, or a supervisor who must see that it goes on."""

    def begin(self, stage: str, steps: int) -> None:
        """A stage of so many steps begins, such as "asking arXiv" for so many keywords."""

    def step(self) -> None:
        """One step of the stage is done."""

    def end(self) -> None:
        """The stage is over, whatever was done of it."""


class Unwatched:
    """Nobody watches."""

    def begin(self, stage: str, steps: int) -> None:
        """Unseen."""

    def step(self) -> None:
        """Unseen."""

    def end(self) -> None:
        """Unseen."""


class Source(Protocol):
    def discover(self, questions: Sequence[Question]) -> Iterator[Finding]:
        """A finding for each question; asks arXiv as little as it can. Raises nothing of arXiv's."""


class Store(Protocol):
    """The memory. Every method is one transaction, on disk when it returns; all raise StoreError."""

    def enroll(self, config: Config, now: datetime) -> None:
        """Take up who reads which keyword; forget subscriptions and keywords that are no longer there."""

    def known(self, keyword: Keyword) -> Known: ...

    def highest_order(self) -> int:
        """The highest announcement order of any paper known; 0 if there is none."""

    def record(self, finding: Finding, found: Sequence[Sighting], baseline: int, now: datetime) -> None:
        """Remember what was found, how far it reaches, and the problem if there was one; `baseline` is
        for a keyword that has none yet."""

    def record_failure(self, keyword: Keyword, reason: str, now: datetime) -> None:
        """Remember that nothing was learnt."""

    def waiting(self, subscriber: Subscriber) -> Waiting: ...

    def signing_key(self) -> bytes:
        """32 bytes that nobody else knows; made when they are first asked for."""

    def suppressions(self, emails: Iterable[str]) -> Mapping[str, Suppression]:
        """Those of these addresses that get no mail, and why."""

    def freeze(self, mails: Sequence[Mail], through: int, now: datetime) -> None:
        """Remember the finished mails of one reader before anything is sent: they speak for their papers
        from here on."""

    def outgoing(self, subscriber: Subscriber) -> Outgoing | None:
        """The oldest of their mails that were frozen and are not settled yet."""

    def delayed(self) -> Mapping[str, datetime | None]:
        """The addresses whose mail was tried in vain and is not settled, and when to try again."""

    def claim(self, message_id: str) -> None:
        """Say that the mail is being sent."""

    def mark_unconfirmed(self, message_id: str, retry_at: datetime | None) -> None:
        """Say that the final dot is about to be sent, and when to try again if no answer is recorded."""

    def settle(self, message_id: str, settlement: Settlement, now: datetime) -> None:
        """Write down how a mail stands. Papers of a failed one wait again, unless it may have arrived.
        With the last mail that is settled, the slot for which they were made is done."""

    def record_refusal(self, subscriber: Subscriber, detail: str, now: datetime) -> None:
        """Count a permanent refusal of the address, and suppress it after the fifth day of them."""

    def standings(self) -> Mapping[str, Standing]:
        """How each keyword, by its key, was last answered."""

    def expecting(self) -> Set[str]:
        """The addresses for which a mail is on its way or papers wait."""

    def mark_served(self, subscribers: Iterable[Subscriber], now: datetime) -> None:
        """The digests of these subscribers are done, up to the slot before this moment."""

    def begin_run(self, now: datetime) -> int:
        """Write down that a run begins; returns its number, which is higher than any before."""

    def note_asked(self, run: int, keywords: int) -> None:
        """Write down, before arXiv is asked, for how many keywords it is."""

    def end_run(self, run: int, now: datetime, trouble: Trouble) -> None:
        """Write down how a run ended."""

    def tidy(self, now: datetime, keep_days: int) -> None:
        """Once a day, forget the bodies of mails that were settled so many days ago, and old logs."""

    def latest_runs(self, most: int) -> Sequence[RunRecord]:
        """The log of runs, latest first."""

    def alarm_raised_at(self) -> datetime | None:
        """When the operator was told that runs fail; None while all is well."""

    def note_alarm(self, raised_at: datetime | None) -> None:
        """Write down that the operator was told so, or (None) that it is over."""

    def served(self) -> Mapping[str, datetime]:
        """When each enrolled address had its last slot done, or else was enrolled."""

    def archive_section(self, keyword: Keyword, limit: int) -> ArchiveSection: ...


class Mailer(Protocol):
    def make(self, digest: Digest, now: datetime) -> Sequence[Mail]:
        """The finished message that tells this digest, or several where one would be too long.
        Raises RenderError."""

    def alarm(self, alarm: Alarm, operator: str, now: datetime) -> Mail:
        """The finished message that tells the operator, an address. Raises RenderError."""


class Transport(Protocol):
    def deliver(self, mail: Mail, before_final_dot: Callable[[], None]) -> None:
        """Hand the mail over, durably.

        Calls `before_final_dot` when everything but the last word is said: from its return on, and only
        then, the mail may have been delivered without our knowing. A transport for which repeating
        changes nothing need not call it.
        Raises TransportUnavailable, PolicyRefused, RecipientDeferred, RecipientRefused, MessageRefused
        (none of them delivered), DeliveryUnknown.
        """

    def close(self) -> None: ...


class Archive(Protocol):
    def update(self, sections: Sequence[ArchiveSection]) -> bool:
        """Bring the page up to date; False if it already was. Raises ArchiveError."""
