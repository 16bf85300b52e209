"""The protocols of everything that a run uses: source, stores, mail, archive."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime
from typing import Protocol

from digest.domain.auditing import Audit, AuditTimes, Changes, ChangesRequest, Finding
from digest.domain.charging import Past
from digest.domain.digests import MOST_PAPERS, ArchiveSection, Digest, PendingPapers
from digest.domain.fetching import (
    FetchRequest,
    FetchResult,
    FetchStatus,
    KeywordMatch,
    KeywordState,
    Unavailable,
    UnavailablePaper,
)
from digest.domain.keywords import Keyword
from digest.domain.mails import DeliveryResult, Mail, QueuedMail
from digest.domain.runs import Alert, RunProblems, RunRecord, UnreadInbox
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber, Suppression, SuppressionEvent


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

    def fetch(self, requests: Sequence[FetchRequest], unavailable: Unavailable) -> Iterator[FetchResult]:
        """One result for each request, in any order; the source decides what is new.

        A failure is the `problem` of the results that it concerns; no SourceError is raised.
        """


class ChangeList(Protocol):
    """A list of what has changed at a source, apart from what `Source` asks it for."""

    def since(self, request: ChangesRequest) -> Changes:
        """All papers that have changed since the day of the request. Raises SourceError, also if the answer
        is not complete."""


class KeywordStore(Protocol):
    """Keywords, their papers and their fetches. Every method of a store is one transaction, on disk when it
    returns; all raise StoreError."""

    def state_of(self, keyword: Keyword) -> KeywordState:
        """What is known of the keyword before it is fetched again."""

    def highest_order(self) -> int:
        """The highest announcement order of any known paper; 0 if there is none."""

    def record(
        self, result: FetchResult, found: Sequence[KeywordMatch], baseline: int, now: datetime
    ) -> None:
        """Record all of the result; `baseline` is for a keyword that has none yet."""

    def record_failure(self, keyword: Keyword, reason: str, now: datetime) -> None:
        """Record that a fetch brought nothing that can be used."""

    def fetch_statuses(self) -> Mapping[str, FetchStatus]:
        """How the last fetch of each keyword, by its id, ended."""

    def archive_section(self, keyword: Keyword, limit: int | None) -> ArchiveSection:
        """The latest papers of a keyword, at most so many (None: all)."""

    def unmatched_announcements(self, keywords: Sequence[Keyword], since: datetime) -> Mapping[datetime, int]:
        """How many papers were announced, by the time of each run after that moment that read all of
        an announcement, the latest first; nothing if one of these keywords found a paper since."""


class UnavailableStore(Protocol):
    """The papers that the source cannot show."""

    def papers(self) -> Sequence[UnavailablePaper]:
        """All of them, in the order in which they were noticed."""

    def replace(self, papers: Sequence[UnavailablePaper]) -> None:
        """Record that it is these and no others."""


class SubscriptionStore(Protocol):
    """Who follows which keyword, and whose digest is done."""

    def sync(self, config: Config, now: datetime, *, without: Set[str] = frozenset()) -> int:
        """Store who follows which keyword. What is configured no longer rests, and goes on where it was if it
        is back within digest.domain.subscriptions.KEPT_WHILE_ABSENT; after that it is dropped. What
        subscribers with an address of `without` have is dropped at once.

        Returns how many subscribers are missing for the first time.
        """

    def last_served_at(self) -> Mapping[str, datetime]:
        """For each subscribed address the time when its last slot was done, or else when it was added."""

    def mark_served(self, subscribers: Iterable[Subscriber], now: datetime) -> None:
        """The digests of these subscribers are done, up to the slot before this moment."""


class MailStore(Protocol):
    """The queue of finished mails, and the papers that wait for one."""

    def pending_papers(self, subscriber: Subscriber, most: int = MOST_PAPERS) -> PendingPapers:
        """The newest papers, at most so many, that wait for the subscriber and are in no mail of theirs."""

    def has_pending(self) -> Set[str]:
        """The addresses for which a mail is queued or papers wait."""

    def never_mailed(self) -> Set[str]:
        """The addresses whose subscriptions have begun, and for which no mail was ever made."""

    def enqueue(self, mails: Sequence[Mail], up_to: int, now: datetime) -> None:
        """Store a subscriber's finished mails, their papers reserved; `up_to` is that of PendingPapers."""

    def next_queued(self, subscriber: Subscriber) -> QueuedMail | None:
        """The oldest of their mails that is queued: stored, and not yet sent or failed for good."""

    def failing(self) -> Mapping[str, datetime | None]:
        """The addresses whose queued mail failed before, and when to retry it (None: as soon as possible)."""

    def claim(self, message_id: str) -> None:
        """Record that the mail is being sent."""

    def mark_unconfirmed(self, message_id: str, retry_at: datetime | None) -> None:
        """Record that the end of data is about to be sent, and when to try again if no answer is recorded."""

    def record_result(self, message_id: str, result: DeliveryResult, now: datetime) -> None:
        """Record the result of an attempt. Papers of a failed mail wait again, unless it may have arrived or
        the verdict gives them up. With the last queued mail of a subscriber, the slot for which it was made
        is done. An address that is refused is counted, once a day."""

    def withdraw_refusals(self, message_ids: Sequence[str]) -> None:
        """Forget that these mails were refused: it was not due to their papers."""


