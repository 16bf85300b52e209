"""Records of arXiv's answers: a page of search results, or an announcement."""

from dataclasses import dataclass
from datetime import datetime

from digest.domain.papers import Paper
from digest.sources.arxiv.identifiers import announcement_order


@dataclass(frozen=True, slots=True)
class Malformed:
    """An entry that cannot be read: the paper's id or "", and why."""

    id: str
    problem: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search result: `papers` from row `start` (counted from 0) of `total` rows."""

    papers: tuple[Paper, ...]
    total: int
    start: int
    asked_at: datetime | None
    """arXiv's own clock, if the page has it."""
    malformed: tuple[Malformed, ...] = ()

    @property
    def rows(self) -> int:
        return len(self.papers) + len(self.malformed)


@dataclass(frozen=True, slots=True)
class Listed:
    """The answer to a list of ids."""

    papers: tuple[Paper, ...]
    malformed: tuple[Malformed, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnouncedPaper:
    """One entry of an announcement. `kind` is `new`, `cross`, `replace` or `replace-cross`."""

    id: str
    version: int
    kind: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Announcement:
    """The last announcement, as the feed shows it; without entries on a day without announcement."""

    entries: tuple[AnnouncedPaper, ...]
    updated: datetime | None
    """When arXiv made the feed, if the feed says so."""
    malformed: tuple[Malformed, ...] = ()
    is_whole: bool = False
    """No feed that it was read from was cut."""

    @property
    def size(self) -> int | None:
        """How many papers were announced for the first time; None: not known."""
        return len({entry.id for entry in self.new}) if self.is_whole and not self.malformed else None

    @property
    def new(self) -> tuple[AnnouncedPaper, ...]:
        """The papers that were announced for the first time."""
        return tuple(entry for entry in self.entries if entry.kind == "new")

    @property
    def arrivals(self) -> tuple[AnnouncedPaper, ...]:
        """All but replacements: new papers, and papers that are new in one of the fetched archives."""
        return tuple(entry for entry in self.entries if not entry.kind.startswith("replace"))

    @property
    def top(self) -> int:
        """The highest announcement order of the arrivals; 0 if there are none."""
        return max((announcement_order(entry.id) for entry in self.arrivals), default=0)
