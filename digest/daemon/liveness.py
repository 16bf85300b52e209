"""Whether the daemon of a state lives, as others see it: it holds a lock, and touches that file."""

import contextlib
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.daemon.systemd import LONGEST_SECONDS, SystemdNotifier
from digest.domain.settings import Config
from digest.errors import StoreError
from digest.pipeline.ports import Progress
from digest.system.locks import is_locked

LONGEST_SILENCE = timedelta(minutes=25)
"""The final dot of a mail alone may take ten minutes, and an answer of arXiv five."""


@dataclass(frozen=True, slots=True)
class DaemonLiveness:
    """What is to be seen of a daemon. `looked_at` is when one last looked at the clock, in real time."""

    running: bool
    looked_at: datetime | None = None

    def is_recent(self, now: datetime) -> bool:
        """Whether it runs, and does not hang."""
        return self.running and self.looked_at is not None and now - self.looked_at <= LONGEST_SILENCE


def daemon_liveness(lock: Path) -> DaemonLiveness:
    """Of the daemon that holds this file. Raises StoreError."""
    try:
        return DaemonLiveness(is_locked(lock), datetime.fromtimestamp(lock.stat().st_mtime, UTC))
    except FileNotFoundError:
        return DaemonLiveness(running=False)
    except OSError as exc:
        raise StoreError(lock, f"cannot be read: {exc.strerror}", "look as the user of the daemon") from exc


def liveness_of(config: Config) -> DaemonLiveness:
    """What is to be seen of the daemon of this state. Raises StoreError."""
    return daemon_liveness(config.daemon_lock)


class Heartbeat(Progress):
    """Beats with each step of the work and each second of a pause, so that it stops where the work does."""

    def __init__(self, supervisor: SystemdNotifier, file: Path) -> None:
        self._supervisor = supervisor
        self._file = file
        self._last = -LONGEST_SECONDS

    def begin(self, stage: str, steps: int) -> None:
        self.beat()

    def step(self) -> None:
        self.beat()

    def end(self) -> None:
        self.beat()

    def beat(self) -> None:
        """Show a sign of life, unless there was one just now."""
        now = time.monotonic()
        if now - self._last >= self._supervisor.beat_seconds:
            self._last = now
            self._supervisor.alive()
            with contextlib.suppress(OSError):
                os.utime(self._file)
