"""Everything outside, as a run sees it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from digest.domain.settings import Config
from digest.pipeline.ports import Archive, MailBuilder, NullProgress, Progress, Source, Store, Transport
from digest.system.clock import Clock


@dataclass(frozen=True, slots=True)
class RunContext:
    """`undisturbed` holds signals back while a mail is handed over."""

    config: Config
    source: Source
    store: Store
    mail_builder: MailBuilder
    transports: Sequence[Transport]
    """One for each mail that may be on its way at the same time."""
    archive: Archive | None
    clock: Clock
    signals_deferred: Callable[[], AbstractContextManager[None]]
    progress: Progress = field(default_factory=NullProgress)
