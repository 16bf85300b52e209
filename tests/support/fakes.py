"""Parts of a run in memory: a clock that a test sets, a source, a mail server, an archive page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from digest.domain.auditing import Audit, Changes, ChangesRequest
from digest.domain.digests import ArchiveSection, Digest
from digest.domain.fetching import FetchRequest, FetchResult, KeywordMatch, Unavailable, UnavailablePaper
from digest.domain.mails import Mail
from digest.domain.papers import Paper
from digest.domain.runs import Alert, Report, UnreadInbox
from digest.domain.subscribers import SuppressionEvent
from digest.domain.volume import Volume
from digest.errors import DeliveryUnknown, DigestError, SourceError, TransportError
from digest.pipeline.context import RunContext
from digest.pipeline.ports import Calendar
from digest.sources.arxiv.calendar import ArxivCalendar
from tests.support.builders import NOON


@dataclass
class FakeClock:
    """Stands still unless it is slept on or turned."""

    moment: datetime = NOON
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def epoch_seconds(self) -> float:
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)


@dataclass
class FakeSource:
    """Finds for each keyword, by name, these papers, or meets the error. arXiv's calendar, no request."""

    answers: dict[str, Sequence[Paper] | SourceError] = field(default_factory=dict)
    up_to_date: bool = False
    """Whether it has nothing more before its next announcement."""
    partly: dict[str, Sequence[Paper]] = field(default_factory=dict)
    """What is found where an error is met."""
    unavailable: tuple[UnavailablePaper, ...] = ()
    """What it cannot show."""
    volumes: dict[str, Volume] = field(default_factory=dict)
    """What a first fetch shows of each keyword's volume."""
    announcement_size: int | None = None
    asked: list[str] = field(default_factory=list)
    calendar: Calendar = field(default_factory=ArxivCalendar)

    def fetch(self, requests: Sequence[FetchRequest], unavailable: Unavailable) -> Iterator[FetchResult]:
        seen = 0
        for request in requests:
            name = request.keyword.name
            self.asked.append(name)
            answer = self.answers.get(name, ())
            if isinstance(answer, SourceError):
                result = fetch_result(request, self.partly.get(name, ()), seen, problem=answer)
            else:
                result = fetch_result(request, answer, seen, up_to_date=self.up_to_date)
            volume = self.volumes.get(name) if request.known.baseline is None else None
            yield replace(
                result,
                volume=volume,
                unavailable=self.unavailable,
                announcement_size=self.announcement_size,
            )
            seen = max(seen, *(match.paper.order for match in result.matches), 0)


@dataclass
class FakeChangeList:
    """Gives these changes, or meets the error."""

    answer: Changes | Exception
    asked: list[ChangesRequest] = field(default_factory=list)

    def since(self, request: ChangesRequest) -> Changes:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def fetch_result(
    request: FetchRequest,
    papers: Sequence[Paper],
    seen: int = 0,
    *,
    up_to_date: bool = False,
    problem: SourceError | None = None,
) -> FetchResult:
    """A result with these papers; new are those above the baseline. `seen` is the highest order so far."""
    known = request.known
    new_from = None if known.baseline is None else known.baseline + 1
    matches = tuple(
        KeywordMatch(one, new_from is not None and one.order >= new_from and one.id not in known.papers)
        for one in papers
    )
    baseline = max(request.highest_order, seen, *(one.order for one in papers), 0)
    return FetchResult(request.keyword, matches, baseline, up_to_date=up_to_date, problem=problem)


@dataclass
class FakeMailBuilder:
    """Makes mails of which only the papers matter, with at most `longest` of them; for the addresses in
    `broken` it raises the error."""

    broken: dict[str, DigestError] = field(default_factory=dict)
    odd: Mapping[str, Exception] = field(default_factory=dict)
    """What it raises for a digest with one of these papers."""
    made: list[Digest] = field(default_factory=list)
    longest: int = 1000
    alerts: list[Alert] = field(default_factory=list)

    def build(self, digest: Digest, now: datetime) -> list[Mail]:
        if digest.subscriber.email in self.broken:
            raise self.broken[digest.subscriber.email]
        for entry in digest.entries:
            if entry.paper.id in self.odd:
                raise self.odd[entry.paper.id]
        self.made.append(digest)
        papers = tuple(entry.paper.id for entry in digest.entries)
        parts = [papers[begin : begin + self.longest] for begin in range(0, len(papers), self.longest)]
        return [
            Mail(
                message_id=f"<{len(self.made)}.{part}@example.org>",
                recipient=digest.subscriber.email,
                sender="digest@example.org",
                content=f"mail {len(self.made)}, part {part}".encode(),
                papers=papers,
            )
            for part, papers in enumerate(parts or [()], 1)
        ]

    def build_audit_notice(self, audit: Audit, operator: str, now: datetime) -> Mail:
        return Mail("<audit@example.org>", operator, "digest@example.org", b"an audit")

    def build_inbox_notice(self, inbox: UnreadInbox, operator: str, now: datetime) -> Mail:
        return Mail("<inbox@example.org>", operator, "digest@example.org", inbox.problem.encode())

    def build_suppressed(self, events: Sequence[SuppressionEvent], operator: str, now: datetime) -> Mail:
        return Mail("<suppressed@example.org>", operator, "digest@example.org", b"suppressed")

    def build_alert(self, alert: Alert, operator: str, now: datetime) -> Mail:
        self.alerts.append(alert)
        return Mail(f"<alarm.{len(self.alerts)}@example.org>", operator, "digest@example.org", b"an alarm")


@dataclass
class FakeTransport:
    """Keeps what is delivered; raises the next trouble of a recipient (key "": of anybody) instead, or what
    the filter finds."""

    filter: Callable[[Mail], TransportError | None] = lambda _mail: None
    troubles: dict[str, list[TransportError]] = field(default_factory=dict)
    delivered: list[Mail] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)

    def deliver(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        self.tried.append(mail.recipient)
        waiting = self.troubles.get(mail.recipient) or self.troubles.get("")
        trouble = waiting.pop(0) if waiting else self.filter(mail)
        if trouble is None or isinstance(trouble, DeliveryUnknown):
            before_end_of_data()
        if trouble:
            raise trouble
        self.delivered.append(mail)

    def close(self) -> None:
        """Nothing is open."""

    def papers(self, email: str) -> list[tuple[str, ...]]:
        """The papers in each delivered mail of this recipient."""
        return [mail.papers for mail in self.delivered if mail.recipient == email]


@dataclass
class FakeArchive:
    """Keeps the sections of each update."""

    trouble: DigestError | None = None
    updates: list[tuple[ArchiveSection, ...]] = field(default_factory=list)

    def update(self, sections: Sequence[ArchiveSection]) -> bool:
        if self.trouble:
            raise self.trouble
        self.updates.append(tuple(sections))
        return True


@dataclass
class FakeMonitor:
    """Keeps what happens, in words."""

    events: list[str] = field(default_factory=list)

    def started(self) -> None:
        self.events.append("started")

    def ended(self, context: RunContext, report: Report, *, everybody_served: bool) -> None:
        lines = report.problems.lines
        self.events.append("\n".join(lines) or ("all is well" if everybody_served else "nothing yet"))

    def audited(self, context: RunContext, report: Report | None = None) -> None:
        self.events.append("audited")

    def failed(self, reason: str) -> None:
        self.events.append(reason)

    def unread(self, context: RunContext, inbox: UnreadInbox) -> None:
        self.events.append(f"unread: {inbox.problem}")

    def close(self) -> None:
        """Nothing is open."""
