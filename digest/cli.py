"""The command line: the only place that prints, and the boundary where errors become exit statuses."""

import json
import logging
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import IntEnum
from pathlib import Path

import click

from digest import __version__, app
from digest.backup import backup
from digest.clock import SystemClock
from digest.config.environment import started_at
from digest.config.load import load_config
from digest.daemon import Daemon
from digest.demo.story import tell
from digest.doctor import examine
from digest.errors import ConfigError, DigestError, LockHeld, StateRestored, StoreError
from digest.identifiers import split_identifier
from digest.inbox import suppressed_readers
from digest.interrupts import Hangups, Interrupted, Interrupts
from digest.keywords import distinct, expression
from digest.models import Config, MonitoringSettings, Report, Subscriber
from digest.monitoring.monitor import Watch
from digest.pipeline import run as run_pipeline
from digest.plaintext import counted
from digest.preview.command import preview
from digest.preview.invented import template_faults
from digest.pulse import Pulse, Supervisor
from digest.readers import forget, inbox, resubscribe, unsubscribe
from digest.store.inspection import history, keyword_status, subscriber_status
from digest.wording import (
    explanation,
    hints,
    problems,
    report_lines,
    restoration_lines,
    status_lines,
    suppression_lines,
)

_ADDRESS = re.compile(r"^(?:arxiv:|https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/)", re.IGNORECASE)


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
    clock: SystemClock
    interrupts: Interrupts

    def config(self) -> Config:
        return load_config(self.config_file, os.environ)


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
@click.version_option(__version__, prog_name="digest")
@click.pass_context
def cli(context: click.Context, config_file: Path, verbose: bool, quiet: bool) -> None:
    """Daily Papers: a digest of new arXiv papers by e-mail.

    Exit status: 0 all done, 1 some part failed, 2 usage or configuration, 3 a bug, 75 try later,
    130 interrupted.
    """
    os.umask(0o077)
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    interrupts = Interrupts()
    interrupts.install()
    context.obj = Invocation(config_file, quiet, SystemClock(started_at(os.environ)), interrupts)


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
            logging.getLogger(__name__).info("ended by a signal")


@cli.command()
@click.pass_obj
def check(invocation: Invocation) -> int:
    """Read configuration and templates, tell every fault, show each keyword's query. No network."""
    try:
        config = invocation.config()
    except ConfigError as exc:
        _print(str(fault) for fault in exc.faults)
        return Exit.CONFIGURATION
    if faults := template_faults(config.templates):
        _print(faults)
        return Exit.CONFIGURATION
    keywords = distinct(config.keywords)
    _print([f"{config.file.name}: {counted(len(config.subscribers), 'subscriber')}, no faults"])
    width = max(len(keyword.name) for keyword in keywords)
    _print(f"  {keyword.name:{width}}  {expression(keyword)}" for keyword in keywords)
    try:
        _print(suppression_lines(suppressed_readers(config)))
    except StoreError as exc:
        _print([f"who gets no mail is not known: {exc}"])
    return Exit.DONE


@cli.command()
@click.pass_obj
def doctor(invocation: Invocation) -> int:
    """Check, and then look whether arXiv, the mail server and the state can be used. Sends no mail."""
    config = invocation.config()
    _print([f"✓ {config.file.name} has no faults"])
    failed = 0
    for result in examine(config, invocation.clock):
        _print([f"{'✗' if result.problem else '✓'} {result.subject}"])
        if result.problem:
            failed += 1
            _print([f"    {result.problem}", f"    {result.hint}"])
    return Exit.PARTLY_FAILED if failed else Exit.DONE


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.pass_obj
def status(invocation: Invocation, as_json: bool) -> None:
    """How each keyword and each subscriber stands."""
    config = invocation.config()
    with app.open_state(config) as database:
        keywords = [keyword_status(database, keyword) for keyword in distinct(config.keywords)]
        subscribers = [subscriber_status(database, subscriber) for subscriber in config.subscribers]
    if as_json:
        found = {"keywords": [asdict(k) for k in keywords], "subscribers": [asdict(s) for s in subscribers]}
        click.echo(json.dumps(found, indent=2, default=datetime.isoformat))
    else:
        _print(status_lines(keywords, subscribers))


@cli.command()
@click.argument("arxiv_id")
@click.pass_obj
def explain(invocation: Invocation, arxiv_id: str) -> None:
    """Why a paper was, or was not, sent."""
    try:
        paper_id, _ = split_identifier(_ADDRESS.sub("", arxiv_id))
    except ValueError as exc:
        raise click.BadParameter(f"{exc}; it looks like 2606.12345") from exc
    config = invocation.config()
    with app.open_state(config) as database:
        waiting = app.waiting_for(database, config, paper_id)
        found = history(database, paper_id)
        _print(explanation(paper_id, found, distinct(config.keywords), waiting))


@cli.command()
@click.pass_obj
def demo(invocation: Invocation) -> None:
    """Live through three days with a small arXiv of invented papers: no network, nothing to configure."""
    logging.getLogger().setLevel(logging.WARNING)  # the story tells it all
    _print(tell(Path(tempfile.mkdtemp(prefix="daily-papers-demo-"))))


for command in (preview, unsubscribe, resubscribe, forget, inbox, backup):
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
        traceback.print_exc()
        status = Exit.BUG
    sys.exit(status)


def _tell(exc: DigestError) -> Exit:
    click.echo(str(exc) if isinstance(exc, ConfigError) else f"error: {exc}", err=True)
    if exc.hint:
        click.echo(f"hint: {exc.hint}", err=True)
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
    with closing(watch), app.open_world(config, invocation.clock, invocation.interrupts.undisturbed) as world:
        watch.started()
        try:
            report = run_pipeline(world, subscribers)
        except DigestError as exc:
            watch.failed(str(exc))
            raise
        watch.ended(world, report, everybody_served=not problems(report))
    return report


def _rehearse(
    invocation: Invocation, config: Config, subscribers: Sequence[Subscriber], outbox: Path
) -> Report:
    with app.open_rehearsal(config, invocation.clock, outbox) as world:
        return run_pipeline(world, subscribers)


def _conclude(report: Report) -> Exit:
    """Tell what failed and what to do, and make it an exit status."""
    for problem in problems(report):
        click.echo(f"error: {problem}", err=True)
    for hint in hints(report):
        click.echo(f"hint: {hint}", err=True)
    for outcomes in (report.keywords, report.mails):
        if outcomes and all(outcome.unavailable for outcome in outcomes):
            return Exit.TRY_LATER
    return Exit.PARTLY_FAILED if problems(report) else Exit.DONE


def _print(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        click.echo(line, err=err)
