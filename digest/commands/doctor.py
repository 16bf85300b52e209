"""A closer look at what a run needs: templates, state, archive, arXiv, the mail server. Sends no mail."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import click

from digest.bootstrap import arxiv_client, smtp_transport
from digest.commands.context import CommandContext, ExitStatus, print_lines
from digest.domain.settings import Config, SmtpServer
from digest.errors import ArchiveError, ConfigError, DigestError, RenderError, StoreError
from digest.preview.template_check import template_faults
from digest.publish.markers import frame
from digest.sources.arxiv.api import ArxivApi
from digest.store.database import Database
from digest.system.clock import Clock
from digest.system.files import make_private_folder, write_atomically

LEAST_FREE_BYTES = 100_000_000

_CLOCK_TOLERANCE = timedelta(days=2)  # arXiv may tell the day alone, and in New York's time


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; without a problem (of one line or several) all is well."""

    subject: str
    problem: str = ""
    hint: str = ""

    @property
    def lines(self) -> Iterator[str]:
        """With a tick; or with a cross, what is wrong and what to do."""
        yield f"{'✗' if self.problem else '✓'} {self.subject}"
        for line in (*self.problem.splitlines(), self.hint):
            if line:
                yield f"    {line}"


def examine(config: Config, clock: Clock) -> Iterator[Check]:
    """One check after the other, as they are done."""
    yield _templates(config.templates)
    yield _check(f"the state {config.state} can be written", lambda: _check_folder(config.state.parent))
    if config.state.exists():
        yield _check("the state is sound", lambda: _check_state(config.state))
    yield _check("there is room on the disk of the state", lambda: _check_room(config.state.parent))
    if file := config.archive.file:
        yield _check(f"the archive {file} can be written", lambda: _check_archive(file))
    yield from _examine_arxiv(config, clock)
    if server := config.smtp:
        name = f"{server.host}:{server.port}"
        yield _check(
            f"the mail server {name} takes our TLS and password", lambda: _check_smtp(server, config)
        )
    else:
        yield _check(f"the outbox {config.outbox} can be written", lambda: _check_folder(config.outbox))


def shortage(free_bytes: int) -> str:
    """What is wrong with so much room on a disk; empty if nothing is."""
    if free_bytes >= LEAST_FREE_BYTES:
        return ""
    return f"only {free_bytes // 1_000_000} MB are free"


def clock_check(now: datetime, at_arxiv: datetime) -> Check:
    """Whether this machine's clock is about right."""
    subject = "the clock agrees with arXiv's"
    if abs(now - at_arxiv) <= _CLOCK_TOLERANCE:
        return Check(subject)
    told = f"it is {now:%Y-%m-%d %H:%M} UTC here, and {at_arxiv:%Y-%m-%d %H:%M} UTC at arXiv"
    return Check(subject, told, "set the clock of this machine: by it papers are new and digests due")


def _check(subject: str, look: Callable[[], None]) -> Check:
    try:
        look()
    except DigestError as exc:
        return Check(subject, str(exc), exc.hint)
    except OSError as exc:
        return Check(subject, str(exc), "let the program write there")
    return Check(subject)


def _templates(folder: Path | None) -> Check:
    faults = template_faults(folder)
    return Check("the templates can be filled in", "\n".join(faults), RenderError.hint if faults else "")


def _check_state(file: Path) -> None:
    """Read all of it."""
    with closing(Database.open_existing(file)) as database:
        if damage := database.damage():
            raise StoreError(file, f"the state is damaged: {damage}", "restore it from a backup")


def _check_room(folder: Path) -> None:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if short := shortage(shutil.disk_usage(there).free):
        raise StoreError(there, short, "make room: where nothing can be recorded, nothing is sent")


def _check_archive(file: Path) -> None:
    """Look whether its markers are in order, and write beside it."""
    folder = file.resolve().parent
    if not folder.is_dir():
        raise ArchiveError(
            f"{folder}: there is no such folder", "make it, or name another file of the archive"
        )
    if file.exists():
        frame(file.read_bytes(), file)
    _write_in(folder)


def _examine_arxiv(config: Config, clock: Clock) -> Iterator[Check]:
    """Ask for the latest paper, and for the time."""
    subject = f"arXiv answers at {config.arxiv.api}"
    try:
        with closing(arxiv_client(config, clock)) as client:
            page = ArxivApi(client, config.arxiv.api).newest("cat:cs.*", 1)
    except DigestError as exc:
        yield Check(subject, str(exc), exc.hint)
        return
    yield Check(subject)
    if page.asked_at:
        yield clock_check(clock.now(), page.asked_at)


def _check_smtp(server: SmtpServer, config: Config) -> None:
    with closing(smtp_transport(server, config)) as transport:
        transport.connect()


def _check_folder(folder: Path) -> None:
    make_private_folder(folder)
    _write_in(folder)


def _write_in(folder: Path) -> None:
    probe = folder / ".doctor"
    write_atomically(probe, b"")
    probe.unlink()


@click.command()
@click.pass_obj
def doctor(command: CommandContext) -> int:
    """Check, and then look whether arXiv, the mail server and the state can be used. Sends no mail."""
    subject = f"{command.config_file.name} has no faults"
    try:
        config = command.config()
    except ConfigError as exc:
        print_lines(Check(subject, str(exc), exc.hint).lines)
        return ExitStatus.CONFIGURATION
    failed = False
    for found in chain([Check(subject)], examine(config, command.clock)):
        print_lines(found.lines)
        failed = failed or bool(found.problem)
    return ExitStatus.PARTLY_FAILED if failed else ExitStatus.DONE
