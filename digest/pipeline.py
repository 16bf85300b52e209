"""One run, in order: who reads what, what is new, who is told, the archive.

Killed between any two lines, the program may simply be run again.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from digest.announcing import announcements_between, is_up_to_date
from digest.compose import compose
from digest.crew import share_out
from digest.delivery import Delivery
from digest.due import is_due
from digest.errors import ArchiveError, RenderError, SourceUnavailable
from digest.keywords import distinct, key
from digest.models import (
    ArchiveOutcome,
    Config,
    KeywordOutcome,
    MailOutcome,
    Report,
    Subscriber,
    Suppressed,
)
from digest.novelty import first_baseline, flood, sightings
from digest.plaintext import counted
from digest.protocols import (
    Archive,
    Clock,
    Finding,
    Known,
    Mailer,
    Progress,
    Question,
    Source,
    Store,
    Transport,
    Unwatched,
)
from digest.retries import Retries

Outcomes = Sequence[MailOutcome]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside. `undisturbed` holds signals back while a mail is handed over."""

    config: Config
    source: Source
    store: Store
    mailer: Mailer
    transports: Sequence[Transport]
    """One for each mail that may be on its way at the same time."""
    archive: Archive | None
    clock: Clock
    undisturbed: Callable[[], AbstractContextManager[None]]
    progress: Progress = field(default_factory=Unwatched)


def run(world: World, subscribers: Sequence[Subscriber]) -> Report:
    """Serve these subscribers (of all in the configuration) now. Raises StoreError."""
    world, suppressed = enroll(world)
    readers = [subscriber for subscriber in subscribers if subscriber.email not in suppressed]
    keywords = tuple(_fetch_all(world))
    unanswered = {key(outcome.keyword): outcome.last_good_at for outcome in keywords if outcome.problem}
    serve = partial(_serve, world, _delivery(world), unanswered)
    return Report(keywords, tuple(_serve_all(world, readers, serve)), _publish(world))


def enroll(world: World) -> tuple[World, Set[str]]:
    """Take up the configuration. Returns the world of those who read, and who gets no mail nevertheless.

    Those who unsubscribed, say, are as if they did not stand in the configuration. But where an address
    is merely refused, its papers go on to wait.
    """
    everybody = world.config.subscribers
    suppressed = world.store.suppressions(subscriber.email for subscriber in everybody)
    left = {email for email, entry in suppressed.items() if entry.reason is not Suppressed.REFUSED}
    reading = tuple(subscriber for subscriber in everybody if subscriber.email not in left)
    world = replace(world, config=replace(world.config, subscribers=reading))
    world.store.enroll(world.config, world.clock.now())
    return world, suppressed.keys()


def resume(world: World, subscribers: Sequence[Subscriber]) -> Report:
    """Deliver the mails of these subscribers that an earlier run left; ask arXiv for nothing."""
    serve = partial(_deliver_left, _delivery(world))
    return Report((), tuple(_serve_all(world, subscribers, serve)), ArchiveOutcome())


def _delivery(world: World) -> Delivery:
    settings = world.config.mail
    retries = Retries(settings.retry_scale, unconfirmed=settings.when_unconfirmed == "retry")
    return Delivery(world.store, retries, world.clock, world.undisturbed)


def _fetch_all(world: World) -> Iterator[KeywordOutcome]:
    """Ask for all keywords, whoever is served: together they cost hardly more than one."""
    now = world.clock.now()
    questions = []
    for keyword in distinct(world.config.keywords):
        known = world.store.known(keyword)
        if known.up_to_date_at and is_up_to_date(known.up_to_date_at, now):
            yield KeywordOutcome(keyword, up_to_date=True)
        else:
            questions.append(Question(keyword, known))
    if questions:
        logger.info("asking arXiv for %s", counted(len(questions), "keyword"))
    asked = {key(question.keyword): question.known for question in questions}
    world.progress.begin("asking arXiv", len(questions))
    for finding in world.source.discover(questions):
        yield _record(world, finding, asked[key(finding.keyword)], now)
        world.progress.step()
    world.progress.end()


