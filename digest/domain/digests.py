"""Digests, the papers that wait for one, and the sections of the archive.

All records are frozen, with tuples inside; every datetime is aware and in UTC.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto

from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.scoring import UNRANKED, Score
from digest.domain.subscribers import Subscriber

MOST_PAPERS = 2_000
"""So many papers a subscriber gets at a time; the others wait for the next digests, the oldest longest."""

LONGEST_WEEKEND_DAYS = 3
"""So many days pass from one daily digest to the next at most: from Friday to Monday."""

MANY_PAPERS = 150

_Day = date  # the field of a digest with that name hides it


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper in a digest, under the first keyword that has it; `also` has the names of the others."""

    paper: Paper
    also: tuple[str, ...]
    welcome: bool
    """One of the latest papers that a new subscriber gets first, and no new one."""
    late: bool = False
    """Announced earlier, and found by an audit only."""
    score: Score = UNRANKED
    """Why it has its place."""


@dataclass(frozen=True, slots=True)
class Section:
    keyword: Keyword
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A keyword whose last fetch failed, and its last good fetch."""

    keyword: Keyword
    last_good_at: datetime | None


@dataclass(frozen=True, slots=True)
class Latest:
    """A keyword without news, and when its latest known paper was submitted; None: no paper is known."""

    keyword: Keyword
    submitted: date | None


class Showing(Enum):
    """How much a mail says, since the mail server refused one with these papers before."""

    ALL = auto()
    """It refused none."""
    FULL = auto()
    """All of the papers, but no keyword that has none of them."""
    TITLE = auto()
    """Only titles and links."""
    LINK = auto()
    """Only numbers and links."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one subscriber gets today."""

    subscriber: Subscriber
    date: date
    """In the subscriber's time zone."""
    sections: tuple[Section, ...]
    unanswered: tuple[Unanswered, ...] = ()
    part: int = 1
    """The number of this mail, from 1 to `parts`, if one mail would be too long."""
    parts: int = 1
    showing: Showing = Showing.ALL
    waiting: int = 0
    """So many papers more wait for the next digests."""
    given_up: int = 0
    """So many papers the mail server refused until they were given up, since the last mail that arrived."""
    picks: tuple[Entry, ...] = ()
    """Those of the entries to start with, best first."""
    whole: tuple[Entry, ...] = ()
    """The entries of all parts, if there are several."""
    before: int = 0
    """So many papers are in the parts before this one."""
    unlisted: int = 0
    """So many papers count as sent, and only the archive has them."""
    is_first: bool = False
    """Whether the subscriber got no paper before."""
    since: _Day | None = None
    """When the last digest was done, in the subscriber's time zone."""
    latest: tuple[Latest, ...] = ()
    """What is known of the keywords if there is no paper."""
    announced: int | None = None
    """Among so many papers that the source announced, the keywords found none; None: not known."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for section in self.sections for entry in section.entries)

    @property
    def in_all(self) -> tuple[Entry, ...]:
        """The entries of all parts."""
        return self.whole or self.entries

    @property
    def is_catch_up(self) -> bool:
        """Whether it has the papers of a week or of an absence, more than anybody reads."""
        days = (self.date - self.since).days if self.since else 0
        return days > LONGEST_WEEKEND_DAYS and len(self.in_all) > MANY_PAPERS


@dataclass(frozen=True, slots=True)
class RefusedPaper:
    """What became of a paper that a refused mail carried."""

    mail: int
    """The number of the last one; 0 if it was to somebody else."""
    among: int
    """So many papers were in it."""
    alone: int = 0
    """So many mails with this paper alone were refused."""


@dataclass(frozen=True, slots=True)
class PendingPaper:
    """A paper that waits for a subscriber; `keywords` are the ids of their keywords that have it."""

    paper: Paper
    keywords: frozenset[str]
    welcome: bool
    late: bool = False
    refused: RefusedPaper | None = None


@dataclass(frozen=True, slots=True)
class PendingPapers:
    """The papers that wait for a subscriber, newest announcement first, up to and including match number
    `up_to`."""

    papers: tuple[PendingPaper, ...]
    up_to: int
    more: int = 0
    """So many older ones wait too."""
    given_up: int = 0
    """That of Digest."""
    is_first: bool = False
    """That of Digest."""
    served_at: datetime | None = None
    """When the last digest was done, or else when the subscriber was added."""


@dataclass(frozen=True, slots=True)
class ArchiveSection:
    """A keyword's latest papers, newest announcement first, and when the last of them was recorded."""

    keyword: Keyword
    papers: tuple[Paper, ...]
    changed_at: datetime | None
    stale_since: datetime | None = None
    """The last good fetch, if a later one failed."""


@dataclass(frozen=True, slots=True)
class ArchivedPaper:
    """A paper that keywords of the archive have ever found, and those keywords in the archive's order."""

    paper: Paper
    keywords: tuple[Keyword, ...]
