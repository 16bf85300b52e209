"""`digest run`: one run now, or a dry run."""

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import click

from digest import bootstrap
from digest.commands.context import (
    CommandContext,
    ExitStatus,
    log_warnings,
    print_lines,
    report_warning,
    selected_subscribers,
)
from digest.commands.progress import progress_of
from digest.domain.runs import Failure, Report
from digest.domain.settings import Config, MonitoringSettings
from digest.domain.subscribers import Subscriber
from digest.errors import DigestError, LockHeld
from digest.monitoring.monitor import RunMonitor
from digest.pipeline.audit import audit_if_due, leaves_room
from digest.pipeline.context import RunContext
from digest.pipeline.report import details, failures, hints, report_lines, struck_off_lines
from digest.pipeline.run import run as run_pipeline
from digest.subscribers.reading import MailboxReader, Reading, read_configured
from digest.system.logging import BARE, PRIVATE

logger = logging.getLogger(__name__)

_READING_SECONDS = 120.0  # a server that hangs must not delay the mails for long
_READ_AGAIN = "read their messages with `digest inbox --again`"


@click.command()
@click.option("--dry-run", is_flag=True, help="Fetch and render; remember, send and publish nothing.")
@click.option("--only", multiple=True, metavar="EMAIL", help="Only for this subscriber (repeatable).")
@click.option(
    "--after-restore",
    is_flag=False,
    flag_value="skip",
    type=click.Choice(["skip", "send"]),
    envvar="DIGEST_AFTER_RESTORE",
    help="Accept a restored state, and do not mail, or mail, what was announced since the backup.",
)
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice([str(kind) for kind in Failure]),
    default=[str(kind) for kind in Failure],
    help="End with 1 or 75 for failures of this kind only (repeatable); without it, for every kind.",
)
@click.pass_obj
def run(
    command: CommandContext,
    dry_run: bool,
    only: Sequence[str],
    after_restore: str | None,
    fail_on: Sequence[str],
) -> int:
    """Fetch, mail and publish now, for every subscriber."""
    config = command.config()
    log_warnings(config)
    subscribers = selected_subscribers(config, only)
    if after_restore and dry_run:
        raise click.UsageError("--after-restore decides for good, which --dry-run never does")
    if after_restore:
        _accept_restored_state(command, config, send=after_restore == "send")
    answers = Reading() if dry_run else _read_answers(command, config)
    report = (_dry_run if dry_run else _monitored_run)(command, config, subscribers)
    if not command.quiet:
        print_lines(_result_lines(report, config, dry_run=dry_run))
    _log_failures(report)
    failed = {*failures(report, command.clock.now()), *({Failure.INBOX} if answers.problem else ())}
    return _status_of(report, failed.intersection(fail_on))


def _read_answers(command: CommandContext, config: Config) -> Reading:
    """Read the inbox first, so that who wants no more mail gets none. What goes wrong there stops no run."""
    reading = read_configured(config, command.clock, MailboxReader(_READING_SECONDS))
    if not command.quiet:
        print_lines(reading.lines)
    if reading.problem:
        report_warning(reading.problem)
    return reading


def _accept_restored_state(command: CommandContext, config: Config, *, send: bool) -> None:
    sign = bootstrap.accept_restored_state(config, command.clock, send=send)
    if not command.quiet:
        print_lines(restoration_lines(sign, send=send), err=True)


def _monitored_run(command: CommandContext, config: Config, subscribers: Sequence[Subscriber]) -> Report:
    """A real run. Monitoring learns how it went if it was for all subscribers, even when an error ends it."""
    for_all = subscribers == config.subscribers
    monitor = RunMonitor(config if for_all else replace(config, monitoring=MonitoringSettings()))
    with closing(monitor):
        try:
            with bootstrap.open_run(config, command.clock, command.signals.signals_deferred) as context:
                monitor.started()
                report = _run_with_bar(command, context, subscribers)
                monitor.ended(context, report, everybody_served=not report.problems.lines)
                if for_all and leaves_room(report) and audit_if_due(context):
                    monitor.audited(context, report)
        except LockHeld:
            raise  # the run that holds the lock reports for itself
        except Exception as exc:
            monitor.failed(str(exc) if isinstance(exc, DigestError) else "a bug")
            raise
    return report


def _dry_run(command: CommandContext, config: Config, subscribers: Sequence[Subscriber]) -> Report:
    with bootstrap.open_dry_run(config, command.clock) as context:
        return _run_with_bar(command, context, subscribers)


def _run_with_bar(command: CommandContext, context: RunContext, subscribers: Sequence[Subscriber]) -> Report:
    """The run, with a progress bar where a person waits at a terminal."""
    with progress_of(command) as progress:
        return run_pipeline(replace(context, progress=progress), subscribers)


def _result_lines(report: Report, config: Config, *, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield "a dry run: nothing is sent, remembered or published; a run would give:"
    yield from report_lines(report, has_subscribers=bool(config.subscribers))
    if not (dry_run or config.smtp) and any(not mail.problem for mail in report.mails):
        yield f"the mails are in {config.outbox}; open the .html files in a browser"


def _log_failures(report: Report) -> None:
    """Log who gets no more mail, what failed, and what to do about it."""
    for line in struck_off_lines(report):
        logger.warning("%s", line, extra=BARE)
    for problem in report.problems.lines:
        logger.error("error: %s", problem, extra=BARE)
    for detail in details(report):
        logger.error("%s", detail, extra=PRIVATE)
    for hint in hints(report):
        logger.warning("hint: %s", hint, extra=BARE)


def _status_of(report: Report, failed: Collection[Failure]) -> ExitStatus:
    """`failed` is what counts."""
    for kind, outcomes in ((Failure.FETCH, report.keywords), (Failure.SERVER, report.mails)):
        if kind in failed and outcomes and all(outcome.unavailable for outcome in outcomes):
            return ExitStatus.TRY_LATER
    return ExitStatus.PARTLY_FAILED if failed else ExitStatus.DONE


def restoration_lines(sign: str, *, send: bool) -> Iterator[str]:
    """What `--after-restore` decided. `sign` says how the state is known as restored; empty if it is not."""
    if not sign:
        yield "the state was not restored from a backup: there is nothing to decide"
    elif send:
        yield f"{sign}; what was announced since then is mailed, perhaps again"
    else:
        yield f"{sign}; what was announced since then is mailed to nobody"
    if sign:
        yield f"people who unsubscribed since then get mail again: {_READ_AGAIN}"