def _record(world: World, finding: Finding, known: Known, now: datetime) -> KeywordOutcome:
    """Remember what was found, whole or not, unless there is suspiciously much of it. It was asked for
    at `now`: what arXiv announces while it answers is left for the next time."""
    found = sightings(finding, known)
    if too_much := flood(found, known, announcements_between(known.last_good_at or now, now)):
        world.store.record_failure(finding.keyword, too_much, now)
        return KeywordOutcome(
            finding.keyword, problem=too_much, hint="nothing is lost: it is looked at again"
        )
    baseline = first_baseline(finding, world.store.highest_order())
    world.store.record(finding, found, baseline, now)
    problem = finding.problem
    return KeywordOutcome(
        finding.keyword,
        new=sum(sighting.fresh for sighting in found),
        past=len(found) if known.baseline is None else 0,
        problem=str(problem or ""),
        hint=problem.hint if problem else "",
        last_good_at=known.last_good_at,
        unavailable=isinstance(problem, SourceUnavailable) and not found,
    )


def _serve_all(
    world: World, subscribers: Sequence[Subscriber], serve: Callable[[Transport, Subscriber], Outcomes]
) -> Iterator[MailOutcome]:
    """Serve one after the other, or several at once, until the mail server turns out to be down.

    Whoever's mail met trouble before comes last, so that one bad address keeps nobody waiting.
    """
    delayed = world.store.delayed()
    down: list[MailOutcome] = []
    unserved: list[Subscriber] = []

    def in_turn() -> Iterator[Subscriber]:
        for subscriber in sorted(subscribers, key=lambda subscriber: subscriber.email in delayed):
            if down:
                unserved.append(subscriber)
            else:
                yield subscriber

    for outcomes in share_out(serve, world.transports, in_turn()):
        down += [outcome for outcome in outcomes if outcome.unavailable]
        yield from outcomes
    for subscriber in unserved:
        if world.store.outgoing(subscriber) or world.store.waiting(subscriber).candidates:
            yield replace(down[0], label=subscriber.label)


def _deliver_left(delivery: Delivery, transport: Transport, subscriber: Subscriber) -> Outcomes:
    return [*delivery.give_up(subscriber), *delivery.deliver_left(transport, subscriber)]


def _serve(
    world: World,
    delivery: Delivery,
    unanswered: Mapping[str, datetime | None],
    transport: Transport,
    subscriber: Subscriber,
) -> Outcomes:
    """Deliver what earlier runs left, and then what is new: never past a mail that is in trouble."""
    given_up = delivery.give_up(subscriber)
    left = delivery.deliver_left(transport, subscriber)
    if any(outcome.problem for outcome in left):
        return [*given_up, *left]
    if failed := _freeze(world, unanswered, subscriber):
        return [*given_up, *left, failed]
    return [*given_up, *left, *delivery.deliver_left(transport, subscriber)]


def _freeze(
    world: World, unanswered: Mapping[str, datetime | None], subscriber: Subscriber
) -> MailOutcome | None:
    """Compose and freeze what is new, if anything is; an outcome only if that failed."""
    now = world.clock.now()
    waiting = world.store.waiting(subscriber)
    complete = not any(key(keyword) in unanswered for keyword in subscriber.keywords)
    if not waiting.candidates and not (complete and _wants_empty(world, subscriber)):
        if complete:
            world.store.mark_served(subscriber, now)
        return None
    today = now.astimezone(subscriber.schedule.timezone).date()
    digest = compose(subscriber, waiting.candidates, today, unanswered)
    try:
        mails = world.mailer.make(digest, now)
    except RenderError as exc:
        return MailOutcome(subscriber.label, problem=str(exc), hint=exc.hint)
    world.store.freeze(mails, waiting.through, now)
    return None


def _wants_empty(world: World, subscriber: Subscriber) -> bool:
    """Whether to say that there is nothing new: where it is wished for, and once a slot."""
    if world.config.mail.when_empty == "skip":
        return False
    served_at = world.store.served()[subscriber.email]
    return is_due(subscriber.schedule, world.clock.now(), served_at=served_at)


def _publish(world: World) -> ArchiveOutcome:
    settings = world.config.archive
    if world.archive is None:
        return ArchiveOutcome()
    sections = [
        world.store.archive_section(keyword, settings.papers) for keyword in distinct(settings.keywords)
    ]
    try:
        return ArchiveOutcome(changed=world.archive.update(sections))
    except ArchiveError as exc:
        return ArchiveOutcome(problem=str(exc), hint=exc.hint)
