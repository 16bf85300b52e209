"""The moment at which a step of a dialogue with a mail server must be done."""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which something must be done."""

    moment: float
    """As time.monotonic() has it."""

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """So many seconds from now."""
        return cls(time.monotonic() + seconds)

    def within(self, seconds: float) -> "Deadline":
        """So many seconds from now, or this deadline if it is sooner."""
        return Deadline(min(self.moment, time.monotonic() + seconds))

    @property
    def has_passed(self) -> bool:
        return time.monotonic() >= self.moment

    def seconds_left(self) -> float:
        """More than 0. Raises TimeoutError if the deadline has passed."""
        left = self.moment - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left
