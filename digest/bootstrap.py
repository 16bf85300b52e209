"""Builds the real objects from a configuration: the only module that knows all the parts.

Each function imports the parts that it needs, because some are slow to import (SQLAlchemy, requests,
premailer) and many commands need only a few of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.domain.keywords import Keyword
from digest.domain.schedule import ScheduleState
from digest.domain.settings import Config, SmtpServer
from digest.errors import StoreError
from digest.mail.addresses import contact, domain
from digest.pipeline.context import RunContext
from digest.pipeline.ports import Calendar, ChangeList, Source, Transport
from digest.pipeline.progress import NullProgress, Progress
from digest.system.clock import Clock
from digest.system.locks import held_lock

if TYPE_CHECKING:
    from digest.domain.volume import VolumeResult
    from digest.mail.content.render import MailRenderer
    from digest.mail.smtp.transport import SmtpTransport
    from digest.pipeline.ranking import RunRankings
    from digest.publish.archive import FileArchive
    from digest.sources.arxiv.source import ArxivSource
    from digest.sources.http import ArxivClient
    from digest.store.database import Database
    from digest.store.store import SqlStore

DeferSignals = Callable[[], AbstractContextManager[None]]

OpenRun = AbstractContextManager[RunContext]

OpenSource = Callable[[Config, Clock], AbstractContextManager[Source]]


# The source of papers. A further source is built here.


@contextmanager
def open_source(config: Config, clock: Clock) -> Iterator["ArxivSource"]:
    """The source of papers."""
    from digest.sources.arxiv.source import ArxivSource

    client = arxiv_client(config, clock)
    yield ArxivSource(client, config.arxiv.api, config.arxiv.feed, config.arxiv.oai)


def source_calendar() -> Calendar:
    """When the source announces papers."""
    from digest.sources.arxiv.calendar import ArxivCalendar

    return ArxivCalendar()


def source_paper_id(text: str) -> str:
    """The id of a paper as a person writes it. Raises ValueError if the text is none."""
    from digest.sources.arxiv.identifiers import paper_id

    return paper_id(text)


def source_query(keyword: Keyword) -> str:
    """How the source is asked for a keyword, to be shown."""
    from digest.sources.arxiv.query import query_of

    return query_of(keyword)


def change_list_of(source: Source) -> ChangeList | None:
    """What the source is audited with; None if it has nothing of the kind."""
    from digest.sources.arxiv.source import ArxivSource

    return source.change_list if isinstance(source, ArxivSource) else None


def source_time(config: Config, clock: Clock) -> datetime | None:
    """Ask the source for its own clock; None if it has none. Raises SourceError."""
    with open_source(config, clock) as source:
        return source.ask_time()


def source_volumes(config: Config, clock: Clock, keywords: Iterable[Keyword]) -> "Iterator[VolumeResult]":
    """Ask the source how many papers it has for each keyword, one after the other. Raises no SourceError."""
    with open_source(config, clock) as source:
        yield from source.volumes(keywords, clock.now())


# Runs


@contextmanager
def open_run(
    config: Config,
    clock: Clock,
    signals_deferred: DeferSignals,
    progress: Progress | None = None,
    *,
    open_source: OpenSource = open_source,
) -> Iterator[RunContext]:
    """The context of a real run; holds the state's run lock. Raises LockHeld, StateRestored, StoreError."""
    from digest.mail.file_transport import FileTransport
    from digest.store.journal import FileJournal
    from digest.store.restore import refuse_restored

    progress = progress or NullProgress()
    with (
        held_lock(config.run_lock),
        _store(config) as store,
        closing(FileJournal(config.state)) as journal,
        open_source(config, clock) as source,
        _transports(config, progress.alive) as transports,
    ):
        refuse_restored(store.database)
        FileTransport(config.outbox).remove_unfinished()
        context = _context(config, clock, store, source, transports)
        archive = archive_at(config.archive.file, config) if config.archive.file else None
        yield replace(
            context,
            archive=archive,
            signals_deferred=signals_deferred,
            progress=progress,
            journal=journal,
        )


@contextmanager
def open_dry_run(config: Config, clock: Clock) -> Iterator[RunContext]:
    """A context that asks arXiv and makes mails, but delivers, remembers and publishes nothing.

    Raises StoreError.
    """
    from digest.mail.null_transport import NullTransport
    from digest.store.database import Database
    from digest.store.journal import record_in_copy
    from digest.store.store import SqlStore

    with (
        closing(SqlStore.over(Database.dry_run(config.state))) as store,
        open_source(config, clock) as source,
    ):
        record_in_copy(store.database)
        yield _context(config, clock, store, source, [NullTransport()])


def refuse_restored_state(config: Config) -> None:
    """Raise StateRestored if a run would. Any other fault of the state is left for the run to report."""
    from digest.store.database import Database, exists
    from digest.store.restore import refuse_restored

    with suppress(StoreError):
        if exists(config.state):
            with closing(Database.open(config.state)) as database:
                refuse_restored(database)


