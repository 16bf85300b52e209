"""`digest demo`: three days with a small arXiv of invented papers."""

import logging
import tempfile
from pathlib import Path

import click

from digest.commands.context import CommandContext, print_lines
from digest.demo.scenario import run_scenario


@click.command()
@click.pass_obj
def demo(_command: CommandContext) -> None:
    """Show three days with a small arXiv of invented papers.

    Needs no network and no configuration. Says where the mails and the archive are.
    """
    logging.getLogger().setLevel(logging.WARNING)  # the lines that it prints say the same
    print_lines(run_scenario(Path(tempfile.mkdtemp(prefix="daily-papers-demo-"))))
