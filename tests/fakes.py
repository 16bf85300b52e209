"""Small worlds in memory: a clock that a test turns, arXiv, a mail server, an archive page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.errors import DeliveryUnknown, DigestError, SourceError, TransportError
from digest.models import Digest, Mail, Paper, Report
from digest.protocols import ArchiveSection, Finding, Question
from digest.standing import Alarm
from digest.trouble import trouble_of
from digest.world import World
from tests.builders import NOON


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
    """Finds for each keyword, by name, these papers, or meets the error; `settled` findings are final."""

    answers: dict[str, Sequence[Paper] | SourceError] = field(default_factory=dict)
    settled: bool = False
    partly: dict[str, Sequence[Paper]] = field(default_factory=dict)
    """What is found all the same where an error is met."""
    asked: list[str] = field(default_factory=list)

    def discover(self, questions: Sequence[Question]) -> Iterator[Finding]:
        for question in questions:
            self.asked.append(question.keyword.name)
            answer = self.answers.get(question.keyword.name, ())
            partly = tuple(self.partly.get(question.keyword.name, ()))
            if isinstance(answer, SourceError):
                yield Finding(question.keyword, partly, problem=answer)
            else:
                yield Finding(question.keyword, tuple(answer), settled=self.settled)


@dataclass
class FakeMailer:
    """Makes mails of which only the papers matter, with at most `longest` of them; for the addresses in
    `broken` it raises the error."""

    broken: dict[str, DigestError] = field(default_factory=dict)
    made: list[Digest] = field(default_factory=list)
    longest: int = 1000
    alarms: list[Alarm] = field(default_factory=list)

    def make(self, digest: Digest, now: datetime) -> list[Mail]:
        if digest.subscriber.email in self.broken:
            raise self.broken[digest.subscriber.email]
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

    def alarm(self, alarm: Alarm, operator: str, now: datetime) -> Mail:
        self.alarms.append(alarm)
        return Mail(f"<alarm.{len(self.alarms)}@example.org>", operator, "digest@example.org", b"an alarm")


@dataclass
class FakeTransport:
    """Keeps what is delivered; raises the next trouble of a recipient (key "": of anybody) instead."""

    troubles: dict[str, list[TransportError]] = field(default_factory=dict)
    delivered: list[Mail] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)

    def deliver(self, mail: Mail, before_final_dot: Callable[[], None]) -> None:
        self.tried.append(mail.recipient)
        waiting = self.troubles.get(mail.recipient) or self.troubles.get("")
        trouble = waiting.pop(0) if waiting else None
        if trouble is None or isinstance(trouble, DeliveryUnknown):
            before_final_dot()
        if trouble:
            raise trouble
        self.delivered.append(mail)

    def close(self) -> None:
        """Nothing is open."""

    def papers(self, email: str) -> list[tuple[str, ...]]:
        """What each delivered mail of this recipient told of."""
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
    """Keeps what it is told."""

    told: list[str] = field(default_factory=list)

    def started(self) -> None:
        self.told.append("started")

    def ended(self, world: World, report: Report, *, everybody_served: bool) -> None:
        lines = trouble_of(report).lines
        self.told.append("\n".join(lines) or ("all is well" if everybody_served else "nothing yet"))

    def failed(self, reason: str) -> None:
        self.told.append(reason)

    def close(self) -> None:
        """Nothing is open."""
