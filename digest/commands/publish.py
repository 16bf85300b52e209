"""`digest publish`: bring the archive up to date from the state, without arXiv and without mails."""

import logging
from functools import partial
from pathlib import Path

import click

from digest import bootstrap
from digest.commands.context import CommandContext, ExitStatus, log_warnings, print_lines
from digest.commands.publish_github import github
from digest.pipeline.publishing import publish as publish_archive
from digest.store.queries.keywords import SqlKeywordStore
from digest.system.locks import held_lock
from digest.system.logging import BARE

logger = logging.getLogger(__name__)


@click.group(invoke_without_command=True)
@click.pass_context
def publish(context: click.Context) -> int | None:
    """Bring the archive up to date from the state, without arXiv and mails.

    Prints the name of each file that it writes.
    """
    return None if context.invoked_subcommand else _publish_archive(context.obj)


publish.add_command(github)


def _publish_archive(command: CommandContext) -> int:
    config = command.config()
    log_warnings(config)
    file = config.archive.file
    if file is None:
        raise click.UsageError("there is no archive; write `file: README.md` below `archive:`")
    archive = bootstrap.archive_at(file, config, partial(_print_name, file.parent, quiet=command.quiet))
    # With the lock of a run: what a run finds and publishes is newer than what is read here.
    with bootstrap.open_state(config) as database, held_lock(config.run_lock):
        outcome = publish_archive(archive, SqlKeywordStore(database), config.archive)
    for problem in outcome.problem.splitlines():
        logger.error("error: %s", problem, extra=BARE)
    if outcome.hint:
        logger.warning("hint: %s", outcome.hint, extra=BARE)
    if not (outcome.changed or outcome.problem or command.quiet):
        print_lines(["the archive is up to date"])
    return ExitStatus.PARTLY_FAILED if outcome.problem else ExitStatus.DONE


def _print_name(folder: Path, written: Path, *, quiet: bool) -> None:
    if not quiet:
        print_lines([f"wrote {written.relative_to(folder)}"])