def accept_restored_state(config: Config, clock: Clock, *, send: bool) -> str:
    """Accept a restored state; see digest.store.restore. Raises LockHeld, StoreError."""
    from digest.store.restore import accept_restored

    with held_lock(config.run_lock), _store(config) as store:
        return accept_restored(store.database, clock.now(), send=send)


@contextmanager
def open_state(config: Config) -> Iterator["Database"]:
    """The state, to be read. Raises StoreError, also if there is none yet."""
    from digest.store.database import Database
    from digest.store.journal import try_record_kept

    try_record_kept(config.state)
    with closing(Database.open_existing(config.state)) as database:
        yield database


def schedule_state(config: Config) -> ScheduleState:
    """What the daemon needs to know of the state; does not wait for a run. Raises StoreError."""
    from digest.store.database import exists
    from digest.store.store import SqlStore

    if not exists(config.state):
        return ScheduleState()
    with open_state(config) as database:
        return SqlStore.over(database).schedule_state(subscriber.email for subscriber in config.subscribers)


def rankings(database: "Database") -> "RunRankings":
    """What the papers of each subscriber are ranked by."""
    from digest.bibliography.reading import read_library
    from digest.mail.content.facts import paper_facts
    from digest.pipeline.ranking import RunRankings
    from digest.store.queries.papers import SqlPaperStore

    return RunRankings(SqlPaperStore(database), read_library, paper_facts)


def arxiv_client(config: Config, clock: Clock) -> "ArxivClient":
    """The HTTP client for arXiv. Tells arXiv's operators the sender's address, if it can be answered."""
    from digest.sources.http import ArxivClient

    address = contact(config.mail)
    reachable = "" if domain(address) == "localhost" else address
    return ArxivClient(config.arxiv, config.arxiv_lock, clock, contact=reachable)


def mail_renderer(config: Config) -> "MailRenderer":
    """Renders mails with the configuration's templates."""
    from digest.mail.content.render import MailRenderer
    from digest.sources.arxiv.pages import paper_forms

    return MailRenderer(config.mail, *_template_folders(config), forms_of=paper_forms)


def archive_at(file: Path, config: Config, on_written: Callable[[Path], None] | None = None) -> "FileArchive":
    """The archive: the page in this file, and what lies beside it. `on_written` is told of each file."""
    from digest.publish.publishers import file_archive

    return file_archive(file, config.archive, _template_folders(config), on_written)


def smtp_transport(server: SmtpServer, config: Config, **options: Any) -> "SmtpTransport":
    """One connection to the mail server; the options are those of SmtpTransport.

    Greets with the sender's domain: a laptop's name means nothing.
    """
    from digest.config.mail_server import reread
    from digest.mail.smtp.transport import SmtpTransport

    options = {"mails_per_connection": config.mail.mails_per_connection, "reread": reread, **options}
    return SmtpTransport(server, domain(config.mail.sender), **options)


def only_daemon(config: Config) -> AbstractContextManager[Path]:
    """The lock of the one daemon of a state; its file is touched as a heartbeat. Raises LockHeld."""
    return held_lock(config.daemon_lock)


def _context(
    config: Config, clock: Clock, store: "SqlStore", source: Source, transports: Sequence[Transport]
) -> RunContext:
    from digest.domain.tokens import Signer
    from digest.mail.builder import DigestMailBuilder

    return RunContext(
        config=config,
        source=source,
        store=store,
        mail_builder=DigestMailBuilder(
            mail_renderer(config), config.mail, Signer(store.suppressions.signing_key())
        ),
        transports=transports,
        archive=None,
        clock=clock,
        signals_deferred=nullcontext,
        change_list=change_list_of(source),
        rankings=rankings(store.database),
        preferences=store.preferences,
    )


@contextmanager
def _store(config: Config) -> Iterator["SqlStore"]:
    """The state of who holds the run lock, with all that earlier runs could not record in it."""
    from digest.store.database import Database
    from digest.store.journal import record_kept
    from digest.store.store import SqlStore

    with closing(Database.open(config.state)) as database:
        record_kept(database, wait=True)
        yield SqlStore.over(database)


def _template_folders(config: Config) -> tuple[Path, ...]:
    """Where templates are looked for, in this order."""
    from digest.system.places import templates_folder

    return (*([config.templates] if config.templates else []), templates_folder())


@contextmanager
def _transports(config: Config, on_step: Callable[[], None]) -> Iterator[Sequence[Transport]]:
    """As many SMTP connections as the configuration allows, opened when they are used; or the outbox."""
    with ExitStack() as stack:
        if server := config.smtp:
            yield [
                stack.enter_context(closing(smtp_transport(server, config, on_step=on_step)))
                for _ in range(config.mail.connections)
            ]
        else:
            from digest.mail.file_transport import FileTransport

            yield [FileTransport(config.outbox)]
