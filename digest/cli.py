"""The command line: the only place that prints, and the boundary where errors become exit statuses."""

import logging
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

import click

from digest import __version__, app, logs
from digest.backup import backup
from digest.clock import SystemClock
from digest.config.environment import started_at
from digest.config.load import load_config
from digest.daemon import Daemon
from digest.demo.story import tell
from digest.errors import ConfigError, DigestError, LockHeld, StateRestored
from digest.interrupts import Hangups, Interrupted, Interrupts
from digest.looking import check, doctor, explain, status
from digest.models import Config, MonitoringSettings, Report, Subscriber
from digest.monitoring.monitor import Watch
from digest.pipeline import run as run_pipeline
from digest.preview.command import preview
from digest.pulse import Pulse, Supervisor
from digest.readers import forget, inbox, resubscribe, unsubscribe
from digest.terminal import bar_on_stderr, shows_bars
from digest.wording import hints, problems, report_lines, restoration_lines
from digest.world import World

logger = logging.getLogger(__name__)


class Exit(IntEnum):
    """What the exit status says."""

    DONE = 0
    PARTLY_FAILED = 1
    CONFIGURATION = 2
    """Also a usage that makes no sense, or a decision that is a person's."""
    BUG = 3
    TRY_LATER = 75
    """EX_TEMPFAIL of sysexits.h"""
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Invocation:
    """The options that stand before the command, the clock and the signals."""

    config_file: Path
    quiet: bool
    log_format: str
    clock: SystemClock
    interrupts: Interrupts

    def config(self) -> Config:
        return load_config(self.config_file, os.environ)

    @property
    def watched(self) -> bool:
        """Whether a person waits at a terminal."""
        return self.log_format == "plain" and not self.quiet and shows_bars(sys.stderr, os.environ)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    default=Path("subscribers.yaml"),
    envvar="DIGEST_CONFIG",
    show_default=True,
    help="Who reads what, and when.",
)
@click.option("--verbose", is_flag=True, help="Log every step.")
@click.option("--quiet", is_flag=True, help="Say only what failed.")
@click.option(
    "--log-format",
    type=click.Choice(logs.FORMATS),
    default=logs.FORMATS[0],
    envvar="DIGEST_LOG_FORMAT",
    show_default=True,
    help="How log lines look.",
)
@click.version_option(__version__, prog_name="digest")
@click.pass_context
def cli(context: click.Context, config_file: Path, verbose: bool, quiet: bool, log_format: str) -> None:
    """Daily Papers: a digest of new arXiv papers by e-mail.

    Exit status: 0 all done, 1 some part failed, 2 usage or configuration, 3 a bug, 75 try later,
    130 interrupted.
    """
    os.umask(0o077)
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    logs.begin(level, log_format, os.environ)
    interrupts = Interrupts()
    interrupts.install()
    clock = SystemClock(started_at(os.environ))
    context.obj = Invocation(config_file, quiet, log_format, clock, interrupts)


@cli.command()
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
def run(invocation: Invocation, dry_run: bool, only: Sequence[str], after_restore: str | None) -> int:
    """Fetch, mail and publish now, for every subscriber."""
    config = invocation.config()
    subscribers = _selected(config, only)
    if after_restore:
        if dry_run:
            raise click.UsageError("--after-restore decides for good, which --dry-run never does")
        send = after_restore == "send"
        sign = app.settle_restoration(config, invocation.clock, send=send)
        if not invocation.quiet:
            _print(restoration_lines(sign, send=send), err=True)
    if dry_run:
        with tempfile.TemporaryDirectory() as outbox:
            report = _rehearse(invocation, config, subscribers, Path(outbox))
    else:
        report = _run(invocation, config, subscribers)
    if not invocation.quiet:
        if dry_run:
            _print(["a rehearsal: nothing is sent, remembered or published; it would be:"])
        _print(report_lines(report))
        if not (dry_run or config.smtp) and any(not mail.problem for mail in report.mails):
            _print([f"the mails lie in {config.outbox}; open the .html files in a browser"])
    return _conclude(report)


