"""Protocols of what a run uses: source, store, mail, transport, archive. The pipeline knows no other part."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Protocol

from digest.domain.digests import ArchiveSection, Digest, PendingPapers
from digest.domain.fetching import FetchRequest, FetchResult, FetchStatus, KeywordMatch, KeywordState
from digest.domain.keywords import Keyword
from digest.domain.mails import DeliveryResult, Mail, QueuedMail
from digest.domain.runs import Alert, RunProblems, RunRecord
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber, Suppression


class Progress(Protocol):
    """Whoever watches a run: a terminal, or a supervisor who must see that it goes on."""

    def begin(self, stage: str, steps: int) -> None:
        """A stage of so many steps begins, such as "asking arXiv" for so many keywords."""

    def step(self) -> None:
        """One step of the stage is done."""

    def end(self) -> None:
        """The stage is over, whatever was done of it."""


class NullProgress:
    """Nobody watches."""

    def begin(self, stage: str, steps: int) -> None:
        """Unseen."""

    def step(self) -> None:
        """Unseen."""

    def end(self) -> None:
        """Unseen."""


class Calendar(Protocol):
    """When a source announces papers. All moments are aware."""

    def latest_announcement(self, now: datetime) -> datetime:
        """The last moment up to `now`, in UTC, at which the source should have shown an announcement."""

    def announcements_between(self, earlier: datetime, later: datetime) -> int:
        """How many announcements the source should have shown after `earlier` and up to `later`."""


class Source(Protocol):
    """Where papers come from. tests/unit/sources/contract.py has what every source must do."""

    @property
    def calendar(self) -> Calendar: ...

    def fetch(self, requests: Sequence[FetchRequest]) -> Iterator[FetchResult]:
        """One result for each request, in any order; the source decides what is new.

        A failure is the `problem` of the results that it concerns; no SourceError is raised.
        """


class Store(Protocol):
    """The memory. Every method is one transaction, on disk when it returns; all raise StoreError."""

    def sync_subscriptions(self, config: Config, now: datetime) -> None:
        """Take up who reads which keyword; forget subscriptions and keywords that are no longer there."""

    def known(self, keyword: Keyword) -> KeywordState: ...

    def highest_order(self) -> int:
        """The highest announcement order of any paper known; 0 if there is none."""

    def record(
        self, result: FetchResult, found: Sequence[KeywordMatch], baseline: int, now: datetime
    ) -> None:
        """Remember what was found, how far it reaches, and the problem if there was one; `baseline` is
        for a keyword that has none yet."""

    def record_failure(self, keyword: Keyword, reason: str, now: datetime) -> None:
        """Remember that nothing was learnt."""

    def waiting(self, subscriber: Subscriber) -> PendingPapers: ...

    def signing_key(self) -> bytes:
        """32 bytes that nobody else knows; made when they are first asked for."""

    def suppressions(self, emails: Iterable[str]) -> Mapping[str, Suppression]:
        """Those of these addresses that get no mail, and why."""

    def freeze(self, mails: Sequence[Mail], through: int, now: datetime) -> None:
        """Remember the finished mails of one subscriber before anything is sent: they speak for their papers
        from here on."""

    def outgoing(self, subscriber: Subscriber) -> QueuedMail | None:
        """The oldest of their mails that were frozen and are not settled yet."""

    def delayed(self) -> Mapping[str, datetime | None]:
        """The addresses whose mail was tried in vain and is not settled, and when to try again."""

    def claim(self, message_id: str) -> None:
        """Say that the mail is being sent."""

    def mark_unconfirmed(self, message_id: str, retry_at: datetime | None) -> None:
        """Say that the final dot is about to be sent, and when to try again if no answer is recorded."""

    def settle(self, message_id: str, settlement: DeliveryResult, now: datetime) -> None:
        """Write down how a mail stands. Papers of a failed one wait again, unless it may have arrived.
        With the last mail that is settled, the slot for which they were made is done."""

    def record_refusal(self, subscriber: Subscriber, detail: str, now: datetime) -> None:
        """Count a permanent refusal of the address, and suppress it after the fifth day of them."""

    def fetch_statuses(self) -> Mapping[str, FetchStatus]:
        """How each keyword, by its key, was last answered."""

    def expecting(self) -> Set[str]:
        """The addresses for which a mail is on its way or papers wait."""

    def mark_served(self, subscribers: Iterable[Subscriber], now: datetime) -> None:
        """The digests of these subscribers are done, up to the slot before this moment."""

    def begin_run(self, now: datetime) -> int:
        """Write down that a run begins; returns its number, which is higher than any before."""

    def record_fetch_started(self, run: int, keywords: int) -> None:
        """Write down, before arXiv is asked, for how many keywords it is."""

    def end_run(self, run: int, now: datetime, trouble: RunProblems) -> None:
        """Write down how a run ended."""

    def tidy(self, now: datetime, keep_days: int) -> None:
        """Once a day, forget the bodies of mails that were settled so many days ago, and old logs."""

    def latest_runs(self, most: int) -> Sequence[RunRecord]:
        """The log of runs, latest first."""

    def alert_raised_at(self) -> datetime | None:
        """When the operator was told that runs fail; None while all is well."""

    def record_alert(self, raised_at: datetime | None) -> None:
        """Write down that the operator was told so, or (None) that it is over."""

    def served(self) -> Mapping[str, datetime]:
        """When each enrolled address had its last slot done, or else was enrolled."""

    def archive_section(self, keyword: Keyword, limit: int) -> ArchiveSection: ...


class MailBuilder(Protocol):
    def make(self, digest: Digest, now: datetime) -> Sequence[Mail]:
        """The finished message that tells this digest, or several where one would be too long.
        Raises RenderError."""

    def alarm(self, alarm: Alert, operator: str, now: datetime) -> Mail:
        """The finished message that tells the operator, an address. Raises RenderError."""


class Transport(Protocol):
    def deliver(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        """Hand the mail over, durably.

        Calls `before_end_of_data` when everything but the last word is said: from its return on, and only
        then, the mail may have been delivered without our knowing. A transport for which repeating
        changes nothing need not call it.
        Raises TransportUnavailable, PolicyRefused, RecipientDeferred, RecipientRefused, MessageRefused
        (none of them delivered), DeliveryUnknown.
        """

    def close(self) -> None: ...


class Archive(Protocol):
    def update(self, sections: Sequence[ArchiveSection]) -> bool:
        """Bring the page up to date; False if it already was. Raises ArchiveError."""
