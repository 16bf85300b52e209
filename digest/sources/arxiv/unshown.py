"""Remember which papers arXiv cannot show, so that the next fetch goes round them and asks for them again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from digest.domain.fetching import Unavailable, UnavailablePaper, is_due_again
from digest.sources.arxiv.api import Found, SubmissionRange

_MOST_AT_ONCE = 5
_GIVEN_UP_AFTER = timedelta(days=60)


class UnshownPapers:
    """Those that are known, and those that this fetch meets."""

    def __init__(self, unavailable: Unavailable) -> None:
        self._now = unavailable.now
        self._known = tuple(
            paper for paper in unavailable.papers if self._now - paper.since < _GIVEN_UP_AFTER
        )
        self._shown: set[str] = set()
        self._failed: dict[str, str] = {}
        self._rows: dict[SubmissionRange | None, str] = {}
        self.titles: Mapping[str, str] = {}
        """Titles by id, where the announcement feed has them."""

    @property
    def ids(self) -> frozenset[str]:
        """Ids that no list may have, or it fails."""
        return frozenset({paper.id for paper in self._known if paper.id} | self._failed.keys())

    @property
    def due(self) -> tuple[str, ...]:
        """Known ids that it is time to ask for again, a few at once, those that wait longest first."""
        waiting = sorted(self._known, key=lambda paper: paper.asked_at)
        due = [paper.id for paper in waiting if is_due_again(paper, self._now)]
        return tuple(due[:_MOST_AT_ONCE])

    @property
    def ranges(self) -> tuple[SubmissionRange, ...]:
        """Times of submission that no search may reach, or it fails."""
        return tuple(
            SubmissionRange(paper.earliest, paper.latest)
            for paper in self._known
            if paper.earliest and paper.latest
        )

    @property
    def is_nameless(self) -> bool:
        """Whether this fetch has met a paper whose id is not known."""
        return bool(self._rows)

    def note(self, found: Found) -> None:
        """Learn from an answer which papers are shown, and which are not."""
        self._shown |= {paper.id for paper in found.papers}
        self._failed |= found.unshown
        self._rows |= found.unshown_rows

    def all(self) -> tuple[UnavailablePaper, ...]:
        """All papers that arXiv cannot show, as far as is known now."""
        known = [self._updated(paper) for paper in self._known if paper.id not in self._shown]
        known_ids = {paper.id for paper in known}
        ids = [paper_id for paper_id in self._failed if paper_id not in known_ids | self._shown]
        papers = [*known, *(self._paper(paper_id, self._failed[paper_id], None) for paper_id in ids)]
        return tuple(self._with_rows(papers))

    def _updated(self, paper: UnavailablePaper) -> UnavailablePaper:
        if paper.id not in self._failed:
            return paper
        return replace(paper, reason=self._failed[paper.id], asked_at=self._now)

    def _with_rows(self, papers: list[UnavailablePaper]) -> list[UnavailablePaper]:
        """Where one paper has no time of submission, and one time no paper, they belong together."""
        times = {(paper.earliest, paper.latest) for paper in papers}
        rows = [row for row in self._rows if row is None or (row.earliest, row.latest) not in times]
        timeless = [paper for paper in papers if paper.earliest is None]
        if len(rows) == len(timeless) == 1:
            together = self._paper(timeless[0].id, "", rows[0])
            timed = replace(timeless[0], earliest=together.earliest, latest=together.latest)
            return [timed if paper is timeless[0] else paper for paper in papers]
        return [*papers, *(self._paper("", self._rows[row], row) for row in rows)]

    def _paper(self, paper_id: str, why: str, submitted: SubmissionRange | None) -> UnavailablePaper:
        return UnavailablePaper(
            id=paper_id,
            title=self.titles.get(paper_id, ""),
            reason=why,
            since=self._now,
            asked_at=self._now,
            earliest=submitted.earliest if submitted else None,
            latest=submitted.latest if submitted else None,
        )
