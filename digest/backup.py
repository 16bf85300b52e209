"""The command that makes a backup."""

from pathlib import Path

import click

from digest.invocation import Invocation
from digest.store.backup import back_up


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(invocation: Invocation, file: Path) -> None:
    """Copy the state to FILE, whole and checked, also while a run is under way."""
    back_up(invocation.config().state, file, invocation.clock.now())
    click.echo(f"{file}: {file.stat().st_size / 1_000_000:.1f} MB")
