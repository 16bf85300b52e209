"""`digest daemon`: send everybody's digest at their hour, until it is stopped."""

import logging
import os

import click

from digest import bootstrap
from digest.commands.context import CommandContext, log_warnings
from digest.daemon.answers import AnswerReader, Read
from digest.daemon.liveness import Heartbeat
from digest.daemon.loop import Daemon
from digest.daemon.state import ScheduleStateCache
from digest.daemon.systemd import SystemdNotifier
from digest.domain.settings import Config
from digest.monitoring.monitor import RunMonitor
from digest.subscribers.reading import MailboxReader, Reading, read_configured
from digest.system.clock import Clock
from digest.system.logging import keep_log
from digest.system.signals import Interrupted, ReloadSignal

logger = logging.getLogger(__name__)


@click.command()
@click.pass_obj
def daemon(command: CommandContext) -> None:
    """Send everybody's digest at their hour, until it is stopped.

    SIGHUP reloads the configuration; so does a change of its file.
    """
    keep_log()
    first = command.config()
    with bootstrap.only_daemon(first) as lock:
        bootstrap.refuse_restored_state(first)
        notifier = SystemdNotifier(os.environ)
        heartbeat = Heartbeat(notifier, lock)

        def load() -> Config:
            config = command.config()
            log_warnings(config)
            return config

        def open_run(config: Config) -> bootstrap.OpenRun:
            return bootstrap.open_run(config, command.clock, command.signals.signals_deferred, heartbeat)

        reload_signal = ReloadSignal()
        reload_signal.install()
        command.signals.on_first = notifier.stopping
        command.clock.on_wait = lambda _seconds: heartbeat.touch()
        try:
            Daemon(
                load,
                ScheduleStateCache(bootstrap.schedule_state).read,
                open_run,
                clock=command.clock,
                calendar=bootstrap.source_calendar(),
                monitor_for=RunMonitor,
                notifier=notifier,
                answers=AnswerReader(_read_inbox(command.clock, heartbeat), command.clock),
                reload_wanted=reload_signal.consume,
            ).run_forever()
        except Interrupted:
            logger.info("ended by a signal")


def _read_inbox(clock: Clock, heartbeat: Heartbeat) -> Read:
    """Remembers what it has read, for servers that keep no marks."""
    known: set[object] = set()

    def read(config: Config, seconds: float) -> Reading:
        return read_configured(config, clock, MailboxReader(seconds, on_step=heartbeat.touch, known=known))

    return read
