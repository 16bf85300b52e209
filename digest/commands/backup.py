"""The command that makes a backup."""

from pathlib import Path

import click

from digest.commands.context import CommandContext
from digest.store.backup import back_up


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(command: CommandContext, file: Path) -> None:
    """Copy the state to FILE, whole and checked, also while a run is under way."""
    back_up(command.config().state, file, command.clock.now())
    click.echo(f"{file}: {file.stat().st_size / 1_000_000:.1f} MB")
