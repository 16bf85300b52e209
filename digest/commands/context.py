"""What all commands share: the options before the command, the exit statuses, a way to print."""

import logging
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.domain.identity import mailbox_of
from digest.domain.text import counted
from digest.errors import ConfigError, DigestError
from digest.system.clock import SystemClock
from digest.system.logging import BARE, PRIVATE, is_journal, is_public_log, is_terminal
from digest.system.masking import masked
from digest.system.places import place_of
from digest.system.signals import ShutdownSignals

if TYPE_CHECKING:
    from digest.domain.settings import Config
    from digest.domain.subscribers import Subscriber


logger = logging.getLogger(__name__)

MOST_WARNINGS_LOGGED = 10

_STDOUT = 1


class ExitStatus(IntEnum):
    """The exit statuses of every command."""

    DONE = 0
    PARTLY_FAILED = 1
    CONFIGURATION = 2
    """Also wrong usage, or a decision that a person must make."""
    BUG = 3
    TRY_LATER = 75
    """EX_TEMPFAIL of sysexits.h"""
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The options before the command, the clock and the signals."""

    config_file: Path
    quiet: bool
    log_format: str
    clock: SystemClock
    signals: ShutdownSignals

    def config(self) -> "Config":
        """Read the configuration from the file and the environment. Raises ConfigError."""
        from digest.config.load import load_config  # only where it is needed: pydantic starts slowly

        return load_config(self.config_file, os.environ)

    def fault_lines(self, error: ConfigError) -> list[str]:
        """The faults as results for standard output: in a log only where they are."""
        return [fault.in_log if self.prints_to_log else str(fault) for fault in error.faults]

    @property
    def prints_to_log(self) -> bool:
        """Whether standard output becomes a log, so that others may read it."""
        read_by_others = is_journal(_STDOUT, os.environ) or is_public_log(os.environ)
        for_log = self.quiet or self.log_format == "json" or read_by_others
        return for_log and not is_terminal(sys.stdout)


def selected_subscribers(config: "Config", emails: Iterable[str]) -> "tuple[Subscriber, ...]":
    """The subscribers with these addresses, however spelled; all subscribers if there is no address.

    Raises click.UsageError if an address is nobody's.
    """
    wanted = {mailbox_of(email) for email in emails}
    found = tuple(subscriber for subscriber in config.subscribers if mailbox_of(subscriber.email) in wanted)
    if len(found) < len(wanted):
        raise click.UsageError(f"not every address is a subscriber's in {config.file.name}")
    return found or config.subscribers


def refuse_used_file(config: "Config", file: Path) -> None:
    """Raise click.UsageError if this is a file that the configuration names, or that belongs to one."""
    place = place_of(file)
    for used in config.used_paths:
        here = place_of(used.path)
        if place.is_same(here) or (used.is_folder and place.is_within(here)):
            raise click.UsageError(f"{file} is {'in ' * used.is_folder}{used.name}; name another file")


def config_summary(config: "Config") -> str:
    """`no faults`, and how many warnings there are."""
    warnings = f", {counted(len(config.warnings), 'warning')}" if config.warnings else ""
    return f"no faults{warnings}"


def log_warnings(config: "Config") -> None:
    """Log the first of the configuration's warnings, a line each; `digest check` prints all in full."""
    for warning in config.warnings[:MOST_WARNINGS_LOGGED]:
        logger.warning("warning: %s", str(warning).splitlines()[0].removesuffix(":"), extra=BARE)
    if config.warnings:
        left = len(config.warnings) - MOST_WARNINGS_LOGGED
        more = f"{counted(left, 'more warning')}; " if left > 0 else ""
        logger.warning("hint: %s`digest check` shows what to write", more, extra=BARE)


def report_error(error: DigestError) -> None:
    """Log the facts of the error, and what to do about it; a server's own words are for a person only."""
    _report("error", error, logging.ERROR)


def report_warning(error: DigestError) -> None:
    """The same for what went wrong beside the work."""
    _report("warning", error, logging.WARNING)


def _report(kind: str, error: DigestError, level: int) -> None:
    logger.log(level, "%s: %s", kind, error, extra=BARE)
    if error.detail:
        logger.log(level, "%s", error.detail, extra=PRIVATE)
    if error.hint:
        logger.warning("hint: %s", error.hint, extra=BARE)


def print_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Print to standard output, or to standard error; without any address where everybody may read it."""
    is_public = is_public_log(os.environ)
    for line in lines:
        click.echo(masked(line) if is_public else line, err=err)
