"""`digest upgrade`: bring a git clone of the program up to date."""

from pathlib import Path

import click

from digest.commands.context import CommandContext, print_lines
from digest.domain.text import counted
from digest.publish.upgrade import upgrade as upgrade_clone
from digest.system.git import Git


@click.command()
@click.pass_obj
def upgrade(command: CommandContext) -> None:
    """Bring the git clone in this folder up to date.

    The archive and your own changes stay. `make upgrade` then also installs what the new version needs.
    """
    new = upgrade_clone(Git(Path.cwd()))
    done = f"upgraded by {counted(new, 'commit')}; CHANGELOG.md says what is new"
    print_lines([done if new else "up to date: there is no newer version"])
