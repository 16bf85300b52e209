"""The command line: the only place that prints, and the boundary where errors become exit statuses."""

import logging
import os
import sys
from pathlib import Path

import click

from digest import __version__
from digest.commands.backup import backup
from digest.commands.check import check
from digest.commands.context import CommandContext, ExitStatus
from digest.commands.daemon import daemon
from digest.commands.demo import demo
from digest.commands.doctor import doctor
from digest.commands.explain import explain
from digest.commands.inbox import inbox
from digest.commands.preview import preview
from digest.commands.run import run
from digest.commands.status import status
from digest.commands.subscribers import forget, resubscribe, unsubscribe
from digest.config.environment import started_at
from digest.errors import ConfigError, DigestError, LockHeld, StateRestored
from digest.system.clock import SystemClock
from digest.system.logging import BARE, FORMATS, configure_logging
from digest.system.signals import Interrupted, ShutdownSignals

logger = logging.getLogger(__name__)


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
    os.umask(0o077)
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    configure_logging(level, log_format, os.environ)
    interrupts = ShutdownSignals()
    interrupts.install()
    clock = SystemClock(started_at(os.environ))
    context.obj = CommandContext(config_file, quiet, log_format, clock, interrupts)


for command in (
    run,
    daemon,
    demo,
    check,
    doctor,
    status,
    explain,
    preview,
    unsubscribe,
    resubscribe,
    forget,
    inbox,
    backup,
):
    cli.add_command(command)


def main() -> None:
    """Run a command; every error that was anticipated is told in a line or two."""
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as exc:
        exc.show()
        status = exc.exit_code
    except (Interrupted, click.Abort, KeyboardInterrupt):
        status = ExitStatus.INTERRUPTED
    except DigestError as exc:
        status = _tell(exc)
    except Exception:
        logger.critical("error: a bug", exc_info=True, extra=BARE)
        status = ExitStatus.BUG
    sys.exit(status)


def _tell(exc: DigestError) -> ExitStatus:
    told = exc.faults if isinstance(exc, ConfigError) else [f"error: {exc}"]
    for line in told:
        logger.error("%s", line, extra=BARE)
    if exc.hint:
        logger.warning("hint: %s", exc.hint, extra=BARE)
    if isinstance(exc, ConfigError | StateRestored):
        return ExitStatus.CONFIGURATION
    return ExitStatus.TRY_LATER if isinstance(exc, LockHeld) else ExitStatus.PARTLY_FAILED
