"""The dependencies of a run: configuration, source, store, mail, archive, clock and signals."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from digest.domain.mails import Attempt
from digest.domain.settings import Config
from digest.pipeline.ports import (
    Archive,
    ChangeList,
    MailBuilder,
    Source,
    Store,
    Transport,
)
from digest.pipeline.preferences import NoPreferences, PreferenceStore
from digest.pipeline.progress import NullProgress, Progress
from digest.pipeline.ranking import Rankings, UnaidedRankings
from digest.pipeline.results import Journal
from digest.system.clock import Clock


class NullJournal:
    """Keeps nothing: for a state in memory."""

    def reserve(self) -> None:
        """Does nothing."""

    def keep(self, attempts: Sequence[Attempt]) -> None:
        """Does nothing."""

    def clear(self) -> None:
        """Does nothing."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """Everything that a run needs; digest.bootstrap builds it, tests build it from fakes."""

    config: Config
    source: Source
    store: Store
    mail_builder: MailBuilder
    transports: Sequence[Transport]
    """As many mails are sent in parallel; at least one."""
    archive: Archive | None
    clock: Clock
    signals_deferred: Callable[[], AbstractContextManager[None]]
    """Makes signals wait until the block ends, in which a mail is sent and its result is recorded."""
    change_list: ChangeList | None = None
    """What the source is audited with; None: it is not audited."""
    rankings: Rankings = field(default_factory=UnaidedRankings)
    preferences: PreferenceStore = field(default_factory=NoPreferences)
    progress: Progress = field(default_factory=NullProgress)
    journal: Journal = field(default_factory=NullJournal)
    """Keeps what the store cannot take just then."""
