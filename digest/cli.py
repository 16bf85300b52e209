"""The command line: options and commands, and the boundary where errors become exit statuses."""

import gc
import io
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from digest import __version__
from digest.commands.context import CommandContext, ExitStatus, report_error
from digest.errors import ConfigError, DigestError, GitHubUnavailable, LockHeld, StateRestored, StoreBusy
from digest.system.clock import SystemClock
from digest.system.logging import BARE, FORMATS, configure_logging, for_person, is_terminal
from digest.system.masking import masked
from digest.system.output import keep_output_from_failing, lost_output
from digest.system.remedies import said
from digest.system.signals import Interrupted, ShutdownSignals

logger = logging.getLogger(__name__)

_OBJECTS_A_COLLECTION = 50_000

COMMANDS = {
    "audit": (
        "audit",
        "Ask arXiv in another way for what was missed; show how complete the digests are.",
    ),
    "backup": ("backup", "Copy the state to FILE, also during a run."),
    "check": ("check", "Find mistakes in configuration and templates, and show each keyword's query."),
    "daemon": ("daemon", "Send everybody's digest at their hour, until it is stopped."),
    "demo": ("demo", "Show three days with a small arXiv of invented papers."),
    "doctor": (
        "doctor",
        "Do what check does, then test arXiv, the mail server, the state and the sender's domain.",
    ),
    "explain": ("explain", "Explain why a paper was, or was not, sent."),
    "forget": ("subscribers", "Erase a subscriber's data, and send them no more mail."),
    "inbox": ("inbox", "Read what came back by mail: requests to unsubscribe, complaints, and bounces."),
    "init": ("init", "Write the files to begin with into the folder DIR."),
    "pause": ("preferences", "Send a subscriber no mail for a time; their papers wait."),
    "preview": ("preview", "Show in a browser the mails that would go out now."),
    "publish": ("publish", "Bring the archive up to date from the state, without arXiv and mails."),
    "push": ("push", "Commit what was published, and push it."),
    "resubscribe": ("subscribers", "Send mail again to a subscriber who gets none."),
    "resume": (
        "preferences",
        "Send mail again to a subscriber who pauses; nothing is lost.",
    ),
    "run": ("run", "Fetch, mail and publish now, for every subscriber."),
    "state": ("state", "Hand the state from run to run on a branch of the repository."),
    "status": ("status", "Show the state of each keyword and each subscriber."),
    "subscribers": (
        "preferences",
        "Undo what subscribers changed (`digest subscribers reset EMAIL`).",
    ),
    "test-mail": ("test_mail", "Send one mail of invented papers to an address, and tell each step."),
    "unsubscribe": ("subscribers", "Send a subscriber no more mail."),
    "upgrade": ("upgrade", "Bring the git clone in this folder up to date."),
}
"""By name: the module in digest.commands that has the command under this name, and its line in `--help`."""

PRINTING = frozenset({"check", "doctor", "explain", "status"})
"""Commands that are there for what they print: without it, they have failed."""


class LazyGroup(click.Group):
    """The group of COMMANDS. Imports a command's module only when the command is used: starts stay fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"digest.commands.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, readable=False),  # the loader says more
    default=Path("subscribers.yaml"),
    envvar="DIGEST_CONFIG",
    show_default=True,
    help="Who gets which papers, and when.",
)
@click.option("--verbose", is_flag=True, help="Log every step.")
@click.option("--quiet", is_flag=True, help="Say only what failed.")
@click.option(
    "--log-format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
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
    from digest.config.environment import started_at  # only for commands: `--help` does without

    _refuse_a_folder_that_is_gone()
    os.umask(0o077)
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    configure_logging(level, log_format, os.environ)
    signals = ShutdownSignals()
    signals.install()
    clock = SystemClock(started_at(os.environ))
    context.obj = CommandContext(config_file, quiet, log_format, clock, signals)


def _refuse_a_folder_that_is_gone() -> None:
    """Relative paths would lead nowhere."""
    try:
        Path.cwd()
    except OSError as exc:
        problem = f"the current folder cannot be used ({said(exc)}); change to one that exists: cd"
        raise click.UsageError(problem) from exc


@cli.result_callback()
def status_after_output(status: int | None, **_options: object) -> int | None:
    """The exit status of the work; a command that is there to print has failed if its output is lost."""
    if not (problem := lost_output()):
        return status
    if click.get_current_context().invoked_subcommand in PRINTING:
        logger.error("error: standard output cannot be written: %s", problem, extra=BARE)
        return status or ExitStatus.PARTLY_FAILED
    logger.warning("warning: standard output cannot be written: %s; the work is done", problem, extra=BARE)
    return status


def main() -> None:
    """Run the command that the arguments name, and exit; an anticipated error takes a line or two."""
    # Imports make many objects and no garbage: collecting at each 700th costs a tenth of a short command.
    gc.set_threshold(_OBJECTS_A_COLLECTION)
    keep_output_from_failing()
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as exc:
        _show(exc)
        status = exc.exit_code
    except (Interrupted, click.Abort, KeyboardInterrupt):
        status = ExitStatus.INTERRUPTED
    except DigestError as exc:
        _report(exc)
        status = _status_of(exc)
    except Exception:
        logger.critical("error: a bug", exc_info=True, extra=BARE)
        status = ExitStatus.BUG
    if status and is_fed_by_a_mail_server(sys.argv):
        # At any other status it returns the message to who wrote it, and a request to unsubscribe is lost.
        status = ExitStatus.TRY_LATER
    sys.exit(status)


def _show(exc: click.ClickException) -> None:
    """Print what is wrong with the command; an address in it is shown at a terminal only."""
    text = io.StringIO()
    exc.show(text)
    shown = text.getvalue()
    click.echo(shown if is_terminal(sys.stderr) else masked(shown), err=True, nl=False)


def is_fed_by_a_mail_server(arguments: Sequence[str]) -> bool:
    """Whether they are those of `digest inbox -`, which reads a message through a pipe."""
    return "inbox" in arguments and "-" in arguments


def _report(exc: DigestError) -> None:
    """Log the facts of the error, and what to do about it."""
    if isinstance(exc, ConfigError):
        for fault in exc.faults:
            logger.error("%s", fault, extra=for_person(in_log=fault.in_log))
        logger.warning("hint: %s", exc.hint, extra=BARE)
    else:
        report_error(exc)


def _status_of(exc: DigestError) -> ExitStatus:
    match exc:
        case ConfigError() | StateRestored():
            return ExitStatus.CONFIGURATION
        case LockHeld() | StoreBusy() | GitHubUnavailable():
            return ExitStatus.TRY_LATER
        case _:
            return ExitStatus.PARTLY_FAILED
