"""`digest demo`: three days with a small arXiv of invented papers."""

import logging
import tempfile
from pathlib import Path

import click

from digest.commands.context import CommandContext, print_lines
from digest.demo.scenario import run_scenario


@click.command()
@click.pass_obj
def demo(command: CommandContext) -> None:
    """Live through three days with a small arXiv of invented papers: no network, nothing to configure."""
    logging.getLogger().setLevel(logging.WARNING)  # the story tells it all
    print_lines(run_scenario(Path(tempfile.mkdtemp(prefix="daily-papers-demo-"))))
