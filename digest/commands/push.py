"""`digest push`: commit what was published, and push it."""

from datetime import datetime
from pathlib import Path

import click

from digest.commands.context import CommandContext, print_lines
from digest.domain.settings import Config
from digest.publish.commits import Publication
from digest.publish.folder import ArchiveFolder
from digest.system.git import Git


@click.command()
@click.pass_obj
def push(command: CommandContext) -> None:
    """Commit what was published, and push it.

    A file of your own in the folder of the archive is left out. What others push meanwhile stays.
    """
    config = command.config()
    published = Publication(Git(config.file.parent), published_paths(config))
    done = published.push(_subject(command.clock.now()))
    print_lines(["pushed what was published" if done else "nothing new to push"])


def published_paths(config: Config) -> list[Path]:
    """The archive, and what the program has written beside it. What a person has there stays uncommitted."""
    archive = config.archive
    if archive.file is None:
        return []
    return [archive.file, *ArchiveFolder(archive.file.parent).own_files(archive.folder)]


def _subject(now: datetime) -> str:
    return f"Papers of {now:%B} {now.day}, {now.year}"
