"""Giving each reader their digest: what earlier runs left, then what is new."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from digest.announcing import latest_announcement, told_everything
from digest.compose import compose
from digest.crew import share_out
from digest.delivery import Delivery
from digest.due import is_due
from digest.errors import RenderError
from digest.keywords import key
from digest.models import MailOutcome, Subscriber
from digest.protocols import Transport
from digest.retries import Retries
from digest.world import World

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

    def __init__(self, world: World) -> None:
        self._world = world
        self._delivery = _delivery(world)

    def serve(self, readers: Sequence[Subscriber]) -> Iterator[MailOutcome]:
        """Deliver to them what earlier runs left and what is new; the others of them are done at once."""
        answers = self._answers()
        expecting, told = self._world.store.expecting(), self._told_of_nothing(readers, answers)
        wanting, quiet = list[Subscriber](), list[Subscriber]()
        for reader in readers:
            (wanting if reader.email in expecting | told else quiet).append(reader)
        self._mark_done(quiet, answers)

        def serve(transport: Transport, reader: Subscriber) -> Outcomes:
            return self._serve(transport, reader, answers, tell_of_nothing=reader.email in told)

        yield from self._each(wanting, serve)

    def resume(self, readers: Sequence[Subscriber]) -> Iterator[MailOutcome]:
        """Deliver to them what earlier runs left, and nothing new."""
        yield from self._each(readers, self._deliver_left)

    def _answers(self) -> Answers:
        now, standings = self._world.clock.now(), self._world.store.standings()
        return Answers(
            {name: standing.last_good_at for name, standing in standings.items() if standing.failing},
            told_everything(standings, latest_announcement(now), now),
        )

    def _told_of_nothing(self, readers: Sequence[Subscriber], answers: Answers) -> Set[str]:
        """The addresses of those who are told that there is nothing new, if so: where it is wished for,
        once a slot, and only if arXiv has answered."""
        if self._world.config.mail.when_empty == "skip":
            return frozenset()
        served, now = self._world.store.served(), self._world.clock.now()
        return {
            reader.email
            for reader in readers
            if answers.unanswered.keys().isdisjoint(map(key, reader.keywords))
            and is_due(reader.schedule, now, served_at=served[reader.email])
        }

    def _is_due(self, reader: Subscriber) -> bool:
        served_at = self._world.store.served()[reader.email]
        return is_due(reader.schedule, self._world.clock.now(), served_at=served_at)

    def _mark_done(self, readers: Sequence[Subscriber], answers: Answers) -> None:
        """Those for whom nothing can come before arXiv's next announcement have had their digest."""
        done = [reader for reader in readers if answers.complete.issuperset(map(key, reader.keywords))]
        self._world.store.mark_served(done, self._world.clock.now())

    def _each(
        self, readers: Sequence[Subscriber], serve: Callable[[Transport, Subscriber], Outcomes]
    ) -> Iterator[MailOutcome]:
        """One after the other, or several at once, until the mail server turns out to be down.

        Whoever's mail met trouble before comes last, so that one bad address keeps nobody waiting.
        """
        delayed = self._world.store.delayed()
        down: list[MailOutcome] = []
        unserved: list[Subscriber] = []

        def in_turn() -> Iterator[Subscriber]:
            for reader in sorted(readers, key=lambda reader: reader.email in delayed):
                if down:
                    unserved.append(reader)
                else:
                    yield reader

        self._world.progress.begin("sending", len(readers))
        for outcomes in share_out(serve, self._world.transports, in_turn()):
            down += [outcome for outcome in outcomes if outcome.unavailable]
            yield from outcomes
            self._world.progress.step()
        self._world.progress.end()
        yield from (replace(down[0], label=reader.label) for reader in unserved)

    def _serve(
        self, transport: Transport, reader: Subscriber, answers: Answers, *, tell_of_nothing: bool
    ) -> Outcomes:
        """What earlier runs left, and then what is new: never past a mail that is in trouble."""
        given_up = self._delivery.give_up(reader)
        left = self._delivery.deliver_left(transport, reader)
        before = [*given_up, *left]
        if any(outcome.problem for outcome in left):
            return before
        now = self._world.clock.now()
        waiting = self._world.store.waiting(reader)
        if not waiting.candidates and not (tell_of_nothing and (not before or self._is_due(reader))):
            self._mark_done([reader], answers)
            return before
        today = now.astimezone(reader.schedule.timezone).date()
        digest = compose(reader, waiting.candidates, today, answers.unanswered)
        try:
            mails = self._world.mailer.make(digest, now)
        except RenderError as exc:
            return [*before, MailOutcome(reader.label, problem=str(exc), hint=exc.hint)]
        self._world.store.freeze(mails, waiting.through, now)
        return [*before, *self._delivery.deliver_left(transport, reader)]

    def _deliver_left(self, transport: Transport, reader: Subscriber) -> Outcomes:
        return [*self._delivery.give_up(reader), *self._delivery.deliver_left(transport, reader)]


def _delivery(world: World) -> Delivery:
    settings = world.config.mail
    retries = Retries(settings.retry_scale, unconfirmed=settings.when_unconfirmed == "retry")
    return Delivery(world.store, retries, world.clock, world.undisturbed)
