"""`digest run`: one run now."""

import logging
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from digest import bootstrap
from digest.commands.context import CommandContext, ExitStatus, print_lines
from digest.commands.progress import bar_on_stderr
from digest.domain.runs import Report
from digest.domain.settings import Config, MonitoringSettings
from digest.domain.subscribers import Subscriber
from digest.errors import DigestError, LockHeld
from digest.monitoring.monitor import RunMonitor
from digest.pipeline.context import RunContext
from digest.pipeline.report import hints, report_lines
from digest.pipeline.run import run as run_pipeline
from digest.system.logging import BARE

logger = logging.getLogger(__name__)


@click.command()
@click.option("--dry-run", is_flag=True, help="Fetch and render; remember, send and publish nothing.")
@click.option("--only", multiple=True, metavar="EMAIL", help="Serve this subscriber alone (repeatable).")
@click.option(
    "--after-restore",
    is_flag=False,
    flag_value="skip",
    type=click.Choice(["skip", "send"]),
    help="Take a restored state for the real one, and do not mail, or mail, what was announced since.",
)
@click.pass_obj
def run(command: CommandContext, dry_run: bool, only: Sequence[str], after_restore: str | None) -> int:
    """Fetch, mail and publish now, for every subscriber."""
    config = command.config()
    subscribers = _selected(config, only)
    if after_restore:
        if dry_run:
            raise click.UsageError("--after-restore decides for good, which --dry-run never does")
        send = after_restore == "send"
        sign = bootstrap.accept_restored_state(config, command.clock, send=send)
        if not command.quiet:
            print_lines(restoration_lines(sign, send=send), err=True)
    if dry_run:
        with tempfile.TemporaryDirectory() as outbox:
            report = _rehearse(command, config, subscribers, Path(outbox))
    else:
        report = _run(command, config, subscribers)
    if not command.quiet:
        if dry_run:
            print_lines(["a rehearsal: nothing is sent, remembered or published; it would be:"])
        print_lines(report_lines(report))
        if not (dry_run or config.smtp) and any(not mail.problem for mail in report.mails):
            print_lines([f"the mails lie in {config.outbox}; open the .html files in a browser"])
    return _conclude(report)


def _selected(config: Config, emails: Iterable[str]) -> tuple[Subscriber, ...]:
    """The subscribers with these addresses; all if there are none."""
    wanted = {email.casefold() for email in emails}
    found = [subscriber for subscriber in config.subscribers if subscriber.email.casefold() in wanted]
    if len(found) < len(wanted):
        raise click.UsageError(f"not every address is a subscriber's in {config.file.name}")
    return tuple(found) or config.subscribers


def _run(command: CommandContext, config: Config, subscribers: Sequence[Subscriber]) -> Report:
    """A run for all is told to whoever watches; what ends it early, too."""
    everybody = subscribers == config.subscribers
    watch = RunMonitor(config if everybody else replace(config, monitoring=MonitoringSettings()))
    with closing(watch):
        try:
            with bootstrap.open_run(config, command.clock, command.interrupts.signals_deferred) as context:
                watch.started()
                report = _shown(command, context, subscribers)
                watch.ended(context, report, everybody_served=not report.problems.lines)
        except LockHeld:
            raise  # the run that holds it tells how it goes
        except Exception as exc:
            watch.failed(str(exc) if isinstance(exc, DigestError) else "a bug")
            raise
    return report


def _rehearse(
    command: CommandContext, config: Config, subscribers: Sequence[Subscriber], outbox: Path
) -> Report:
    with bootstrap.open_dry_run(config, command.clock, outbox) as context:
        return _shown(command, context, subscribers)


def _shown(command: CommandContext, context: RunContext, subscribers: Sequence[Subscriber]) -> Report:
    """A run whose progress a person sees who sits at a terminal."""
    if not command.watched:
        return run_pipeline(context, subscribers)
    with bar_on_stderr(command.clock) as progress:
        return run_pipeline(replace(context, progress=progress), subscribers)


def _conclude(report: Report) -> ExitStatus:
    """Tell what failed and what to do, and make it an exit status."""
    for problem in report.problems.lines:
        logger.error("error: %s", problem, extra=BARE)
    for hint in hints(report):
        logger.warning("hint: %s", hint, extra=BARE)
    for outcomes in (report.keywords, report.mails):
        if outcomes and all(outcome.unavailable for outcome in outcomes):
            return ExitStatus.TRY_LATER
    return ExitStatus.PARTLY_FAILED if report.problems.lines else ExitStatus.DONE


def restoration_lines(sign: str, *, send: bool) -> Iterator[str]:
    """What was decided about a state; `sign` shows that it was restored, if it was."""
    if not sign:
        yield "the state was not restored from a copy: there is nothing to decide"
    elif send:
        yield f"{sign}; what was announced since then is mailed, perhaps again"
    else:
        yield f"{sign}; what was announced since then is mailed to nobody"
    if sign:
        yield "whoever unsubscribed since then gets mail again: let `digest inbox` read that once more"
