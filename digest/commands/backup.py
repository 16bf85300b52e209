"""`digest backup`: a copy of the state in one file."""

from pathlib import Path

import click

from digest.commands.context import CommandContext, print_lines, refuse_used_file
from digest.store.backup import back_up

_BYTES_A_MEGABYTE = 1_000_000


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(command: CommandContext, file: Path) -> None:
    """Copy the state to FILE, also during a run.

    The copy is complete and checked, and replaces an earlier backup of that name.
    """
    config = command.config()
    refuse_used_file(config, file)
    back_up(config.state, file, command.clock.now())
    print_lines([f"{file}: {file.stat().st_size / _BYTES_A_MEGABYTE:.1f} MB"])
