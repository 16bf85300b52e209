"""`digest doctor`: test templates, state, archive, arXiv, the mail server and the sender's domain.

Sends no mail.
"""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import click

from digest.bootstrap import archive_at, smtp_transport, source_time
from digest.commands.checks import Check
from digest.commands.context import CommandContext, ExitStatus, config_summary, log_warnings, print_lines
from digest.commands.exposed import exposed_lines
from digest.commands.sender_checks import check_sender
from digest.domain.settings import Config, ImapServer, SmtpServer
from digest.domain.text import counted
from digest.errors import ArchiveError, ConfigError, DigestError, RenderError, StoreError
from digest.mail.smtp.limits import LOOK
from digest.preview.template_check import template_faults
from digest.store.database import Database
from digest.store.remedies import RESTORE
from digest.subscribers.reading import try_inbox
from digest.system.clock import Clock
from digest.system.files import followed, try_writing, who_else_writes
from digest.system.logging import BARE
from digest.system.remedies import remedy, said

logger = logging.getLogger(__name__)

LEAST_FREE_BYTES = 100_000_000

_HINTS = {"everybody": "let only its owner write there: chmod go-w"}
_AS_THEY = "run what writes there as that user: files of another user may lock it out"

_CLOCK_TOLERANCE = timedelta(days=2)  # arXiv may give the day alone, and in New York's time


@click.command()
@click.pass_obj
def doctor(command: CommandContext) -> int:
    """Do what check does, then test arXiv, the mail server, the state and the sender's domain.

    Sends no mail. Advice (!) is no failure.
    """
    name = command.config_file.name
    try:
        config = command.config()
    except ConfigError as exc:
        faults = "\n".join(command.fault_lines(exc))
        print_lines(Check(f"{name}: {counted(len(exc.faults), 'fault')}", faults, exc.hint).lines)
        return ExitStatus.CONFIGURATION
    failed = False
    log_warnings(config)
    _warn_of_others(config)
    for line in exposed_lines(config):
        logger.warning("warning: %s", line, extra=BARE)
    for check in chain([Check(f"{name} has {config_summary(config)}")], examine(config, command.clock)):
        print_lines((replace(check, detail="") if command.prints_to_log else check).lines)
        failed = failed or check.failed
    return ExitStatus.PARTLY_FAILED if failed else ExitStatus.DONE


@dataclass(frozen=True, slots=True)
class _Test:
    """`run` raises DigestError or OSError if something is wrong."""

    run: Callable[[], None]
    well: str
    failed: str

    def check(self) -> Check:
        try:
            self.run()
        except DigestError as exc:
            return Check(self.failed, str(exc), exc.hint, exc.detail)
        except OSError as exc:
            return Check(self.failed, said(exc), remedy(exc))
        return Check(self.well)


def examine(config: Config, clock: Clock) -> Iterator[Check]:
    """Run the tests one after the other; yields each result at once."""
    yield _check_templates(config.templates)
    for test in _local_tests(config):
        yield test.check()
    yield from _check_arxiv(config, clock)
    if config.sends_mail:
        yield _delivery_test(config).check()
        yield from _check_sender(config)
    if config.inbox:
        yield _inbox_test(config.inbox, config.inbox_password).check()


def shortage(free_bytes: int) -> str:
    """What is wrong with so much room on a disk; empty if nothing is."""
    if free_bytes >= LEAST_FREE_BYTES:
        return ""
    return f"only {free_bytes // 1_000_000} MB are free"


def clock_check(now: datetime, at_arxiv: datetime) -> Check:
    """Whether this machine's clock is about right."""
    if abs(now - at_arxiv) <= _CLOCK_TOLERANCE:
        return Check("the clock agrees with arXiv's")
    return Check(
        "the clock does not agree with arXiv's",
        f"it is {now:%Y-%m-%d %H:%M} UTC here, and {at_arxiv:%Y-%m-%d %H:%M} UTC at arXiv",
        "set the clock of this machine: it decides which papers are new and when digests are due",
    )


