"""Remember which papers arXiv cannot show: the next fetch leaves them out, and asks for them again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from digest.domain.fetching import Unavailable, UnavailablePaper, is_due_again
from digest.sources.arxiv.api import OVERLAP, Found, SubmissionRange

_MOST_AT_ONCE = 5
_GIVEN_UP_AFTER = timedelta(days=60)
_OUT_OF_SIGHT_AFTER = OVERLAP + timedelta(days=1)  # of the search, which alone meets papers without an id

_MINUTE = timedelta(minutes=1)


class UnshownPapers:
    """Those that are known, and those that this fetch meets."""

    def __init__(self, unavailable: Unavailable) -> None:
        self._now = unavailable.now
        self._known = tuple(
            paper
            for paper in unavailable.papers
            if self._now - paper.since < (_GIVEN_UP_AFTER if paper.id else _OUT_OF_SIGHT_AFTER)
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
    def searchable_after(self) -> datetime | None:
        """A search that reaches further back would fail: the minute after the last of these papers.

        A range with an end would leave less out. But papers of one minute cannot be told apart, and the feed
        has what such a search lacks.
        """
        latest = [paper.latest for paper in self._known if paper.latest]
        return max(latest) + _MINUTE if latest else None

    @property
    def is_nameless(self) -> bool:
        """Whether this fetch has met a paper whose id is not known."""
        return bool(self._rows)

    def note(self, found: Found) -> None:
        """Learn from an answer which papers are not shown."""
        self._failed |= found.unshown
        for row, why in found.unshown_rows.items():
            self._note_row(row, why)

    def note_again(self, found: Found) -> None:
        """Learn from an answer for all keywords that a paper is shown again, or still is not."""
        self._shown |= {paper.id for paper in found.papers}
        self.note(found)

    def _note_row(self, row: SubmissionRange | None, why: str) -> None:
        """Two times that overlap are most likely those of one paper, as two queries show it."""
        if row and any(_overlaps(paper, row) for paper in self._known):
            return
        same = next((one for one in self._rows if one and row and one.overlaps(row)), None)
        if same and row:
            del self._rows[same]
            row = SubmissionRange(max(same.earliest, row.earliest), min(same.latest, row.latest))
        self._rows[row] = why

    def all(self) -> tuple[UnavailablePaper, ...]:
        """All papers that arXiv cannot show, as far as is known now."""
        known = [self._updated(paper) for paper in self._known if paper.id not in self._shown]
        known_ids = {paper.id for paper in known}
        ids = [paper_id for paper_id in self._failed if paper_id not in known_ids | self._shown]
        papers = [*known, *(self._paper(paper_id, self._failed[paper_id], None) for paper_id in ids)]
        return tuple(self._with_rows(papers))

    def _updated(self, paper: UnavailablePaper) -> UnavailablePaper:
        if paper.id and paper.id not in self._failed:
            return paper
        return replace(paper, reason=self._failed.get(paper.id, paper.reason), asked_at=self._now)

    def _with_rows(self, papers: list[UnavailablePaper]) -> list[UnavailablePaper]:
        """Give the times of submission to papers that have none. Which one has which is not known, and does
        not matter."""
        nameless = [paper for paper in papers if not paper.id]
        rows = [*nameless, *(self._paper("", why, row) for row, why in self._rows.items())]
        complete = []
        for paper in (one for one in papers if one.id):
            row = rows.pop(0) if rows and not paper.latest else None
            complete.append(replace(paper, earliest=row.earliest, latest=row.latest) if row else paper)
        return [*complete, *rows]

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


def _overlaps(paper: UnavailablePaper, row: SubmissionRange) -> bool:
    if not paper.earliest or not paper.latest:
        return False
    return row.overlaps(SubmissionRange(paper.earliest, paper.latest))
