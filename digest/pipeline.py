"""One run, in order: what was left over, who reads what, what is new, who is told, the archive.

Killed between any two lines, the program may simply be run again.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from digest.compose import compose
from digest.due import is_due
from digest.errors import (
    ArchiveError,
    DeliveryUnknown,
    RecipientRefused,
    RenderError,
    SourceError,
    SourceUnavailable,
    TransportUnavailable,
)
from digest.keywords import distinct, key
from digest.models import (
    ArchiveOutcome,
    Config,
    Keyword,
    KeywordOutcome,
    Mail,
    MailOutcome,
    Report,
    Subscriber,
)
from digest.novelty import first_baseline, sightings
from digest.plaintext import counted
from digest.protocols import Archive, Clock, Mailer, Source, Store, Transport

logger = logging.getLogger(__name__)

_GIVE_UP_AFTER = 2  # keywords in a row for which arXiv did not serve us


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
    keywords = tuple(_fetch_all(world, _asked_for(world.config, subscribers)))
    failed = {key(outcome.keyword) for outcome in keywords if outcome.problem}
    down = next((outcome.problem for outcome in leftovers if outcome.unavailable), "")
    mails = tuple(_serve_all(world, subscribers, failed, down=down))
    return Report(keywords, leftovers + mails, _publish(world))


def _asked_for(config: Config, subscribers: Sequence[Subscriber]) -> tuple[Keyword, ...]:
    """The keywords of these subscribers, and the archive's own ones when everybody is served."""
    if len(subscribers) == len(config.subscribers):
        return distinct(config.keywords)
    return distinct(keyword for subscriber in subscribers for keyword in subscriber.keywords)


def _fetch_all(world: World, keywords: Sequence[Keyword]) -> Iterator[KeywordOutcome]:
    refusals = 0
    logger.info("asking arXiv for %s", counted(len(keywords), "keyword"))
    for number, keyword in enumerate(keywords, start=1):
        logger.debug("asking arXiv for %r (%d of %d)", keyword.name, number, len(keywords))
        outcome = _fetch(world, keyword) if refusals < _GIVE_UP_AFTER else _not_asked(world, keyword)
        refusals = refusals + 1 if outcome.unavailable else 0
        yield outcome


def _fetch(world: World, keyword: Keyword) -> KeywordOutcome:
    known = world.store.known(keyword)
    try:
        answer = world.source.search(keyword, known)
    except SourceError as exc:
        return _failed(world, keyword, str(exc), unavailable=isinstance(exc, SourceUnavailable))
    found = sightings(answer, known)
    baseline = first_baseline(answer, world.store.highest_order())
    world.store.record_answer(keyword, found, baseline, world.clock.now())
    past = len(found) if known.baseline is None else 0
    return KeywordOutcome(keyword, new=sum(sighting.fresh for sighting in found), past=past)


def _not_asked(world: World, keyword: Keyword) -> KeywordOutcome:
    return _failed(world, keyword, "not asked for: arXiv does not serve us at the moment", unavailable=True)


def _failed(world: World, keyword: Keyword, problem: str, *, unavailable: bool) -> KeywordOutcome:
    world.store.record_failure(keyword, problem, world.clock.now())
    return KeywordOutcome(keyword, problem=problem, unavailable=unavailable)


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
    world: World, subscribers: Sequence[Subscriber], failed: Collection[str], *, down: str
) -> Iterator[MailOutcome]:
    """Serve one after the other, until the mail server turns out to be down (`down` says why)."""
    in_doubt = {mail.recipient for mail in world.store.unsent()}
    for subscriber in subscribers:
        if subscriber.email in in_doubt:
            continue  # their last mail comes first, and may have been delivered
        outcome = _unserved(world, subscriber, down) if down else _serve(world, subscriber, failed)
        if outcome:
            yield outcome
            down = outcome.problem if outcome.unavailable else ""


def _serve(world: World, subscriber: Subscriber, failed: Collection[str]) -> MailOutcome | None:
    """Compose, freeze and deliver one digest; None if there is nothing to send."""
    now = world.clock.now()
    waiting = world.store.waiting(subscriber)
    complete = not any(key(keyword) in failed for keyword in subscriber.keywords)
    if not waiting.candidates and not (complete and _wants_empty(world, subscriber)):
        if complete:
            world.store.mark_served(subscriber, now)
        return None
    digest = compose(subscriber, waiting.candidates, now.astimezone(subscriber.schedule.timezone).date())
    try:
        mail = world.mailer.make(digest, now)
    except RenderError as exc:
        return MailOutcome(subscriber.label, problem=str(exc))
    world.store.freeze(mail, waiting.through, now)
    outcome = _deliver(world, mail, subscriber.label)
    if not outcome.problem:
        world.store.mark_served(subscriber, now)
    return outcome


def _unserved(world: World, subscriber: Subscriber, down: str) -> MailOutcome | None:
    """What is to be told of a subscriber while the mail server is down; None if nothing waits."""
    if not world.store.waiting(subscriber).candidates:
        return None
    return MailOutcome(subscriber.label, problem=down, unavailable=True)


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
    store, now = world.store, world.clock.now
    with world.undisturbed():
        try:
            world.transport.deliver(mail)
        except RecipientRefused as exc:
            store.mark_failed(mail.message_id, str(exc), now())
            return MailOutcome(label, problem=str(exc))
        except DeliveryUnknown as exc:
            store.mark_unknown(mail.message_id, str(exc), now())
            return MailOutcome(label, problem=str(exc))
        except TransportUnavailable as exc:
            settle = store.mark_unknown if again else store.mark_failed
            settle(mail.message_id, str(exc), now())
            return MailOutcome(label, problem=str(exc), unavailable=True)
        store.mark_sent(mail.message_id, now())
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
        return ArchiveOutcome(problem=str(exc))
