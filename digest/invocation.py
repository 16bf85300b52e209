"""What a command is told beside its arguments."""

from pathlib import Path
from typing import Protocol

from digest.models import Config
from digest.protocols import Clock


class Invocation(Protocol):
    """The options that stand before the command, and the clock."""

    @property
    def config_file(self) -> Path: ...
    @property
    def clock(self) -> Clock: ...

    def config(self) -> Config:
        """The configuration, read anew. Raises ConfigError."""
