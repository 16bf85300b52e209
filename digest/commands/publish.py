"""`digest publish`: what the state knows, for those who get no mail."""

import click

from digest.commands.publish_github import github


@click.group()
def publish() -> None:
    """Tell those who watch the repository what is new."""


publish.add_command(github)
