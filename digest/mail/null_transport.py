"""Deliver mails to nobody, for a dry run: nothing of them is ever on the disk, not even if it is killed."""

from collections.abc import Callable

from digest.domain.mails import Mail


class NullTransport:
    """A pipeline.ports.Transport."""

    def deliver(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        """Forget the mail."""

    def close(self) -> None:
        """Nothing is open."""
