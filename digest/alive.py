"""Whether the daemon of a state lives, as others see it: it holds a lock, and touches that file."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.errors import StoreError
from digest.files import is_locked

LONGEST_SILENCE = timedelta(minutes=25)
"""The final dot of a mail alone may take ten minutes, and an answer of arXiv five."""


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """What is to be seen of a daemon. `looked_at` is when one last looked at the clock, in real time."""

    running: bool
    looked_at: datetime | None = None

    def is_recent(self, now: datetime) -> bool:
        """Whether it runs, and does not hang."""
        return self.running and self.looked_at is not None and now - self.looked_at <= LONGEST_SILENCE


def sign_of_life(lock: Path) -> SignOfLife:
    """Of the daemon that holds this file. Raises StoreError."""
    try:
        return SignOfLife(is_locked(lock), datetime.fromtimestamp(lock.stat().st_mtime, UTC))
    except FileNotFoundError:
        return SignOfLife(running=False)
    except OSError as exc:
        raise StoreError(lock, f"cannot be read: {exc.strerror}", "look as the user of the daemon") from exc
