"""What every reader would get now: a whole run over a copy of the state, with nobody at its other end.

Where nothing would go out, a sample shows what the reader's mails look like.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from digest import app
from digest.compose import compose
from digest.errors import RenderError, SourceError
from digest.keywords import key
from digest.models import Config, Digest, Mail, Paper, Subscriber
from digest.pipeline import run
from digest.preview.showing import PreviewError, Showing, Tab
from digest.protocols import Candidate, Clock, Finding, Question, Source
from digest.wording import problems, why_suppressed
from digest.world import World

_SAMPLE_PAPERS = 5
"""Of each keyword."""
_NOT_ASKED = "arXiv is asked once a preview, and not yet for this keyword; start the preview anew for that"


class Silence:
    """digest.protocols.Source where nothing is new: what waits is all there is."""

    def discover(self, questions: Sequence[Question]) -> Iterator[Finding]:
        yield from (Finding(question.keyword) for question in questions)


@dataclass(slots=True)
class Recollection:
    """What arXiv said to the first questions; it is not asked again, however often somebody saves a file."""

    _findings: dict[str, Finding] = field(default_factory=dict)
    _complete: bool = False

    def of(self, source: Source) -> Source:
        """That source if it was not asked yet, and from then on its answers."""
        return _Remembering(source, self)

    def answers(self, source: Source, questions: Sequence[Question]) -> Iterator[Finding]:
        if not self._complete:
            self._findings = {key(finding.keyword): finding for finding in source.discover(questions)}
            self._complete = True
        for question in questions:
            unknown = Finding(question.keyword, problem=SourceError(_NOT_ASKED))
            yield self._findings.get(key(question.keyword), unknown)


@dataclass(frozen=True, slots=True)
class _Remembering:
    source: Source
    recollection: Recollection

    def discover(self, questions: Sequence[Question]) -> Iterator[Finding]:
        yield from self.recollection.answers(self.source, questions)


@dataclass(frozen=True, slots=True)
class Tray:
    """digest.protocols.Transport that keeps the mails."""

    mails: list[Mail] = field(default_factory=list)

    def deliver(self, mail: Mail, before_final_dot: Callable[[], None]) -> None:
        self.mails.append(mail)

    def close(self) -> None:
        """Nothing is open."""

    def contents(self, subscriber: Subscriber) -> tuple[bytes, ...]:
        """The messages to this reader, in the order of their sending."""
        return tuple(mail.content for mail in self.mails if mail.recipient == subscriber.email)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Rehearses for the readers with these addresses, or for all if there are none.

    `load` reads the configuration anew, `open_world` is that of a rehearsal (digest.app) and
    `source` what takes the place of its source.
    """

    load: Callable[[], Config]
    open_world: Callable[[Config], AbstractContextManager[World]]
    source: Callable[[Source], Source]
    emails: frozenset[str] = field(default=frozenset(), repr=False)
    """In lower case."""

    @classmethod
    def of_state(
        cls, load: Callable[[], Config], clock: Clock, emails: Iterable[str], *, offline: bool
    ) -> "Rehearsal":
        """One over the state that the configuration names; `offline` asks arXiv for nothing."""

        def open_world(config: Config) -> AbstractContextManager[World]:
            return app.open_rehearsal(config, clock, config.outbox)

        source = (lambda _: Silence()) if offline else Recollection().of
        return cls(load, open_world, source, frozenset(email.casefold() for email in emails))

    def showing(self) -> Showing:
        """Raises ConfigError, StoreError; PreviewError if none of the readers is there any more."""
        config = self.load()
        subscribers = self.readers_of(config)
        if not subscribers:
            raise PreviewError(f"nobody in {config.file.name} has this address", "see that it is spelt right")
        with self.open_world(config) as world:
            return _rehearsed(replace(world, source=self.source(world.source)), subscribers)

    def readers_of(self, config: Config) -> list[Subscriber]:
        """Those of the configuration for whom this is."""
        everybody = config.subscribers
        return [reader for reader in everybody if not self.emails or reader.email.casefold() in self.emails]


def _rehearsed(world: World, subscribers: Sequence[Subscriber]) -> Showing:
    tray = Tray()
    report = run(replace(world, transports=[tray]), subscribers)
    troubles = {outcome.label: outcome.problem for outcome in report.mails if outcome.problem}
    notes = tuple(problems(replace(report, mails=())))
    tabs = []
    for subscriber in subscribers:
        mails, problem = tray.contents(subscriber), troubles.get(subscriber.label, "")
        found = Tab(name_of(subscriber), mails, problem=problem)
        tabs.append(found if mails or problem else _instead(world, subscriber))
    return Showing(tuple(tabs), notes)


def name_of(subscriber: Subscriber) -> str:
    return subscriber.name or subscriber.email


def made(world: World, digest: Digest, note: str = "") -> Tab:
    """The tab with the mails that tell this digest, or with the reason why they cannot be made."""
    name = name_of(digest.subscriber)
    try:
        mails = world.mailer.make(digest, world.clock.now())
    except RenderError as exc:
        return Tab(name, note=note, problem=str(exc))
    return Tab(name, tuple(mail.content for mail in mails), note)


def _instead(world: World, subscriber: Subscriber) -> Tab:
    """What to show where no mail would go out now."""
    suppressed = world.store.suppressions([subscriber.email]).get(subscriber.email)
    why = f"gets no mail: {why_suppressed(suppressed)}" if suppressed else "nothing new waits"
    candidates = _latest(world, subscriber)
    if not candidates:
        note = f"No mail would go out now: {why}. There is no sample either: no papers are known yet."
        return Tab(name_of(subscriber), note=note)
    today = world.clock.now().astimezone(subscriber.schedule.timezone).date()
    note = f"A sample, made of the latest papers: no mail would go out now ({why})."
    return made(world, compose(subscriber, candidates, today, {}), note)


def _latest(world: World, subscriber: Subscriber) -> list[Candidate]:
    """A few papers of each keyword, whether the reader had them or not."""
    sections = [world.store.archive_section(keyword, _SAMPLE_PAPERS) for keyword in subscriber.keywords]
    by_id: dict[str, tuple[Paper, set[str]]] = {}
    for section in sections:
        for paper in section.papers:
            by_id.setdefault(paper.id, (paper, set()))[1].add(key(section.keyword))
    return candidates_of(by_id.values())


def candidates_of(found: Iterable[tuple[Paper, Iterable[str]]], *, welcome: bool = False) -> list[Candidate]:
    """Papers, each with the keys of the keywords that have it, as if they waited."""
    return [Candidate(paper, frozenset(keys), welcome) for paper, keys in found]
