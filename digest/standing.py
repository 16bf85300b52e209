"""How things stand: what the state tells of keywords, of what there is to do, and of the runs that were."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What the state knows of how a keyword was last answered."""

    last_good_at: datetime | None = None
    up_to_date_at: datetime | None = None
    """When nothing more was to be expected from arXiv before its next announcement."""
    failing: bool = False
    """The last answer was not good."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What the state tells the daemon. Readers go by their addresses, keywords by their keys."""

    served: Mapping[str, datetime] = field(default_factory=dict)
    """When each enrolled reader had their last slot done, or else was enrolled."""
    suppressed: frozenset[str] = frozenset()
    retries: Mapping[str, datetime | None] = field(default_factory=dict)
    """The readers whose mail met trouble, and when it is to be tried again (None: as soon as it can be)."""
    expecting: frozenset[str] = frozenset()
    """For whom a mail is on its way or papers wait."""
    standings: Mapping[str, Standing] = field(default_factory=dict)
    asked: tuple[datetime, ...] = ()
    """When arXiv was asked lately, latest first."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was wrong in a run with each of the three, in lines without any address; empty where all went
    well, None where it had nothing to do."""

    arxiv: str | None = None
    mail: str | None = None
    archive: str | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        parts = (self.arxiv, self.mail, self.archive)
        return tuple(line for part in parts if part for line in part.splitlines())


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What the state knows of a run. `ended_at` None: it is under way, or was killed."""

    started_at: datetime
    ended_at: datetime | None = None
    asked: int = 0
    """For how many keywords arXiv was asked."""
    trouble: Trouble = Trouble()

    @property
    def failed(self) -> bool:
        return bool(self.trouble.lines)


@dataclass(frozen=True, slots=True)
class Alarm:
    """What the operator is told: so many runs in a row failed `since` then, or that this is `over`."""

    over: bool
    since: datetime
    runs: int = 0
    lines: tuple[str, ...] = ()
    """What the last of them met."""
