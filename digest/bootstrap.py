"""Builds the real world from a configuration: the only module that knows all the parts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from digest.domain.schedule import ScheduleState
from digest.domain.settings import Config, SmtpServer
from digest.domain.tokens import Signer
from digest.errors import StoreError
from digest.mail.addresses import contact, domain
from digest.mail.builder import DigestMailBuilder
from digest.mail.content.render import MailRenderer
from digest.mail.file_transport import FileTransport
from digest.mail.smtp.transport import SmtpTransport
from digest.pipeline.context import RunContext
from digest.pipeline.ports import NullProgress, Progress, Transport
from digest.publish.readme import ReadmeArchive
from digest.sources.arxiv.api import ArxivApi
from digest.sources.arxiv.discovery import Discovery
from digest.sources.arxiv.feed import AnnouncementFeed
from digest.sources.http import ArxivClient
from digest.store.database import Database
from digest.store.restore import accept_restored, refuse_restored
from digest.store.store import SqlStore
from digest.system.clock import Clock
from digest.system.locks import held_lock
from digest.system.templates import templates_folder

Undisturbed = Callable[[], AbstractContextManager[None]]

OpenRun = AbstractContextManager[RunContext]


@contextmanager
def open_run(
    config: Config, clock: Clock, signals_deferred: Undisturbed, progress: Progress | None = None
) -> Iterator[RunContext]:
    """The world of a real run, for one process at a time. Raises LockHeld, StateRestored, StoreError."""
    with (
        held_lock(_run_lock(config)),
        closing(_store(config)) as store,
        closing(arxiv_client(config, clock)) as client,
        _transports(config) as transports,
    ):
        refuse_restored(store.database)
        context = _context(config, clock, store, client, transports)
        archive = archive_at(config.archive.file, config) if config.archive.file else None
        yield replace(
            context, archive=archive, signals_deferred=signals_deferred, progress=progress or NullProgress()
        )


@contextmanager
def open_dry_run(config: Config, clock: Clock, outbox: Path) -> Iterator[RunContext]:
    """A world that asks arXiv and writes its mails to this outbox, but remembers and publishes nothing."""
    with (
        closing(SqlStore.over(Database.dry_run(config.state))) as store,
        closing(arxiv_client(config, clock)) as client,
    ):
        yield _context(config, clock, store, client, [FileTransport(outbox)])


def refuse_restored_state(config: Config) -> None:
    """Raise StateRestored if a run would. Any other problem of the state is left to a run."""
    if config.state.exists():
        with suppress(StoreError), closing(_store(config)) as store:
            refuse_restored(store.database)


def accept_restored_state(config: Config, clock: Clock, *, send: bool) -> str:
    """Make a restored state the real one; see digest.store.restore. Raises LockHeld, StoreError."""
    with held_lock(_run_lock(config)), closing(_store(config)) as store:
        return accept_restored(store.database, clock.now(), send=send)


@contextmanager
def open_state(config: Config) -> Iterator[Database]:
    """The state, to be read. Raises StoreError, also where there is none yet."""
    with closing(Database.open_existing(config.state)) as database:
        yield database


def schedule_state(config: Config) -> ScheduleState:
    """What the state has for the daemon, without waiting for a run that is under way."""
    if not config.state.exists():
        return ScheduleState()
    with open_state(config) as database:
        return SqlStore.over(database).schedule_state(subscriber.email for subscriber in config.subscribers)


def waiting_for(database: Database, config: Config, paper_id: str) -> int:
    """For how many subscribers the paper waits."""
    store = SqlStore.over(database)
    emails = {subscriber.email for subscriber in config.subscribers}
    return len((store.mails.awaiting(paper_id) & emails) - store.suppressions.of(emails).keys())


def arxiv_client(config: Config, clock: Clock) -> ArxivClient:
    """Tells arXiv's operators whom to write to, if mails have a sender that can be answered."""
    address = contact(config.mail)
    reachable = "" if domain(address) == "localhost" else address
    return ArxivClient(config.arxiv, config.state.with_name("arxiv.lock"), clock, contact=reachable)


def _context(
    config: Config, clock: Clock, store: SqlStore, client: ArxivClient, transports: Sequence[Transport]
) -> RunContext:
    return RunContext(
        config=config,
        source=Discovery(ArxivApi(client, config.arxiv.api), AnnouncementFeed(client, config.arxiv.feed)),
        store=store,
        mail_builder=DigestMailBuilder(
            mail_renderer(config), config.mail, Signer(store.suppressions.signing_key())
        ),
        transports=transports,
        archive=None,
        clock=clock,
        signals_deferred=nullcontext,
    )


def _run_lock(config: Config) -> Path:
    return config.state.with_name("run.lock")


def _store(config: Config) -> SqlStore:
    return SqlStore.over(Database.open(config.state))


def mail_renderer(config: Config) -> MailRenderer:
    """What makes mails with the configuration's templates."""
    return MailRenderer(config.mail, *_templates(config))


def archive_at(file: Path, config: Config) -> ReadmeArchive:
    """The archive page as the configuration's templates have it, in this file."""
    return ReadmeArchive(file, *_templates(config))


def _templates(config: Config) -> tuple[Path, ...]:
    """The folders of templates; the first that has one counts."""
    return (*([config.templates] if config.templates else []), templates_folder())


def only_daemon(config: Config) -> AbstractContextManager[Path]:
    """Held by the one daemon of a state: a file, to be touched as a sign of life. Raises LockHeld."""
    return held_lock(config.state.with_name("daemon.lock"))


def smtp_transport(server: SmtpServer, config: Config) -> SmtpTransport:
    """Introduces itself by the sender's domain: a laptop's own name says nothing to anybody."""
    return SmtpTransport(
        server,
        helo=domain(config.mail.sender),
        mails_per_connection=config.mail.mails_per_connection,
    )


@contextmanager
def _transports(config: Config) -> Iterator[Sequence[Transport]]:
    """As many connections as the configuration allows, each opened when it is needed; or the outbox."""
    with ExitStack() as stack:
        if server := config.smtp:
            yield [
                stack.enter_context(closing(smtp_transport(server, config)))
                for _ in range(config.mail.connections)
            ]
        else:
            yield [FileTransport(config.outbox)]
