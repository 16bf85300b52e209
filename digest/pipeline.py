"""One run, in order: who reads what, what is new, who is told, the archive.

Killed between any two lines, the program may simply be run again.
"""

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace

from digest.asking import ask_for_all
from digest.errors import ArchiveError
from digest.keywords import distinct
from digest.models import ArchiveOutcome, KeywordOutcome, MailOutcome, Report, Subscriber, Suppressed
from digest.serving import Service
from digest.trouble import trouble_of
from digest.world import World


def run(world: World, subscribers: Sequence[Subscriber]) -> Report:
    """Serve these subscribers (of all in the configuration) now. Raises StoreError."""
    with begun(world) as this:
        this.ask()
        this.serve(subscribers)
        this.publish()
    return this.report


@contextmanager
def begun(world: World) -> Iterator["Run"]:
    """A run that is written down: that it begins, and how it ended, unless something ends it early."""
    this = Run(world)
    yield this
    now = world.clock.now()
    world.store.end_run(this.number, now, trouble_of(this.report))
    world.store.tidy(now, world.config.mail.keep_days)


class Run:
    """The steps of a run, to be taken in this order; each may be left out. All raise StoreError."""

    def __init__(self, world: World) -> None:
        self._world, self._suppressed = enroll(world)
        self.number = world.store.begin_run(world.clock.now())
        self._service = Service(self._world)
        self._keywords: tuple[KeywordOutcome, ...] = ()
        self._mails: list[MailOutcome] = []
        self._archive = ArchiveOutcome()

    @property
    def report(self) -> Report:
        """What was done so far."""
        return Report(self._keywords, tuple(self._mails), self._archive)

    def ask(self) -> None:
        """Ask for all keywords, whoever is served: together they cost hardly more than one."""
        self._keywords = tuple(ask_for_all(self._world, self.number))

    def serve(self, subscribers: Sequence[Subscriber]) -> None:
        """Deliver to them what is new, and before that what earlier runs left."""
        readers = [reader for reader in subscribers if reader.email not in self._suppressed]
        self._mails += self._service.serve(readers)

    def resume(self, subscribers: Sequence[Subscriber]) -> None:
        """Deliver to them what earlier runs left, and nothing new."""
        self._mails += self._service.resume(subscribers)

    def publish(self) -> None:
        """Bring the archive up to date."""
        self._archive = _publish(self._world)


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
