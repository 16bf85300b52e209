"""`digest audit`: how complete the digests are, by a list that arXiv gives in another way."""

import logging
from collections.abc import Iterator
from contextlib import closing

import click

from digest import bootstrap
from digest.commands.context import CommandContext, ExitStatus, print_lines
from digest.domain.auditing import Audit, KeywordFigures, recall_line
from digest.domain.settings import Config
from digest.domain.text import counted
from digest.errors import SourceError, SourceUnavailable
from digest.monitoring.monitor import RunMonitor
from digest.pipeline.audit import audit as audit_now
from digest.system.logging import BARE

logger = logging.getLogger(__name__)


@click.command()
@click.pass_obj
def audit(command: CommandContext) -> int:
    """Ask arXiv in another way for what was missed; show how complete the digests are.

    Missed papers come with the next digest, marked as late. By itself the program does this once a week.
    """
    config = command.config()
    if config.arxiv.oai is None:
        logger.error("error: a local arXiv is not audited against the real one", extra=BARE)
        logger.warning("hint: DIGEST_ARXIV_OAI names the OAI-PMH server of the local one", extra=BARE)
        return ExitStatus.CONFIGURATION
    try:
        result = _audited(command, config)
    except SourceError as exc:
        return _without_figure(exc)
    if not command.quiet:
        print_lines(audit_lines(result) if result else ["there is nothing to audit before the second day"])
    return ExitStatus.DONE


def _audited(command: CommandContext, config: Config) -> Audit | None:
    with (
        bootstrap.open_run(config, command.clock, command.signals.signals_deferred) as context,
        closing(RunMonitor(config)) as monitor,
    ):
        result = audit_now(context)
        if result:
            monitor.audited(context)
        return result


def _without_figure(problem: SourceError) -> ExitStatus:
    logger.error("error: the audit gives no figure: %s", problem, extra=BARE)
    if isinstance(problem, SourceUnavailable):
        logger.warning("hint: try again later; nothing is changed", extra=BARE)
        return ExitStatus.TRY_LATER
    logger.warning("hint: arXiv's answer cannot be true; the audit is repeated with a later run", extra=BARE)
    return ExitStatus.PARTLY_FAILED


def audit_lines(audit: Audit) -> Iterator[str]:
    """The figures of each keyword, what was missed and why, and the recall of all."""
    width = max(len(figures.name) for figures in audit.keywords)
    yield f"announced papers that match, by what arXiv changed since {audit.since}:"
    for figures in audit.keywords:
        yield f"{figures.name:{width}}  {_figures(figures)}"
        yield from (f"  {missed.id}: {missed.reason}" for missed in figures.missed)
    for text in audit.unreadable:
        yield f"a record could not be read: {text}"
    yield recall_line(audit)
    yield f"this took {counted(audit.requests, 'request')}"


def _figures(figures: KeywordFigures) -> str:
    return (
        f"{figures.matching} announced: {figures.mailed} mailed, {figures.waiting} waiting, "
        f"{len(figures.missed)} missed"
    )
