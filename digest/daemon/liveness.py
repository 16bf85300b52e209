"""Show that the daemon is alive (Heartbeat), and find out whether it is (DaemonLiveness).

The daemon holds a lock file as long as it runs, and touches it as long as its work goes on.
"""

import contextlib
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.daemon.systemd import SystemdNotifier
from digest.domain.settings import Config
from digest.errors import StoreError
from digest.pipeline.progress import Progress
from digest.system.locks import is_locked
from digest.system.remedies import remedy, said

HEARTBEAT_TIMEOUT = timedelta(minutes=25)
"""Without a heartbeat for so long, the daemon hangs. Twice as long as its longest single step: the answer to
the end of a mail's data may take ten minutes (RFC 5321, section 4.5.3.2.6), an answer of arXiv five."""

HEARTBEAT_SECONDS = 10.0
"""Between two heartbeats, while the work goes on."""

_HEARTBEATS_PER_WATCHDOG_PERIOD = 3  # so that one may be late


@dataclass(frozen=True, slots=True)
class DaemonLiveness:
    """What others can see of a daemon."""

    running: bool
    looked_at: datetime | None = None
    """The last heartbeat, in real time (UTC); None if no daemon has ever run."""

    def is_alive(self, now: datetime) -> bool:
        """Whether it runs and does not hang. `now` is real time, in UTC."""
        return self.running and self.looked_at is not None and now - self.looked_at <= HEARTBEAT_TIMEOUT


def liveness_of(config: Config) -> DaemonLiveness:
    """The liveness of the daemon that works on this configuration's state. Raises StoreError."""
    return daemon_liveness(config.daemon_lock)


def daemon_liveness(lock: Path) -> DaemonLiveness:
    """The liveness of the daemon with this lock file. Raises StoreError if the file cannot be read."""
    try:
        return DaemonLiveness(is_locked(lock), datetime.fromtimestamp(lock.stat().st_mtime, UTC))
    except FileNotFoundError:
        return DaemonLiveness(running=False)
    except OSError as exc:
        raise StoreError(lock, f"cannot be read: {said(exc)}", remedy(exc)) from exc


class Heartbeat(Progress):
    """Touches the lock file and systemd's watchdog at each step of the work, each reply of a mail server and
    each second of a pause, so that the heartbeat stops when the work does: no timer hides that it hangs."""

    def __init__(self, notifier: SystemdNotifier, file: Path) -> None:
        self._notifier = notifier
        self._file = file
        watchdog_seconds = notifier.watchdog_seconds / _HEARTBEATS_PER_WATCHDOG_PERIOD
        self.interval_seconds = min(HEARTBEAT_SECONDS, watchdog_seconds or HEARTBEAT_SECONDS)
        self._last = -self.interval_seconds

    def begin(self, stage: str, steps: int) -> None:
        self.touch()

    def step(self) -> None:
        self.touch()

    def alive(self) -> None:
        self.touch()

    def end(self) -> None:
        self.touch()

    def touch(self) -> None:
        """Show that the daemon is alive, at most once in `interval_seconds`."""
        now = time.monotonic()
        if now - self._last >= self.interval_seconds:
            self._last = now
            self._notifier.watchdog()
            with contextlib.suppress(OSError):
                os.utime(self._file, follow_symlinks=False)
