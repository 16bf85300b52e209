"""List papers by their ids: those that the feed shows and the search does not, and those that were missed."""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence

from digest.domain.fetching import FetchRequest
from digest.domain.papers import Paper
from digest.errors import SourceError
from digest.sources.arxiv.api import PAGE, ArxivApi, Found
from digest.sources.arxiv.claims import Matchers
from digest.sources.arxiv.findings import FoundPapers, LastAnnouncement, naming
from digest.sources.arxiv.gaps import IdRange, find_gaps
from digest.sources.arxiv.identifiers import announcement_order, identifier_at
from digest.sources.arxiv.responses import Announcement
from digest.sources.arxiv.unshown import UnshownPapers
from digest.sources.arxiv.validation import RequestedList

logger = logging.getLogger(__name__)

_CONTROL_IDS = 10
"""Of those that were shown, and of those that were announced."""

_BATCH_SIZE = PAGE - 2 * _CONTROL_IDS

_IDS_OF_OTHER_ARCHIVES = 20
"""Where not all archives are fetched, so many ids in a row belong to the others."""


class Listing:
    """The lists of one fetch."""

    def __init__(self, api: ArxivApi, known: Sequence[FetchRequest], unshown: UnshownPapers) -> None:
        self._api = api
        self._known = known
        self._unshown = unshown
        self._papers: dict[str, Paper] = {}
        self._control_ids: frozenset[str] = frozenset()

    def list(self, matchers: Matchers, searched: FoundPapers, last: LastAnnouncement) -> FoundPapers:
        """List what the search has not shown of the announcement, and what was missed before it."""
        seen = frozenset().union(*(request.known.papers for request in self._known))
        wanted = wanted_ids(last.announcement, matchers, seen) | highest_id(last.announcement)
        certain = wanted - searched.papers.keys() - self._unshown.ids
        self._control_ids = _newest(_shown_ids(last, self._known) - self._unshown.ids)
        try:
            self._list_up_to(last, certain)
            problem = None
        except SourceError as exc:
            problem = naming("the list of announced papers", exc)
        self._list_again(self._unshown.due)
        return FoundPapers(self._papers, problem)

    def _list_again(self, ids: Sequence[str]) -> None:
        """Ask for papers that arXiv could not show before, one at a time."""
        for paper_id in ids:
            try:
                found = self._api.listed_again(paper_id)
            except SourceError as exc:
                logger.debug("%s is asked for again later: %s", paper_id, exc)
                return
            self._unshown.note_again(found)
            self._papers |= {paper.id: paper for paper in found.papers}

    def _list_up_to(self, last: LastAnnouncement, certain: frozenset[str]) -> None:
        high_water_mark = min(
            (request.known.high_water_mark or last.top for request in self._known), default=last.top
        )
        shown = [announcement_order(entry.id) for entry in last.announcement.arrivals]
        malformed = [entry.id for entry in last.announcement.malformed]
        tolerated = _IDS_OF_OTHER_ARCHIVES if last.selective and all(malformed) else 0
        ranges = find_gaps(high_water_mark, last.top, shown, tolerated=tolerated)
        if self._unshown.is_nameless and certain:
            self._listed(sorted(certain), certain)  # it is most likely one of these few
            certain -= self._papers.keys() | self._unshown.ids
        announced = _newest(frozenset(entry.id for entry in last.announcement.arrivals))
        for ids in _batches((*sorted(certain), *filter(None, malformed), *_ids_in(ranges))):
            self._listed(ids, certain.intersection(ids) | announced)
        for month in (one for one in ranges if one.last is None):
            self._list_to_end_of_month(month.first, announced)

    def _list_to_end_of_month(self, first: int, announced: frozenset[str]) -> None:
        """Batch after batch, until one has no paper any more."""
        found = True
        while found:
            ids = [identifier_at(order) for order in range(first, first + _BATCH_SIZE)]
            found = not self._listed(ids, announced).isdisjoint(ids)
            first += _BATCH_SIZE

    def _listed(self, ids: Sequence[str], certain: frozenset[str]) -> frozenset[str]:
        """The ids that are shown, of these and of the certain ones."""
        wanted = [one for one in dict.fromkeys((*ids, *sorted(certain))) if one not in self._unshown.ids]
        control = self._control_ids - self._unshown.ids
        requested = RequestedList(tuple(wanted), certain - self._unshown.ids, control)
        return self._note(self._api.listed(requested))

    def _note(self, found: Found) -> frozenset[str]:
        self._unshown.note(found)
        papers = {paper.id: paper for paper in found.papers}
        self._papers |= papers
        return frozenset(papers)


def wanted_ids(announcement: Announcement, matchers: Matchers, seen: Collection[str]) -> frozenset[str]:
    """The ids in an announcement that a keyword claims, and of new versions of papers in `seen`."""
    return frozenset(
        entry.id
        for entry in announcement.entries
        if (entry.id in seen if entry.kind.startswith("replace") else matchers.claims(entry))
    )


def highest_id(announcement: Announcement) -> frozenset[str]:
    """The highest id of an announcement, or none.

    It is listed too: a wrong id far ahead, of which only the feed knows, would make every paper before it
    look old.
    """
    return frozenset(
        entry.id for entry in announcement.arrivals if announcement_order(entry.id) == announcement.top
    )


def _shown_ids(last: LastAnnouncement, known: Sequence[FetchRequest]) -> frozenset[str]:
    """Ids that arXiv has shown: a list without them is not complete.

    The number of rows proves nothing, since nobody knows how many of the other ids exist.
    """
    recent = frozenset().union(*(request.known.recent for request in known))
    return frozenset(last.evidence) or recent


def _newest(ids: frozenset[str]) -> frozenset[str]:
    return frozenset(sorted(ids, key=announcement_order, reverse=True)[:_CONTROL_IDS])


def _ids_in(ranges: Iterable[IdRange]) -> Iterator[str]:
    """The ids of the ranges that have an end."""
    for one in ranges:
        if one.last is not None:
            yield from map(identifier_at, range(one.first, one.last + 1))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), _BATCH_SIZE):
        yield ids[first : first + _BATCH_SIZE]
