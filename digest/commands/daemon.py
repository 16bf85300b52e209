"""`digest daemon`: serve every subscriber at their hour, until stopped."""

import logging
import os

import click

from digest import bootstrap
from digest.commands.context import CommandContext
from digest.daemon.liveness import Heartbeat
from digest.daemon.loop import Daemon
from digest.daemon.state import ScheduleStateCache
from digest.daemon.systemd import SystemdNotifier
from digest.domain.settings import Config
from digest.monitoring.monitor import RunMonitor
from digest.system.signals import Interrupted, ReloadSignal

logger = logging.getLogger(__name__)


@click.command()
@click.pass_obj
def daemon(command: CommandContext) -> None:
    """Serve everybody at their hour, for ever."""
    first = command.config()
    with bootstrap.only_daemon(first) as lock:
        bootstrap.refuse_restored(first)
        notifier = SystemdNotifier(os.environ)
        heartbeat = Heartbeat(notifier, lock)

        def open_run(config: Config) -> bootstrap.OpenRun:
            return bootstrap.open_run(config, command.clock, command.interrupts.signals_deferred, heartbeat)

        reload_signal = ReloadSignal()
        reload_signal.install()
        command.interrupts.on_first = notifier.stopping
        command.clock.on_wait = lambda _seconds: heartbeat.touch()
        try:
            Daemon(
                command.config,
                ScheduleStateCache(bootstrap.schedule_state).read,
                open_run,
                clock=command.clock,
                monitor_for=RunMonitor,
                notifier=notifier,
                reload_wanted=reload_signal.taken,
            ).run_forever()
        except Interrupted:
            logger.info("ended by a signal")
