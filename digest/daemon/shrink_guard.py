"""Hold back a configuration that has lost much: its file may be cut off for a moment.

Half a file, as an editor, a copy or a full disk leaves it, often is a configuration without a fault.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.daemon.watched_files import Versions
from digest.domain.settings import Config

SHRUNK_FOR = timedelta(minutes=5)
"""A configuration that stays so for so long is meant."""


@dataclass(slots=True)
class ShrinkGuard:
    """Decides whether an edited configuration is taken up now."""

    _versions: Versions | None = None
    _held_at: datetime | None = None
    """When these versions were held back; None: none are."""

    def holds_back(self, versions: Versions, now: datetime, *, shrunk: bool) -> bool:
        """Whether to wait with the configuration of these versions of its files."""
        if not shrunk:
            self.release()
        elif self._held_at is None or self._versions != versions:
            self._versions, self._held_at = versions, now
        elif self.is_over(now):
            self.release()
        return self._held_at is not None

    def release(self) -> None:
        """Hold nothing back any more."""
        self._held_at = None

    def is_over(self, now: datetime) -> bool:
        """Whether a configuration was held back for long enough. A clock that was set back ends it too."""
        return self._held_at is not None and not self._held_at <= now < self._held_at + SHRUNK_FOR


def has_shrunk(before: Config, after: Config, bytes_before: int, bytes_after: int) -> bool:
    """Whether subscribers, keywords or the file became fewer than half, or no mail server is left: without
    one, mails would go to the outbox, and count as sent."""
    pairs = (
        (len(before.subscribers), len(after.subscribers)),
        (len(before.keywords), len(after.keywords)),
        (bytes_before, bytes_after),
    )
    lost_server = before.smtp is not None and after.smtp is None
    return lost_server or any(2 * now_is < was for was, now_is in pairs)