class SuppressionStore(Protocol):
    """Who gets no mail, whatever the configuration says."""

    def signing_key(self) -> bytes:
        """32 secret bytes, created on first use."""

    def of(self, emails: Iterable[str]) -> Mapping[str, Suppression]:
        """Those of these addresses that get no mail, and why."""

    def past(self) -> Past:
        """What earlier runs tell of refusals."""

    def strike_off(self, now: datetime, percent: int) -> tuple[Mapping[str, Suppression], int]:
        """Suppress the addresses that were refused on five days and are to blame for it. Returns them; and
        how many there are, if they are more than `percent` of all within a day: then none is suppressed."""

    def untold(self, labels: Mapping[str, str]) -> Sequence[SuppressionEvent]:
        """Who was suppressed, and the operator got no mail about it yet. `labels` by address."""

    def mark_told(self, told: Sequence[SuppressionEvent], now: datetime) -> None:
        """Record that the operator got a mail about these."""


class RunStore(Protocol):
    """The log of runs."""

    def begin(self, now: datetime) -> int:
        """Record that a run begins; returns its number, which is higher than any before."""

    def record_fetch_started(self, run: int, keywords: int) -> None:
        """Record, before the source is asked, for how many keywords it is."""

    def record_announced(self, run: int, papers: int) -> None:
        """Record how many papers the source announced, all of which the run has read."""

    def end(self, run: int, now: datetime, problems: RunProblems) -> None:
        """Record how a run ended."""

    def latest(self, most: int) -> Sequence[RunRecord]:
        """The latest runs, at most so many, latest first."""

    def alert_raised_at(self) -> datetime | None:
        """When the operator was alerted that runs fail; None while no alert is open."""

    def record_alert(self, raised_at: datetime | None) -> None:
        """Record that the operator was alerted, or (None) that the alert is over."""

    def lost_server(self, now: datetime, *, has_server: bool) -> bool:
        """Record whether there is a mail server. Returns whether the run before had one and this has none."""


class AuditStore(Protocol):
    """The audits, and what they need to know."""

    def times(self) -> AuditTimes:
        """What decides whether an audit is due."""

    def certain_since(self, day: date, keywords: Sequence[Keyword]) -> Mapping[str, int]:
        """The ids and orders of papers of these keywords that were certainly announced on that day (in UTC)
        or later: the first one submitted since then, and all above it."""

    def record(self, audit: Audit, findings: Sequence[Finding], now: datetime) -> Audit:
        """Record an audit, and what was missed as late new matches. Returns it with the numbers of papers
        that are mailed and waiting; those of `audit` do not count."""

    def record_try(self, now: datetime) -> None:
        """Record that an audit that was due begins."""

    def latest(self) -> Audit | None:
        """The last audit that gave a figure."""

    def reported_at(self) -> datetime | None:
        """When the operator last got a mail about an audit."""

    def record_report(self, now: datetime) -> None:
        """Record that the operator got a mail about the latest audit."""


class Retention(Protocol):
    def tidy(self, now: datetime, keep_days: int) -> None:
        """Once a day, delete old logs and the bodies of mails that were done so many days ago."""


class Store(Protocol):
    """The state of the program, by table family."""

    @property
    def keywords(self) -> KeywordStore: ...

    @property
    def unavailable(self) -> UnavailableStore: ...

    @property
    def subscriptions(self) -> SubscriptionStore: ...

    @property
    def mails(self) -> MailStore: ...

    @property
    def suppressions(self) -> SuppressionStore: ...

    @property
    def runs(self) -> RunStore: ...

    @property
    def audits(self) -> AuditStore: ...

    @property
    def retention(self) -> Retention: ...


class MailBuilder(Protocol):
    def build(self, digest: Digest, now: datetime) -> Sequence[Mail]:
        """The finished message with this digest; several if one would be too long. Raises RenderError."""

    def build_alert(self, alert: Alert, operator: str, now: datetime) -> Mail:
        """The finished message to the operator, an address. Raises RenderError."""

    def build_audit_notice(self, audit: Audit, operator: str, now: datetime) -> Mail:
        """The finished message to the operator's address about missed papers. Raises RenderError."""

    def build_inbox_notice(self, inbox: UnreadInbox, operator: str, now: datetime) -> Mail:
        """The finished message to the operator's address about unread answers. Raises RenderError."""

    def build_suppressed(self, events: Sequence[SuppressionEvent], operator: str, now: datetime) -> Mail:
        """The finished message to the operator's address about who gets no more mail. Raises RenderError."""


class Transport(Protocol):
    def deliver(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        """Deliver the mail durably.

        Calls `before_end_of_data` when everything but the end of data is sent: after it returns, and only
        then, the mail may have been delivered without an answer. A transport for which repeating changes
        nothing need not call it.
        Raises TransportUnavailable, PolicyRefused, RecipientDeferred, RecipientRefused, MessageRefused,
        ContentRefused, MessageTooLarge (none of them delivered), DeliveryUnknown.
        """

    def close(self) -> None: ...


class Archive(Protocol):
    def update(self, sections: Sequence[ArchiveSection]) -> bool:
        """Bring all files up to date; False if they already were. Raises ArchiveError, if need be after the
        others are written."""
