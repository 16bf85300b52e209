"""One run, in order: what was left over, who reads what, what is new, who is told, the archive.

Killed between any two lines, the program may simply be run again.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from digest.announcing import announcements_between, is_up_to_date
from digest.compose import compose
from digest.due import is_due
from digest.errors import (
    ArchiveError,
    RecipientRefused,
    RenderError,
    SourceUnavailable,
    TransportError,
    TransportUnavailable,
)
from digest.keywords import distinct, key
from digest.models import (
    ArchiveOutcome,
    Config,
    KeywordOutcome,
    Mail,
    MailOutcome,
    Report,
    Subscriber,
)
from digest.novelty import first_baseline, flood, sightings
from digest.plaintext import counted
from digest.protocols import Archive, Clock, Finding, Known, Mailer, Question, Source, Store, Transport

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside. `undisturbed` holds signals back while a mail is handed over."""

    config: Config
    source: Source
    store: Store
    mailer: Mailer
    transport: Transport
    archive: Archive | None
    clock: Clock
    undisturbed: Callable[[], AbstractContextManager[None]]


def run(world: World, subscribers: Sequence[Subscriber]) -> Report:
    """Serve these subscribers (of all in the configuration) now. Raises StoreError."""
    leftovers = tuple(_deliver_leftovers(world, subscribers))
    world.store.enroll(world.config, world.clock.now())
    keywords = tuple(_fetch_all(world))
    unanswered = {key(outcome.keyword): outcome.last_good_at for outcome in keywords if outcome.problem}
    mails = tuple(_serve_all(world, subscribers, unanswered, leftovers))
    return Report(keywords, leftovers + mails, _publish(world))


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
    for finding in world.source.discover(questions):
        yield _record(world, finding, asked[key(finding.keyword)], now)


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


def _deliver_leftovers(world: World, subscribers: Sequence[Subscriber]) -> Iterator[MailOutcome]:
    """Send the mails that an earlier run had finished, as they are; stop if the mail server is down."""
    everybody = {subscriber.email: subscriber for subscriber in world.config.subscribers}
    for mail in world.store.unsent():
        subscriber = everybody.get(mail.recipient)
        if subscriber is None:
            world.store.mark_failed(mail.message_id, "no longer a subscriber", world.clock.now())
        elif subscriber in subscribers:
            outcome = _deliver(world, mail, subscriber.label, again=True)
            yield outcome
            if outcome.unavailable:
                return


def _serve_all(
    world: World,
    subscribers: Sequence[Subscriber],
    unanswered: Mapping[str, datetime | None],
    leftovers: Sequence[MailOutcome],
) -> Iterator[MailOutcome]:
    """Serve one after the other, until the mail server turns out to be down.

    Whoever's last mail could not be delivered just now waits for the next run.
    """
    down = next((outcome for outcome in leftovers if outcome.unavailable), None)
    waiting_for = {outcome.label for outcome in leftovers if outcome.problem}
    for subscriber in subscribers:
        if subscriber.label in waiting_for:
            continue
        outcome = _unserved(world, subscriber, down) if down else _serve(world, subscriber, unanswered)
        if outcome:
            yield outcome
            down = outcome if outcome.unavailable else None


def _serve(
    world: World, subscriber: Subscriber, unanswered: Mapping[str, datetime | None]
) -> MailOutcome | None:
    """Compose, freeze and deliver one digest; None if there is nothing to send."""
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
        mail = world.mailer.make(digest, now)
    except RenderError as exc:
        return MailOutcome(subscriber.label, problem=str(exc), hint=exc.hint)
    world.store.freeze(mail, waiting.through, now)
    outcome = _deliver(world, mail, subscriber.label)
    if not outcome.problem:
        world.store.mark_served(subscriber, now)
    return outcome


def _unserved(world: World, subscriber: Subscriber, down: MailOutcome) -> MailOutcome | None:
    """What is to be told of a subscriber while the mail server is down; None if nothing waits."""
    waits = world.store.waiting(subscriber).candidates
    return replace(down, label=subscriber.label) if waits else None


def _wants_empty(world: World, subscriber: Subscriber) -> bool:
    """Whether to say that there is nothing new: where it is wished for, and once a slot."""
    if world.config.mail.when_empty == "skip":
        return False
    served_at = world.store.served()[subscriber.email]
    return is_due(subscriber.schedule, world.clock.now(), served_at=served_at)


def _deliver(world: World, mail: Mail, label: str, *, again: bool = False) -> MailOutcome:
    """Hand a frozen mail over and write down at once how that ended.

    A mail that is tried `again` may have arrived the first time, so it keeps its papers and its bytes
    unless this recipient is refused.
    """
    store = world.store
    with world.undisturbed():
        try:
            world.transport.deliver(mail)
        except TransportError as exc:
            certain = isinstance(exc, RecipientRefused) or (
                isinstance(exc, TransportUnavailable) and not again
            )
            settle = store.mark_failed if certain else store.mark_unknown
            settle(mail.message_id, str(exc), world.clock.now())
            down = isinstance(exc, TransportUnavailable)
            return MailOutcome(label, problem=str(exc), hint=exc.hint, unavailable=down)
        store.mark_sent(mail.message_id, world.clock.now())
    return MailOutcome(label, papers=len(mail.papers))


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
