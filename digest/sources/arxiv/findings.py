"""What one fetch has learnt from arXiv: papers, the last announcement, and the result for each keyword."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from digest.domain.fetching import UnavailablePaper
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.volume import Volume
from digest.errors import SourceError, SourceUnavailable
from digest.sources.arxiv.identifiers import announcement_order
from digest.sources.arxiv.responses import Announcement


@dataclass(frozen=True, slots=True)
class FoundPapers:
    """Papers by id, from the search or from a list of ids; with a `problem`, others may be missing."""

    papers: Mapping[str, Paper]
    problem: SourceError | None = None
    since: datetime | None = None
    """The search was for papers submitted since then; None: for the newest ones, or for ids."""
    failed_queries: Mapping[str, str] = field(default_factory=dict)
    """Ids of keywords whose own query arXiv cannot answer, and why."""

    def should_show(self, paper: Paper) -> bool:
        """Whether a search that has this announcement had to show the paper."""
        return self.since is not None and paper.submitted >= self.since and paper.order <= self.top

    @property
    def top(self) -> int:
        """The highest announcement order; 0 without papers."""
        return max((paper.order for paper in self.papers.values()), default=0)


@dataclass(frozen=True, slots=True)
class LastAnnouncement:
    """The last announcement, as far as it is known.

    Ids with an order up to `top` that are neither below the high-water mark nor in `announcement` must be
    listed.
    """

    announcement: Announcement
    top: int
    evidence: Mapping[str, Paper]
    """Papers that a search has shown, which therefore exist."""
    selective: bool = False
    """Some archives were not fetched, because no keyword wants them."""
    up_to_date: bool = False
    problem: SourceError | None = None

    def up_to_shown(self, unshown: Collection[str], papers: Sequence[Paper]) -> "LastAnnouncement":
        """This announcement up to its highest id that a search or list has shown.

        An id that only the feed has may be a mistake, and far ahead.
        """
        if all(announcement_order(paper_id) != self.top for paper_id in unshown):
            return self
        return replace(self, top=max((paper.order for paper in papers if paper.order < self.top), default=0))

    @property
    def size(self) -> int | None:
        """How many papers arXiv announced; None: not known, or no announcement since the last fetch."""
        return self.announcement.size if self.up_to_date and not self.selective else None

    @property
    def high_water_mark(self) -> int:
        """`top`; without the feed, one less.

        A new paper with an early id may then be missing. With its highest id left open, the announcement is
        read when the feed comes back.
        """
        return self.top - 1 if self.problem else self.top


@dataclass(frozen=True, slots=True)
class Discovered:
    """What was found for one keyword. With a `problem`, the papers are good, but others may be missing."""

    keyword: Keyword
    papers: tuple[Paper, ...] = ()
    announced: frozenset[str] = frozenset()
    """The ids that the feed calls new, in an announcement that was not seen before."""
    announcement_size: int | None = None
    """How many papers that announcement has, whoever wants them; None: not known."""
    high_water_mark: int | None = None
    """The announcement order up to which the papers are complete; None: not known."""
    up_to_date: bool = False
    """Whether nothing more is expected before the next announcement."""
    asked_at: datetime | None = None
    """arXiv's own clock, if the answer has it."""
    compared: int = 0
    """Rows of the search, seen for the first time, that arXiv or the matcher gives to the keyword."""
    differing: int = 0
    """Those of them on which the two differ."""
    disputed: tuple[str, ...] = ()
    """Those of them that are not believed."""
    search_problem: str = ""
    """Why arXiv cannot answer the keyword's own query."""
    unavailable: tuple[UnavailablePaper, ...] = ()
    """All papers that arXiv cannot show, for whichever keyword, as far as is known by now."""
    volume: Volume | None = None
    """In a first fetch: how many papers arXiv has."""
    problem: SourceError | None = None


def naming(part: str, problem: SourceError) -> SourceError:
    """The problem with the part of arXiv named; still SourceUnavailable if it was."""
    kind = SourceUnavailable if isinstance(problem, SourceUnavailable) else SourceError
    named = kind(f"{part}: {problem}")
    named.__cause__ = problem
    return named
