"""One run, in order: who reads what, what is new, who is told, the archive.

Killed between any two lines, the program may simply be run again.
"""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace

from digest.domain.keywords import distinct
from digest.domain.runs import ArchiveOutcome, KeywordOutcome, MailOutcome, Report
from digest.domain.subscribers import Subscriber, SuppressionReason
from digest.errors import ArchiveError
from digest.pipeline.context import RunContext
from digest.pipeline.dispatch import Service
from digest.pipeline.fetch import fetch_keywords
from digest.pipeline.report import run_problems


def run(context: RunContext, subscribers: Sequence[Subscriber]) -> Report:
    """Serve these subscribers (of all in the configuration) now. Raises StoreError."""
    with recorded_run(context) as this:
        this.fetch()
        this.dispatch(subscribers)
        this.publish()
    return this.report


@contextmanager
def recorded_run(context: RunContext) -> Iterator["Run"]:
    """A run that is written down: that it begins, and how it ended, unless something ends it early."""
    this = Run(context)
    yield this
    now = context.clock.now()
    context.store.runs.end(this.number, now, run_problems(this.report))
    context.store.retention.tidy(now, context.config.mail.keep_days)


class Run:
    """The steps of a run, to be taken in this order; each may be left out. All raise StoreError."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._suppressed = sync_subscriptions(context)
        self.number = context.store.runs.begin(context.clock.now())
        self._service = Service(self._context)
        self._keywords: tuple[KeywordOutcome, ...] = ()
        self._mails: list[MailOutcome] = []
        self._archive = ArchiveOutcome()

    @property
    def report(self) -> Report:
        """What was done so far."""
        return Report(self._keywords, tuple(self._mails), self._archive)

    def fetch(self) -> None:
        """Ask for all keywords, whoever is served: together they cost hardly more than one."""
        self._keywords = tuple(fetch_keywords(self._context, self.number))

    def dispatch(self, subscribers: Sequence[Subscriber]) -> None:
        """Deliver to them what is new, and before that what earlier runs left."""
        subscribers = [subscriber for subscriber in subscribers if subscriber.email not in self._suppressed]
        self._mails += self._service.dispatch(subscribers)

    def retry_deferred(self, subscribers: Sequence[Subscriber]) -> None:
        """Deliver to them what earlier runs left, and nothing new."""
        self._mails += self._service.retry_deferred(subscribers)

    def publish(self) -> None:
        """Bring the archive up to date."""
        self._archive = _publish(self._context)


def sync_subscriptions(context: RunContext) -> tuple[RunContext, Set[str]]:
    """Take up the configuration. Returns the world of those who read, and who gets no mail nevertheless.

    Those who unsubscribed, say, are as if they did not stand in the configuration. But where an address
    is merely refused, its papers go on to wait.
    """
    everybody = context.config.subscribers
    suppressed = context.store.suppressions.of(subscriber.email for subscriber in everybody)
    left = {email for email, entry in suppressed.items() if entry.reason is not SuppressionReason.REFUSED}
    reading = tuple(subscriber for subscriber in everybody if subscriber.email not in left)
    context = replace(context, config=replace(context.config, subscribers=reading))
    context.store.subscriptions.sync(context.config, context.clock.now())
    return context, suppressed.keys()


def _publish(context: RunContext) -> ArchiveOutcome:
    settings = context.config.archive
    if context.archive is None:
        return ArchiveOutcome()
    sections = [
        context.store.keywords.archive_section(keyword, settings.papers)
        for keyword in distinct(settings.keywords)
    ]
    try:
        return ArchiveOutcome(changed=context.archive.update(sections))
    except ArchiveError as exc:
        return ArchiveOutcome(problem=str(exc), hint=exc.hint)
