"""Show how a run goes on."""

from typing import Protocol


class Progress(Protocol):
    """Shows how a run goes on, for instance on a terminal or to a supervisor."""

    def begin(self, stage: str, steps: int) -> None:
        """A stage of so many steps begins, such as "asking arXiv" for so many keywords."""

    def step(self) -> None:
        """One step of the stage is done."""

    def alive(self) -> None:
        """A part of a step is done, such as one reply of a mail server. Any thread may call this."""

    def end(self) -> None:
        """The stage is over, complete or not."""


class NullProgress:
    """Shows nothing."""

    def begin(self, stage: str, steps: int) -> None:
        """Does nothing."""

    def step(self) -> None:
        """Does nothing."""

    def alive(self) -> None:
        """Does nothing."""

    def end(self) -> None:
        """Does nothing."""
