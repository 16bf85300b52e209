"""What every command has: the options before it, exit statuses, a way to print."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import click

from digest.commands.progress import shows_bars
from digest.config.load import load_config
from digest.domain.settings import Config
from digest.system.clock import SystemClock
from digest.system.signals import ShutdownSignals


class ExitStatus(IntEnum):
    """What the exit status says."""

    DONE = 0
    PARTLY_FAILED = 1
    CONFIGURATION = 2
    """Also a usage that makes no sense, or a decision that is a person's."""
    BUG = 3
    TRY_LATER = 75
    """EX_TEMPFAIL of sysexits.h"""
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The options that stand before the command, the clock and the signals."""

    config_file: Path
    quiet: bool
    log_format: str
    clock: SystemClock
    interrupts: ShutdownSignals

    def config(self) -> Config:
        return load_config(self.config_file, os.environ)

    @property
    def watched(self) -> bool:
        """Whether a person waits at a terminal."""
        return self.log_format == "plain" and not self.quiet and shows_bars(sys.stderr, os.environ)


def print_lines(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        click.echo(line, err=err)
