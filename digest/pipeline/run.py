"""One run, in order: sync subscriptions, fetch, dispatch, publish.

Killed between any two lines, the program may simply be run again.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from digest.domain.fetching import UnavailablePaper
from digest.domain.preferences import receiving
from digest.domain.runs import ArchiveOutcome, KeywordOutcome, MailOutcome, Report, StruckOff
from digest.domain.subscribers import FORMER, Subscriber, SubscriberState
from digest.domain.subscriptions import KEPT_WHILE_ABSENT
from digest.domain.text import counted
from digest.pipeline.context import RunContext
from digest.pipeline.dispatch import Dispatch
from digest.pipeline.fetch import fetch_keywords
from digest.pipeline.preferences import preferences_of, split_by_day
from digest.pipeline.publishing import publish
from digest.pipeline.report import build_report

logger = logging.getLogger(__name__)

_LOST_SERVER = "no mail server is configured any more: mails now go to the folder %s, and count as sent"


def run(context: RunContext, subscribers: Sequence[Subscriber]) -> Report:
    """Fetch all keywords, send these subscribers their digests, publish the archive. Raises StoreError."""
    with recorded_run(context) as this:
        this.fetch()
        due, others = split_by_day(context, subscribers)
        this.dispatch(due)
        this.retry_deferred(others)
        this.publish()
    return this.report


@contextmanager
def recorded_run(context: RunContext) -> Iterator["Run"]:
    """A run whose begin and end are recorded; the end is not if an exception ends it. Raises StoreError."""
    this = Run(context)
    yield this
    this.end()


class Run:
    """The steps of a run, in this order; each may be left out. All raise StoreError."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._subscribers = sync_subscriptions(context)
        self._number = context.store.runs.begin(context.clock.now())
        self._warn_without_server()
        self._dispatch = Dispatch(context)
        self._keywords: tuple[KeywordOutcome, ...] = ()
        self._unavailable: tuple[UnavailablePaper, ...] = ()
        self._noticed: tuple[UnavailablePaper, ...] = ()
        self._mails: list[MailOutcome] = []
        self._archive = ArchiveOutcome()
        self.report = build_report((), (), ArchiveOutcome())
        """What the run did: empty until it ends."""

    def fetch(self) -> None:
        """Fetch all keywords, also for a run for one subscriber: together they cost hardly more than one."""
        subscribed = [state.subscriber for state in self._subscribers if state.is_subscribed]
        keywords = self._context.config.keywords_of(subscribed)
        before = {paper.key for paper in self._context.store.unavailable.papers()}
        self._keywords = tuple(fetch_keywords(self._context, keywords, self._number))
        self._unavailable = tuple(self._context.store.unavailable.papers())
        self._noticed = tuple(paper for paper in self._unavailable if paper.key not in before)

    def dispatch(self, subscribers: Sequence[Subscriber]) -> None:
        """Send them their queued mails and then what is new, except who gets no mail."""
        self._mails += self._dispatch.send_digests(self._receiving(subscribers))

    def retry_deferred(self, subscribers: Sequence[Subscriber]) -> None:
        """Send them their queued mails, and nothing new."""
        self._mails += self._dispatch.retry_deferred(self._receiving(subscribers))

    def _receiving(self, subscribers: Sequence[Subscriber]) -> list[Subscriber]:
        """Those who get mail now, each as they prefer it."""
        suppressed = {state.subscriber.email for state in self._subscribers if state.suppression}
        wanted = [subscriber for subscriber in subscribers if subscriber.email not in suppressed]
        return receiving(wanted, preferences_of(self._context, wanted), self._context.clock.now())

    def publish(self) -> None:
        """Bring the archive up to date."""
        context = self._context
        if context.archive:
            self._archive = publish(context.archive, context.store.keywords, context.config.archive)

    def end(self) -> None:
        """Complete the report, record how the run ended, and delete what is old."""
        store, now = self._context.store, self._context.clock.now()
        self.report = build_report(
            self._keywords,
            tuple(self._mails),
            self._archive,
            self._unavailable,
            self._noticed,
            self._strike_off(now),
        )
        store.runs.end(self._number, now, self.report.problems)
        store.retention.tidy(now, self._context.config.mail.keep_days)

    def _strike_off(self, now: datetime) -> StruckOff:
        """Nobody else's mail is stopped than that of addresses that are refused while others are served."""
        config = self._context.config
        struck, withheld = self._context.store.suppressions.strike_off(now, config.mail.suppressed_percent)
        labels = {subscriber.email: subscriber.label for subscriber in config.subscribers}
        named = tuple((labels.get(email, FORMER), one.detail) for email, one in struck.items())
        return StruckOff(named, withheld)

    def _warn_without_server(self) -> None:
        config, now = self._context.config, self._context.clock.now()
        if self._context.store.runs.lost_server(now, has_server=config.smtp is not None):
            logger.warning(_LOST_SERVER, config.outbox)


def sync_subscriptions(context: RunContext) -> tuple[SubscriberState, ...]:
    """Store who follows which keyword, and log how many are missing in the configuration now.

    Returns all its subscribers, those who get no mail marked with the reason. Raises StoreError.
    """
    subscribers = context.config.subscribers
    suppressions = context.store.suppressions.of(subscriber.email for subscriber in subscribers)
    states = tuple(
        SubscriberState(subscriber, suppressions.get(subscriber.email)) for subscriber in subscribers
    )
    gone = {state.subscriber.email for state in states if not state.is_subscribed}
    missing = context.store.subscriptions.sync(context.config, context.clock.now(), without=gone)
    if missing:
        who = f"{counted(missing, 'subscriber')} {'is' if missing == 1 else 'are'} missing"
        days = KEPT_WHILE_ABSENT // timedelta(days=1)
        back = f"if back within {days} days they go on where they were"
        logger.warning("%s from the configuration; %s", who, back)
    return states