@cli.command()
@click.pass_obj
def daemon(invocation: Invocation) -> None:
    """Serve everybody at their hour, for ever."""
    first = invocation.config()
    with app.only_daemon(first) as lock:
        app.refuse_restored(first)
        supervisor = Supervisor(os.environ)
        pulse = Pulse(supervisor, lock)

        def open_world(config: Config) -> app.OpenWorld:
            return app.open_world(config, invocation.clock, invocation.interrupts.undisturbed, pulse)

        hangups = Hangups()
        hangups.install()
        invocation.interrupts.on_first = supervisor.stopping
        invocation.clock.on_wait = lambda _seconds: pulse.beat()
        try:
            Daemon(
                invocation.config,
                app.agenda,
                open_world,
                clock=invocation.clock,
                watch=Watch,
                supervisor=supervisor,
                reload_wanted=hangups.taken,
            ).run_forever()
        except Interrupted:
            logger.info("ended by a signal")


@cli.command()
@click.pass_obj
def demo(invocation: Invocation) -> None:
    """Live through three days with a small arXiv of invented papers: no network, nothing to configure."""
    logging.getLogger().setLevel(logging.WARNING)  # the story tells it all
    _print(tell(Path(tempfile.mkdtemp(prefix="daily-papers-demo-"))))


for command in (check, doctor, status, explain, preview, unsubscribe, resubscribe, forget, inbox, backup):
    cli.add_command(command)


def main() -> None:
    """Run a command; every error that was anticipated is told in a line or two."""
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as exc:
        exc.show()
        status = exc.exit_code
    except (Interrupted, click.Abort, KeyboardInterrupt):
        status = Exit.INTERRUPTED
    except DigestError as exc:
        status = _tell(exc)
    except Exception:
        logger.critical("error: a bug", exc_info=True, extra=logs.BARE)
        status = Exit.BUG
    sys.exit(status)


def _tell(exc: DigestError) -> Exit:
    told = exc.faults if isinstance(exc, ConfigError) else [f"error: {exc}"]
    for line in told:
        logger.error("%s", line, extra=logs.BARE)
    if exc.hint:
        logger.warning("hint: %s", exc.hint, extra=logs.BARE)
    if isinstance(exc, ConfigError | StateRestored):
        return Exit.CONFIGURATION
    return Exit.TRY_LATER if isinstance(exc, LockHeld) else Exit.PARTLY_FAILED


def _selected(config: Config, emails: Iterable[str]) -> tuple[Subscriber, ...]:
    """The subscribers with these addresses; all if there are none."""
    wanted = {email.casefold() for email in emails}
    found = [subscriber for subscriber in config.subscribers if subscriber.email.casefold() in wanted]
    if len(found) < len(wanted):
        raise click.UsageError(f"not every address is a subscriber's in {config.file.name}")
    return tuple(found) or config.subscribers


def _run(invocation: Invocation, config: Config, subscribers: Sequence[Subscriber]) -> Report:
    """A run for all is told to whoever watches; what ends it early, too."""
    everybody = subscribers == config.subscribers
    watch = Watch(config if everybody else replace(config, monitoring=MonitoringSettings()))
    with closing(watch):
        try:
            with app.open_world(config, invocation.clock, invocation.interrupts.undisturbed) as world:
                watch.started()
                report = _shown(invocation, world, subscribers)
                watch.ended(world, report, everybody_served=not problems(report))
        except LockHeld:
            raise  # the run that holds it tells how it goes
        except Exception as exc:
            watch.failed(str(exc) if isinstance(exc, DigestError) else "a bug")
            raise
    return report


def _rehearse(
    invocation: Invocation, config: Config, subscribers: Sequence[Subscriber], outbox: Path
) -> Report:
    with app.open_rehearsal(config, invocation.clock, outbox) as world:
        return _shown(invocation, world, subscribers)


def _shown(invocation: Invocation, world: World, subscribers: Sequence[Subscriber]) -> Report:
    """A run whose progress a person sees who sits at a terminal."""
    if not invocation.watched:
        return run_pipeline(world, subscribers)
    with bar_on_stderr(invocation.clock) as progress:
        return run_pipeline(replace(world, progress=progress), subscribers)


def _conclude(report: Report) -> Exit:
    """Tell what failed and what to do, and make it an exit status."""
    for problem in problems(report):
        logger.error("error: %s", problem, extra=logs.BARE)
    for hint in hints(report):
        logger.warning("hint: %s", hint, extra=logs.BARE)
    for outcomes in (report.keywords, report.mails):
        if outcomes and all(outcome.unavailable for outcome in outcomes):
            return Exit.TRY_LATER
    return Exit.PARTLY_FAILED if problems(report) else Exit.DONE


def _print(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        click.echo(line, err=err)
