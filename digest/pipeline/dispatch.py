"""Sends each subscriber their digest: first the queued mails of earlier runs, then what is new."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from digest.domain.fetching import up_to_date_keywords
from digest.domain.runs import MailOutcome
from digest.domain.schedule import is_due
from digest.domain.subscribers import Subscriber
from digest.pipeline.context import RunContext
from digest.pipeline.delivery import Delivery
from digest.pipeline.judgement import RefusalLog
from digest.pipeline.ports import Transport
from digest.pipeline.results import Results
from digest.pipeline.retry import RetryPolicy
from digest.pipeline.service_order import ServiceOrder
from digest.pipeline.turn import Turn, final_outcomes
from digest.pipeline.workers import run_in_workers

Outcomes = Sequence[MailOutcome]


@dataclass(frozen=True, slots=True)
class FetchSummary:
    """How the last fetch of each keyword, by its id, ended."""

    failing: dict[str, datetime | None]
    """With their last good fetches."""
    up_to_date: frozenset[str]
    """Nothing more can come before the next announcement."""


class Dispatch:
    """The digests of one run. All methods raise StoreError."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._delivery = _delivery(context)

    def send_digests(self, subscribers: Sequence[Subscriber]) -> Outcomes:
        """Send them their queued mails and what is new. Where there is neither, the slot is done at once."""
        fetched = self._fetch_summary()
        pending, empty = self._context.store.mails.has_pending(), self._wants_empty(subscribers, fetched)
        with_mail, without = list[Subscriber](), list[Subscriber]()
        for subscriber in subscribers:
            (with_mail if subscriber.email in pending | empty else without).append(subscriber)
        self._mark_served(without, fetched)

        def send(transport: Transport, subscriber: Subscriber) -> Outcomes:
            return self._send_digest(transport, subscriber, fetched, even_if_empty=subscriber.email in empty)

        return self._each(with_mail, send)

    def retry_deferred(self, subscribers: Sequence[Subscriber]) -> Outcomes:
        """Send them their queued mails, and nothing new."""
        return self._each(subscribers, self._send_queued)

    def _fetch_summary(self) -> FetchSummary:
        now, statuses = self._context.clock.now(), self._context.store.keywords.fetch_statuses()
        return FetchSummary(
            {keyword: status.last_good_at for keyword, status in statuses.items() if status.failing},
            up_to_date_keywords(statuses, self._context.source.calendar.latest_announcement(now), now),
        )

    def _wants_empty(self, subscribers: Sequence[Subscriber], fetched: FetchSummary) -> Set[str]:
        """The addresses that get a mail even if nothing is new, and only if every fetch was good: as
        configured, once a slot; and once whoever never got a mail, so that they know that all is well."""
        settings = self._context.config
        newcomers = self._context.store.mails.never_mailed() if settings.welcome else frozenset()
        everybody = settings.mail.when_empty == "send"
        if not newcomers and not everybody:
            return frozenset()
        served_at, now = self._context.store.subscriptions.last_served_at(), self._context.clock.now()
        return {
            subscriber.email
            for subscriber in subscribers
            if fetched.failing.keys().isdisjoint(keyword.id for keyword in subscriber.keywords)
            and (
                subscriber.email in newcomers
                or (everybody and is_due(subscriber.schedule, now, served_at=served_at[subscriber.email]))
            )
        }

    def _is_due(self, subscriber: Subscriber) -> bool:
        served_at = self._context.store.subscriptions.last_served_at()[subscriber.email]
        return is_due(subscriber.schedule, self._context.clock.now(), served_at=served_at)

    def _mark_served(self, subscribers: Sequence[Subscriber], fetched: FetchSummary) -> None:
        """Record that the slot of those is done for whom nothing can come before the next announcement."""
        done = [
            subscriber
            for subscriber in subscribers
            if fetched.up_to_date.issuperset(keyword.id for keyword in subscriber.keywords)
        ]
        self._context.store.subscriptions.mark_served(done, self._context.clock.now())

    def _each(
        self, subscribers: Sequence[Subscriber], send: Callable[[Transport, Subscriber], Outcomes]
    ) -> Outcomes:
        """One after the other, or several in parallel, until the mail server turns out to be down.

        Subscribers whose mail failed before come last, so that one bad address keeps nobody waiting. Those
        whose mail was refused, and nobody could say why, have a second turn.
        """
        failing = self._context.store.mails.failing()
        order = ServiceOrder(sorted(subscribers, key=lambda subscriber: subscriber.email in failing))
        self._context.progress.begin("sending", len(subscribers))
        outcomes = [*self._round(order, send)]
        self._delivery.refusals.close()
        order.begin_again()
        outcomes += self._round(order, send)
        self._context.progress.end()
        return self._delivery.withdraw_refusals(outcomes)

    def _round(
        self, order: ServiceOrder, send: Callable[[Transport, Subscriber], Outcomes]
    ) -> Iterator[MailOutcome]:
        def one(transport: Transport, subscriber: Subscriber) -> tuple[Subscriber, Outcomes]:
            return subscriber, send(transport, subscriber)

        for subscriber, outcomes in run_in_workers(one, self._context.transports, self._ready(order)):
            decided = [outcome for outcome in outcomes if not outcome.undecided]
            if len(decided) < len(outcomes):
                order.put_aside(subscriber)
            else:
                self._context.progress.step()
            order.down = order.down or next((outcome for outcome in decided if outcome.unavailable), None)
            yield from final_outcomes(decided)
        yield from order.left_out()

    def _ready(self, order: ServiceOrder) -> Iterator[Subscriber]:
        """Those in turn; nobody has a turn while a result is not recorded."""
        for subscriber in order.in_turn():
            self._delivery.results.get_ready()
            yield subscriber

    def _send_digest(
        self, transport: Transport, subscriber: Subscriber, fetched: FetchSummary, *, even_if_empty: bool
    ) -> Outcomes:
        """Queued mails first, and what is new only if none of them has to be retried later."""
        turn = Turn(self._context, self._delivery, transport, subscriber, fetched.failing)
        expired = self._delivery.expire(subscriber)
        queued = turn.send_queued()
        before = [*expired, *queued]
        if any(outcome.problem and not outcome.refused for outcome in queued):
            return before
        pending = turn.pending()
        if not pending.papers and not (even_if_empty and (not before or self._is_due(subscriber))):
            self._mark_served([subscriber], fetched)
            return before
        return [*expired, *turn.send_new(queued, pending)]

    def _send_queued(self, transport: Transport, subscriber: Subscriber) -> Outcomes:
        return [*self._delivery.expire(subscriber), *self._delivery.deliver_queued(transport, subscriber)]


def _delivery(context: RunContext) -> Delivery:
    settings = context.config.mail
    retries = RetryPolicy(settings.retry_scale, unconfirmed=settings.when_unconfirmed == "retry")
    results = Results(context.store.mails, context.journal, context.clock)
    refusals = RefusalLog(context.store.suppressions.past())
    return Delivery(context.store, results, retries, context.clock, context.signals_deferred, refusals)
