"""What every subscriber would get now: a whole run over a copy of the state, with nobody at its other end.

Where nothing would go out, a sample shows what the subscriber's mails look like.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from digest import bootstrap
from digest.domain.compose import compose
from digest.domain.digests import Digest, PendingPaper
from digest.domain.fetching import FetchRequest, FetchResult
from digest.domain.mails import Mail
from digest.domain.papers import Paper
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.errors import RenderError, SourceError
from digest.pipeline.context import RunContext
from digest.pipeline.ports import Source
from digest.pipeline.run import run
from digest.preview.models import Preview, PreviewError, Tab
from digest.subscribers.messages import why_suppressed
from digest.system.clock import Clock

_SAMPLE_PAPERS = 5
"""Of each keyword."""

_NOT_ASKED = "arXiv is asked once a preview, and not yet for this keyword; start the preview anew for that"


class EmptySource:
    """digest.protocols.Source where nothing is new: what waits is all there is."""

    def discover(self, requests: Sequence[FetchRequest]) -> Iterator[FetchResult]:
        yield from (FetchResult(request.keyword) for request in requests)


@dataclass(slots=True)
class CachedSource:
    """What arXiv said to the first questions; it is not asked again, however often somebody saves a file."""

    _findings: dict[str, FetchResult] = field(default_factory=dict)
    _complete: bool = False

    def of(self, source: Source) -> Source:
        """That source if it was not asked yet, and from then on its answers."""
        return _Remembering(source, self)

    def answers(self, source: Source, requests: Sequence[FetchRequest]) -> Iterator[FetchResult]:
        if not self._complete:
            self._findings = {result.keyword.id: result for result in source.discover(requests)}
            self._complete = True
        for request in requests:
            unknown = FetchResult(request.keyword, problem=SourceError(_NOT_ASKED))
            yield self._findings.get(request.keyword.id, unknown)


@dataclass(frozen=True, slots=True)
class _Remembering:
    source: Source
    recollection: CachedSource

    def discover(self, requests: Sequence[FetchRequest]) -> Iterator[FetchResult]:
        yield from self.recollection.answers(self.source, requests)


@dataclass(frozen=True, slots=True)
class MemoryTransport:
    """digest.protocols.Transport that keeps the mails."""

    mails: list[Mail] = field(default_factory=list)

    def deliver(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        self.mails.append(mail)

    def close(self) -> None:
        """Nothing is open."""

    def contents(self, subscriber: Subscriber) -> tuple[bytes, ...]:
        """The messages to this subscriber, in the order of their sending."""
        return tuple(mail.content for mail in self.mails if mail.recipient == subscriber.email)


@dataclass(frozen=True, slots=True)
class DryRun:
    """Rehearses for the subscribers with these addresses, or for all if there are none.

    `load` reads the configuration anew, `open_run` is that of a rehearsal (digest.app) and
    `source` what takes the place of its source.
    """

    load: Callable[[], Config]
    open_run: Callable[[Config], AbstractContextManager[RunContext]]
    source: Callable[[Source], Source]
    emails: frozenset[str] = field(default=frozenset(), repr=False)
    """In lower case."""

    @classmethod
    def of_state(
        cls, load: Callable[[], Config], clock: Clock, emails: Iterable[str], *, offline: bool
    ) -> "DryRun":
        """One over the state that the configuration names; `offline` asks arXiv for nothing."""

        def open_run(config: Config) -> AbstractContextManager[RunContext]:
            return bootstrap.open_dry_run(config, clock, config.outbox)

        source = (lambda _: EmptySource()) if offline else CachedSource().of
        return cls(load, open_run, source, frozenset(email.casefold() for email in emails))

    def showing(self) -> Preview:
        """Raises ConfigError, StoreError; PreviewError if none of the subscribers is there any more."""
        config = self.load()
        subscribers = self.subscribers_of(config)
        if not subscribers:
            raise PreviewError(f"nobody in {config.file.name} has this address", "see that it is spelt right")
        with self.open_run(config) as context:
            return _rehearsed(replace(context, source=self.source(context.source)), subscribers)

    def subscribers_of(self, config: Config) -> list[Subscriber]:
        """Those of the configuration for whom this is."""
        everybody = config.subscribers
        return [
            subscriber
            for subscriber in everybody
            if not self.emails or subscriber.email.casefold() in self.emails
        ]


def _rehearsed(context: RunContext, subscribers: Sequence[Subscriber]) -> Preview:
    tray = MemoryTransport()
    report = run(replace(context, transports=[tray]), subscribers)
    troubles = {outcome.label: outcome.problem for outcome in report.mails if outcome.problem}
    notes = tuple(replace(report.problems, mail=None).lines)
    tabs = []
    for subscriber in subscribers:
        mails, problem = tray.contents(subscriber), troubles.get(subscriber.label, "")
        found = Tab(name_of(subscriber), mails, problem=problem)
        tabs.append(found if mails or problem else _instead(context, subscriber))
    return Preview(tuple(tabs), notes)


def name_of(subscriber: Subscriber) -> str:
    return subscriber.name or subscriber.email


def made(context: RunContext, digest: Digest, note: str = "") -> Tab:
    """The tab with the mails that tell this digest, or with the reason why they cannot be made."""
    name = name_of(digest.subscriber)
    try:
        mails = context.mail_builder.make(digest, context.clock.now())
    except RenderError as exc:
        return Tab(name, note=note, problem=str(exc))
    return Tab(name, tuple(mail.content for mail in mails), note)


def _instead(context: RunContext, subscriber: Subscriber) -> Tab:
    """What to show where no mail would go out now."""
    suppressed = context.store.suppressions.of([subscriber.email]).get(subscriber.email)
    why = f"gets no mail: {why_suppressed(suppressed)}" if suppressed else "nothing new waits"
    candidates = _latest(context, subscriber)
    if not candidates:
        note = f"No mail would go out now: {why}. There is no sample either: no papers are known yet."
        return Tab(name_of(subscriber), note=note)
    today = context.clock.now().astimezone(subscriber.schedule.timezone).date()
    note = f"A sample, made of the latest papers: no mail would go out now ({why})."
    return made(context, compose(subscriber, candidates, today, {}), note)


def _latest(context: RunContext, subscriber: Subscriber) -> list[PendingPaper]:
    """A few papers of each keyword, whether the subscriber had them or not."""
    sections = [
        context.store.keywords.archive_section(keyword, _SAMPLE_PAPERS) for keyword in subscriber.keywords
    ]
    by_id: dict[str, tuple[Paper, set[str]]] = {}
    for section in sections:
        for paper in section.papers:
            by_id.setdefault(paper.id, (paper, set()))[1].add(section.keyword.id)
    return candidates_of(by_id.values())


def candidates_of(
    found: Iterable[tuple[Paper, Iterable[str]]], *, welcome: bool = False
) -> list[PendingPaper]:
    """Papers, each with the keys of the keywords that have it, as if they waited."""
    return [PendingPaper(paper, frozenset(keys), welcome) for paper, keys in found]