def _check_templates(folder: Path | None) -> Check:
    if faults := template_faults(folder):
        return Check("the templates cannot be filled in", "\n".join(faults), RenderError.hint)
    return Check("the templates can be filled in")


def _local_tests(config: Config) -> Iterator[_Test]:
    state = config.state
    yield _writable(f"the state {state}", lambda: _try_folder(state.parent))
    if os.path.lexists(state):
        yield _Test(lambda: _try_state(state), "the state is sound", "the state is not sound")
    room = "room on the disk of the state"
    yield _Test(lambda: _try_room(state.parent), f"there is {room}", f"there is too little {room}")
    if file := config.archive.file:
        yield _writable(f"the archive {file}", lambda: _try_archive(file, config))


def _delivery_test(config: Config) -> _Test:
    server = config.smtp
    if server is None:
        return _writable(f"the outbox {config.outbox}", lambda: _try_folder(config.outbox))
    name = f"the mail server {server.host}:{server.port}"
    return _Test(
        lambda: _try_smtp(server, config),
        well=f"{name} takes our TLS and password",
        failed=f"{name}: cannot connect or log in",
    )


def _inbox_test(inbox: ImapServer | Path, password: str | None) -> _Test:
    name = inbox.name if isinstance(inbox, ImapServer) else f"the inbox {inbox}"
    return _Test(lambda: try_inbox(inbox, password), f"{name} can be read", f"{name} cannot be read")


def _writable(name: str, run: Callable[[], None]) -> _Test:
    return _Test(run, f"{name} can be written", f"{name} cannot be written")


def _try_state(file: Path) -> None:
    """Read all of it."""
    with closing(Database.open_existing(file)) as database:
        if damage := database.damage():
            raise StoreError(file, f"the state is damaged: {damage}", RESTORE)


def _try_room(folder: Path) -> None:
    existing = _existing(folder)
    if short := shortage(shutil.disk_usage(existing).free):
        raise StoreError(existing, short, "make room: what cannot be recorded is not sent")


def _try_archive(file: Path, config: Config) -> None:
    """Check its markers, and write beside it."""
    folder = followed(file).parent
    if not folder.is_dir():
        raise ArchiveError(
            f"{folder}: there is no such folder", "make it, or name another file of the archive"
        )
    archive_at(file, config).check()
    try_writing(folder)


def _check_arxiv(config: Config, clock: Clock) -> Iterator[Check]:
    """Ask for the latest paper, and compare the clocks if arXiv's answer has the time."""
    api = config.arxiv.api
    try:
        at_arxiv = source_time(config, clock)
    except DigestError as exc:
        yield Check(f"arXiv does not answer as it should at {api}", str(exc), exc.hint)
        return
    yield Check(f"arXiv answers at {api}")
    if at_arxiv:
        yield clock_check(clock.now(), at_arxiv)


def _check_sender(config: Config) -> Iterator[Check]:
    """Look up the sender's domain, if mails go out."""
    from digest.system.name_server import NameServer  # only here: its library costs 70 ms

    if config.smtp:
        yield from check_sender(config.mail, config.smtp.host, NameServer(config.mail.name_server))


def _try_smtp(server: SmtpServer, config: Config) -> None:
    with closing(smtp_transport(server, config, timeouts=LOOK)) as transport:
        transport.connect()


def _try_folder(folder: Path) -> None:
    """Write there, or where it would be made: this only looks."""
    place = followed(folder)
    try_writing(place if os.path.lexists(place) else _existing(place.parent))


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _warn_of_others(config: Config) -> None:
    """Say where somebody else could replace files of the program. A test below says if one cannot look."""
    with suppress(OSError):
        for folder in dict.fromkeys(map(_existing, (config.state.parent, config.outbox))):
            if others := who_else_writes(folder):
                logger.warning("warning: %s may write in %s", others, folder, extra=BARE)
                logger.warning("hint: %s", _HINTS.get(others, _AS_THEY), extra=BARE)
