"""Everything outside, as a run sees it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from digest.models import Config
from digest.protocols import Archive, Clock, Mailer, Progress, Source, Store, Transport, Unwatched


@dataclass(frozen=True, slots=True)
class World:
    """`undisturbed` holds signals back while a mail is handed over."""

    config: Config
    source: Source
    store: Store
    mailer: Mailer
    transports: Sequence[Transport]
    """One for each mail that may be on its way at the same time."""
    archive: Archive | None
    clock: Clock
    undisturbed: Callable[[], AbstractContextManager[None]]
    progress: Progress = field(default_factory=Unwatched)
