"""The records that travel from stage to stage: Config → Keyword → Paper → Digest → Mail → Outcome.

All are frozen, tuples inside; every datetime is aware and in UTC unless a field says otherwise.
"""

from dataclasses import dataclass
from datetime import date, datetime

from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.subscribers import Subscriber


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper in a digest, under its first keyword; `also` names the subscriber's others that have it."""

    paper: Paper
    also: tuple[str, ...]
    welcome: bool
    """One of the latest papers that a newcomer gets to begin with, rather than a new one."""


@dataclass(frozen=True, slots=True)
class Section:
    keyword: Keyword
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A keyword of which arXiv did not tell everything today, and when it last did."""

    keyword: Keyword
    last_good_at: datetime | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What one subscriber is to be told today."""

    subscriber: Subscriber
    date: date
    """In the subscriber's time zone."""
    sections: tuple[Section, ...]
    unanswered: tuple[Unanswered, ...] = ()
    part: int = 1
    """Which of `parts` mails this is, if one would be too long."""
    parts: int = 1

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for section in self.sections for entry in section.entries)


@dataclass(frozen=True, slots=True)
class PendingPaper:
    """A paper that a subscriber has not got yet; `keywords` are the keys of theirs that have it."""

    paper: Paper
    keywords: frozenset[str]
    welcome: bool


@dataclass(frozen=True, slots=True)
class PendingPapers:
    """All that waits for a subscriber, up to and including sighting number `through`."""

    papers: tuple[PendingPaper, ...]
    up_to: int


@dataclass(frozen=True, slots=True)
class ArchiveSection:
    """A keyword's papers, newest announcement first, and when the last of them was recorded."""

    keyword: Keyword
    papers: tuple[Paper, ...]
    changed_at: datetime | None
    stale_since: datetime | None = None
    """The last good answer, if none has come since that should have."""
