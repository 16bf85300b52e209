"""Find out what each subscriber would get now: a whole dry run over a copy of the state.

A subscriber who would get nothing has a sample, made of the latest papers of their keywords.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from digest import bootstrap
from digest.domain.compose import compose
from digest.domain.digests import Digest, PendingPaper
from digest.domain.fetching import FetchRequest, FetchResult, Unavailable
from digest.domain.identity import mailbox_of
from digest.domain.mails import Mail
from digest.domain.papers import Paper
from digest.domain.preferences import is_weekly, pause_of
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.errors import RenderError, SourceError
from digest.pipeline.context import RunContext
from digest.pipeline.ports import Calendar, Source
from digest.pipeline.run import run
from digest.preview.models import Preview, PreviewError, Tab
from digest.subscribers.messages import why_suppressed
from digest.system.clock import Clock

_SAMPLE_PAPERS = 5
"""Of each keyword."""

_ADDED_LATER = "the preview asks arXiv once, before this keyword was added; restart the preview to ask again"


class EmptySource:
    """A pipeline.ports.Source with nothing new: only papers that wait in the state are shown."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def fetch(self, requests: Sequence[FetchRequest], unavailable: Unavailable) -> Iterator[FetchResult]:
        """Nothing of a keyword that was never fetched: its subscriptions have not begun."""
        known = (request for request in requests if request.known.baseline is not None)
        yield from (FetchResult(request.keyword) for request in known)


@dataclass(slots=True)
class FetchCache:
    """The results of the first fetch: each saved file makes a new preview, but asks arXiv no second time."""

    _results: dict[str, FetchResult] = field(default_factory=dict)
    _filled: bool = False

    def wrap(self, source: Source) -> Source:
        """A source that asks this one if nothing was fetched yet, and else answers from the cache."""
        return CachedSource(source, self)

    def results(
        self, source: Source, requests: Sequence[FetchRequest], unavailable: Unavailable
    ) -> Iterator[FetchResult]:
        if not self._filled:
            fetched = source.fetch(requests, unavailable)
            self._results = {result.keyword.id: result for result in fetched}
            self._filled = True
        for request in requests:
            unknown = FetchResult(request.keyword, problem=SourceError(_ADDED_LATER))
            yield self._results.get(request.keyword.id, unknown)


@dataclass(frozen=True, slots=True)
class CachedSource:
    """A pipeline.ports.Source behind a FetchCache."""

    source: Source
    cache: FetchCache

    @property
    def calendar(self) -> Calendar:
        return self.source.calendar

    def fetch(self, requests: Sequence[FetchRequest], unavailable: Unavailable) -> Iterator[FetchResult]:
        yield from self.cache.results(self.source, requests, unavailable)


