"""Giving each subscriber their digest: what earlier runs left, then what is new."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from digest.domain.compose import compose
from digest.domain.fetching import up_to_date_keywords
from digest.domain.runs import MailOutcome
from digest.domain.schedule import is_due
from digest.domain.subscribers import Subscriber
from digest.errors import RenderError
from digest.pipeline.context import RunContext
from digest.pipeline.delivery import Delivery
from digest.pipeline.ports import Transport
from digest.pipeline.retry import RetryPolicy
from digest.pipeline.workers import run_in_workers

Outcomes = Sequence[MailOutcome]


@dataclass(frozen=True, slots=True)
class Answers:
    """How arXiv answered, for each keyword by its key."""

    unanswered: dict[str, datetime | None]
    """With their last good answers."""
    complete: frozenset[str]
    """Nothing more can come before arXiv's next announcement."""


class Service:
    """The service of one run."""

    def __init__(self, context: RunContext) -> None:
        self._context = context
        self._delivery = _delivery(context)

    def dispatch(self, subscribers: Sequence[Subscriber]) -> Iterator[MailOutcome]:
        """Deliver to them what earlier runs left and what is new; the others of them are done at once."""
        answers = self._answers()
        expecting, told = self._context.store.mails.has_pending(), self._told_of_nothing(subscribers, answers)
        wanting, quiet = list[Subscriber](), list[Subscriber]()
        for subscriber in subscribers:
            (wanting if subscriber.email in expecting | told else quiet).append(subscriber)
        self._mark_done(quiet, answers)

        def serve(transport: Transport, subscriber: Subscriber) -> Outcomes:
            return self._serve(transport, subscriber, answers, tell_of_nothing=subscriber.email in told)

        yield from self._each(wanting, serve)

    def retry_deferred(self, subscribers: Sequence[Subscriber]) -> Iterator[MailOutcome]:
        """Deliver to them what earlier runs left, and nothing new."""
        yield from self._each(subscribers, self._deliver_queued)

    def _answers(self) -> Answers:
        now, fetch_statuses = self._context.clock.now(), self._context.store.keywords.fetch_statuses()
        return Answers(
            {
                name: fetch_status.last_good_at
                for name, fetch_status in fetch_statuses.items()
                if fetch_status.failing
            },
            up_to_date_keywords(fetch_statuses, self._context.source.calendar.latest_announcement(now), now),
        )

    def _told_of_nothing(self, subscribers: Sequence[Subscriber], answers: Answers) -> Set[str]:
        """The addresses of those who are told that there is nothing new, if so: where it is wished for,
        once a slot, and only if arXiv has answered."""
        if self._context.config.mail.when_empty == "skip":
            return frozenset()
        served, now = self._context.store.subscriptions.last_served_at(), self._context.clock.now()
        return {
            subscriber.email
            for subscriber in subscribers
            if answers.unanswered.keys().isdisjoint(keyword.id for keyword in subscriber.keywords)
            and is_due(subscriber.schedule, now, served_at=served[subscriber.email])
        }

    def _is_due(self, subscriber: Subscriber) -> bool:
        served_at = self._context.store.subscriptions.last_served_at()[subscriber.email]
        return is_due(subscriber.schedule, self._context.clock.now(), served_at=served_at)

    def _mark_done(self, subscribers: Sequence[Subscriber], answers: Answers) -> None:
        """Those for whom nothing can come before arXiv's next announcement have had their digest."""
        done = [
            subscriber
            for subscriber in subscribers
            if answers.complete.issuperset(keyword.id for keyword in subscriber.keywords)
        ]
        self._context.store.subscriptions.mark_served(done, self._context.clock.now())

    def _each(
        self, subscribers: Sequence[Subscriber], serve: Callable[[Transport, Subscriber], Outcomes]
    ) -> Iterator[MailOutcome]:
        """One after the other, or several at once, until the mail server turns out to be down.

        Whoever's mail met trouble before comes last, so that one bad address keeps nobody waiting.
        """
        delayed = self._context.store.mails.failing()
        down: list[MailOutcome] = []
        unserved: list[Subscriber] = []

        def in_turn() -> Iterator[Subscriber]:
            for subscriber in sorted(subscribers, key=lambda subscriber: subscriber.email in delayed):
                if down:
                    unserved.append(subscriber)
                else:
                    yield subscriber

        self._context.progress.begin("sending", len(subscribers))
        for outcomes in run_in_workers(serve, self._context.transports, in_turn()):
            down += [outcome for outcome in outcomes if outcome.unavailable]
            yield from outcomes
            self._context.progress.step()
        self._context.progress.end()
        yield from (replace(down[0], label=subscriber.label) for subscriber in unserved)

    def _serve(
        self, transport: Transport, subscriber: Subscriber, answers: Answers, *, tell_of_nothing: bool
    ) -> Outcomes:
        """What earlier runs left, and then what is new: never past a mail that is in trouble."""
        given_up = self._delivery.expire(subscriber)
        left = self._delivery.deliver_queued(transport, subscriber)
        before = [*given_up, *left]
        if any(outcome.problem for outcome in left):
            return before
        now = self._context.clock.now()
        waiting = self._context.store.mails.pending_papers(subscriber)
        if not waiting.papers and not (tell_of_nothing and (not before or self._is_due(subscriber))):
            self._mark_done([subscriber], answers)
            return before
        today = now.astimezone(subscriber.schedule.timezone).date()
        digest = compose(subscriber, waiting.papers, today, answers.unanswered)
        try:
            mails = self._context.mail_builder.build(digest, now)
        except RenderError as exc:
            return [*before, MailOutcome(subscriber.label, problem=str(exc), hint=exc.hint)]
        self._context.store.mails.enqueue(mails, waiting.up_to, now)
        return [*before, *self._delivery.deliver_queued(transport, subscriber)]

    def _deliver_queued(self, transport: Transport, subscriber: Subscriber) -> Outcomes:
        return [*self._delivery.expire(subscriber), *self._delivery.deliver_queued(transport, subscriber)]


def _delivery(context: RunContext) -> Delivery:
    settings = context.config.mail
    retries = RetryPolicy(settings.retry_scale, unconfirmed=settings.when_unconfirmed == "retry")
    return Delivery(context.store, retries, context.clock, context.signals_deferred)