@dataclass(frozen=True, slots=True)
class MemoryTransport:
    """A pipeline.ports.Transport that keeps the mails in a list."""

    mails: list[Mail] = field(default_factory=list)

    def deliver(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        self.mails.append(mail)

    def close(self) -> None:
        """Nothing is open."""

    def contents(self, subscriber: Subscriber) -> tuple[bytes, ...]:
        """The messages to this subscriber, in the order of delivery."""
        return tuple(mail.content for mail in self.mails if mail.recipient == subscriber.email)


@dataclass(frozen=True, slots=True)
class DryRun:
    """Dry runs for the subscribers with these addresses, or for all if there are none.

    `load` reads the configuration, `open_run` opens the context of a dry run (as bootstrap.open_dry_run
    does), and `source` wraps or replaces the context's source.
    """

    load: Callable[[], Config]
    open_run: Callable[[Config], AbstractContextManager[RunContext]]
    source: Callable[[Source], Source]
    mailboxes: frozenset[str] = field(default=frozenset(), repr=False)
    """As digest.domain.identity has them."""

    @classmethod
    def of_state(
        cls, load: Callable[[], Config], clock: Clock, emails: Iterable[str], *, offline: bool
    ) -> "DryRun":
        """A dry run over the state that the configuration names; `offline` does not ask arXiv."""

        def open_run(config: Config) -> AbstractContextManager[RunContext]:
            return bootstrap.open_dry_run(config, clock)

        source = (lambda source: EmptySource(source.calendar)) if offline else FetchCache().wrap
        return cls(load, open_run, source, frozenset(map(mailbox_of, emails)))

    def preview(self) -> Preview:
        """The mails that would go out now. Raises ConfigError, StoreError; PreviewError if the configuration
        has none of the subscribers any more."""
        config = self.load()
        subscribers = self.subscribers_of(config)
        if not subscribers:
            raise PreviewError(
                f"nobody in {config.file.name} has this address", "check the spelling of the address"
            )
        with self.open_run(config) as context:
            return _preview_of_run(replace(context, source=self.source(context.source)), subscribers)

    def subscribers_of(self, config: Config) -> list[Subscriber]:
        """The subscribers of the configuration that the dry run is for."""
        return [
            subscriber
            for subscriber in config.subscribers
            if not self.mailboxes or mailbox_of(subscriber.email) in self.mailboxes
        ]


def _preview_of_run(context: RunContext, subscribers: Sequence[Subscriber]) -> Preview:
    transport = MemoryTransport()
    report = run(replace(context, transports=[transport]), subscribers)
    failures = {outcome.label: outcome.problem for outcome in report.mails if outcome.problem}
    notes = tuple(replace(report.problems, mail=None).lines)
    tabs = []
    for subscriber in subscribers:
        mails, problem = transport.contents(subscriber), failures.get(subscriber.label, "")
        tab = Tab(display_name(subscriber), mails, problem=problem)
        tabs.append(tab if mails or problem else _sample_tab(context, subscriber))
    return Preview(tuple(tabs), notes)


def display_name(subscriber: Subscriber) -> str:
    return subscriber.name or subscriber.email


def digest_tab(context: RunContext, digest: Digest, note: str = "") -> Tab:
    """A tab with the mails of this digest, or with the reason why they cannot be built."""
    name = display_name(digest.subscriber)
    try:
        mails = context.mail_builder.build(digest, context.clock.now())
    except RenderError as exc:
        return Tab(name, note=note, problem=str(exc))
    return Tab(name, tuple(mail.content for mail in mails), note)


def _sample_tab(context: RunContext, subscriber: Subscriber) -> Tab:
    """A tab for a subscriber who would get no mail now: a sample, and why."""
    suppressed = context.store.suppressions.of([subscriber.email]).get(subscriber.email)
    why = f"gets no mail: {why_suppressed(suppressed)}" if suppressed else _why_nothing(context, subscriber)
    candidates = _latest(context, subscriber)
    if not candidates:
        note = f"No mail would go out now: {why}. There is no sample either: no papers are known yet."
        return Tab(display_name(subscriber), note=note)
    ranking = context.rankings.of(subscriber)
    today = context.clock.now().astimezone(subscriber.schedule.timezone).date()
    note = f"A sample, made of the latest papers: no mail would go out now ({why})."
    return digest_tab(context, compose(subscriber, candidates, today, {}, ranking), note)


def _why_nothing(context: RunContext, subscriber: Subscriber) -> str:
    theirs = context.preferences.of([subscriber.email]).get(subscriber.email, ())
    if pause_of(theirs, context.clock.now()):
        return "they pause"
    return "they get one mail a week" if is_weekly(theirs) else "nothing new waits"


def _latest(context: RunContext, subscriber: Subscriber) -> list[PendingPaper]:
    """A few papers of each keyword, also those that the subscriber has got."""
    sections = [
        context.store.keywords.archive_section(keyword, _SAMPLE_PAPERS) for keyword in subscriber.keywords
    ]
    by_id: dict[str, tuple[Paper, set[str]]] = {}
    for section in sections:
        for paper in section.papers:
            by_id.setdefault(paper.id, (paper, set()))[1].add(section.keyword.id)
    return pending_papers(by_id.values())


def pending_papers(
    found: Iterable[tuple[Paper, Iterable[str]]], *, welcome: bool = False
) -> list[PendingPaper]:
    """The papers, each with the ids of its keywords, as if they were pending."""
    return [PendingPaper(paper, frozenset(keys), welcome) for paper, keys in found]
