"""Find the new papers of all keywords: the search and the announcement feed together, each checks the other.

How it works and why, with figures: docs/discovery.md
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from digest.domain.fetching import FetchRequest
from digest.domain.keywords import Keyword
from digest.domain.matching import Matcher
from digest.domain.papers import Paper
from digest.domain.text import counted
from digest.errors import AnswerRejected, SourceError, SourceUnavailable
from digest.sources.arxiv.api import FIRST_PAGE, PAGE, ArxivApi
from digest.sources.arxiv.categories import ALL_ARCHIVES, pattern
from digest.sources.arxiv.feed import AnnouncementFeed, archives_of
from digest.sources.arxiv.findings import Discovered, FoundPapers, LastAnnouncement
from digest.sources.arxiv.gaps import IdRange, find_gaps
from digest.sources.arxiv.identifiers import announcement_order, identifier_at
from digest.sources.arxiv.query import query_of, query_of_any
from digest.sources.arxiv.responses import Announcement
from digest.sources.arxiv.validation import RejectionReason
from digest.sources.arxiv.volume import volume_of

logger = logging.getLogger(__name__)

KEYWORDS_PER_QUERY = 100

_CONTROL_IDS = 20
_BATCH_SIZE = PAGE - _CONTROL_IDS
_PROBE_ROWS = 100

_IDS_OF_OTHER_ARCHIVES = 20
"""Where not all archives are fetched, so many ids in a row belong to the others."""

_NO_ANNOUNCEMENT = Announcement((), None)


class Discovery:
    """Finds papers through the query API and the announcement feed."""

    def __init__(self, api: ArxivApi, feed: AnnouncementFeed) -> None:
        self._api = api
        self._feed = feed

    def discover(self, requests: Sequence[FetchRequest]) -> Iterator[Discovered]:
        """What is found for each request, in as few requests to arXiv as possible. Raises no SourceError."""
        if not requests:
            return
        known = [request for request in requests if request.known.baseline is not None]
        matcher = Matcher(request.keyword for request in requests)
        searched = self._search(known, matcher)
        last = self._last_announcement(requests, searched)
        listed = self._list(known, matcher, searched, last)
        claims = self._claims(known, matcher, searched, listed)
        for request in requests:
            found = _discovered(request, last, listed, claims.get(request.keyword.id, ()))
            yield self._first_fetch(found, matcher) if request.known.baseline is None else found

    def _search(self, known: Sequence[FetchRequest], matcher: Matcher) -> FoundPapers:
        """The papers that the search shows for the last days, for all keywords together."""
        papers: dict[str, Paper] = {}
        for first in range(0, len(known), KEYWORDS_PER_QUERY):
            try:
                papers |= self._search_some(known[first : first + KEYWORDS_PER_QUERY], matcher)
            except SourceError as exc:
                logger.warning("this fetch goes on without the search: %s", exc)
        return FoundPapers(papers)

    def _search_some(self, known: Sequence[FetchRequest], matcher: Matcher) -> dict[str, Paper]:
        newest = max((q.known.newest_submission for q in known if q.known.newest_submission), default=None)
        seen = frozenset().union(*(request.known.papers for request in known))
        recent = frozenset().union(*(request.known.recent for request in known))
        query = query_of_any(request.keyword for request in known)

        def claimed(paper: Paper) -> bool:
            return paper.id in seen or bool(matcher.claims(paper))

        return {paper.id: paper for paper in self._api.since(query, newest, recent, claimed)}

    def _last_announcement(self, requests: Sequence[FetchRequest], searched: FoundPapers) -> LastAnnouncement:
        """The last announcement.

        Where the feed has nothing above the high-water mark, arXiv's newest papers show whether there was no
        announcement, or the feed is behind.
        """
        high_water_mark = max((request.known.high_water_mark or 0 for request in requests), default=0)
        archives = archives_of(request.keyword for request in requests)
        evidence = searched.papers
        try:
            announcement = self._feed.latest(
                archives, highest_seen=searched.top, high_water_mark=high_water_mark
            )
            if announcement.top <= high_water_mark:
                evidence = {**evidence, **self._probe(archives)}
                top = FoundPapers(evidence).top
                if top <= high_water_mark or not high_water_mark:  # in first fetches alone, nothing is new
                    return LastAnnouncement(announcement, max(top, high_water_mark), evidence)
                announcement = self._feed.latest(archives, highest_seen=top, high_water_mark=high_water_mark)
        except SourceError as exc:
            return self._without_feed(archives, high_water_mark, evidence, exc)
        selective = set(archives) != ALL_ARCHIVES
        return LastAnnouncement(
            announcement, announcement.top, evidence, selective=selective, up_to_date=True
        )

    def _without_feed(
        self,
        archives: Sequence[str],
        high_water_mark: int,
        evidence: Mapping[str, Paper],
        problem: SourceError,
    ) -> LastAnnouncement:
        """The last announcement as the search shows it: its papers must be listed by their ids."""
        try:
            evidence = {**self._probe(archives), **evidence}
        except SourceError as exc:
            logger.debug("the newest papers are not known: %s", exc)
        top = max(FoundPapers(evidence).top, high_water_mark)
        return LastAnnouncement(
            _NO_ANNOUNCEMENT, top, evidence, problem=_of("the announcement feed", problem)
        )

    def _probe(self, archives: Sequence[str]) -> dict[str, Paper]:
        """The newest papers of these archives, whatever they are about."""
        query = query_of(Keyword("the newest", categories=tuple(map(pattern, archives))))
        page = self._api.newest(query, _PROBE_ROWS)
        if not page.papers:
            raise AnswerRejected(RejectionReason.EMPTY_ALTHOUGH_KNOWN, "arXiv shows no paper at all")
        return {paper.id: paper for paper in page.papers}

    def _list(
        self, known: Sequence[FetchRequest], matcher: Matcher, searched: FoundPapers, last: LastAnnouncement
    ) -> FoundPapers:
        """List the papers that the feed shows and the search does not, and those missed before this
        announcement."""
        seen = frozenset().union(*(request.known.papers for request in known))
        wanted = wanted_ids(last.announcement, matcher, seen) | highest_id(last.announcement)
        certain = wanted - searched.papers.keys()
        high_water_mark = min(
            (request.known.high_water_mark or last.top for request in known), default=last.top
        )
        control_ids = _control_ids(last, known)
        shown = [announcement_order(entry.id) for entry in last.announcement.arrivals]
        papers: dict[str, Paper] = {}
        try:
            ranges = find_gaps(
                high_water_mark, last.top, shown, tolerated=_IDS_OF_OTHER_ARCHIVES if last.selective else 0
            )
            for ids in _batches((*sorted(certain), *_ids_in(ranges))):
                papers |= self._listed(ids, certain.intersection(ids) | control_ids)
            for month in (one for one in ranges if one.last is None):
                for batch in self._to_end_of_month(month.first, control_ids):
                    papers |= batch
        except SourceError as exc:
            return FoundPapers(papers, _of("the list of announced papers", exc))
        return FoundPapers(papers)

    def _listed(self, ids: Sequence[str], certain: Collection[str]) -> dict[str, Paper]:
        requested = tuple(dict.fromkeys((*ids, *sorted(certain))))
        return {paper.id: paper for paper in self._api.listed(requested, certain)}

    def _to_end_of_month(self, first: int, control_ids: Collection[str]) -> Iterator[dict[str, Paper]]:
        """Portion after batch, until one has no paper any more."""
        found = True
        while found:
            ids = tuple(identifier_at(order) for order in range(first, first + _BATCH_SIZE))
            batch = self._listed(ids, control_ids)
            found = not batch.keys().isdisjoint(ids)
            first += _BATCH_SIZE
            yield batch

    def _claims(
        self, known: Sequence[FetchRequest], matcher: Matcher, searched: FoundPapers, listed: FoundPapers
    ) -> Mapping[str, Sequence[Paper]]:
        """The papers of each keyword, by its id.

        Papers that the search shows and no keyword claims are searched again for halves of the keywords: a
        disagreement with arXiv costs requests, and never a paper.
        """
        pool = {**searched.papers, **listed.papers}
        claims = {paper_id: set(matcher.claims(paper)) for paper_id, paper in pool.items()}
        for request in known:
            for paper_id in pool.keys() & request.known.papers:
                claims[paper_id].add(request.keyword.id)
        unclaimed = sorted(paper_id for paper_id in searched.papers if not claims[paper_id])
        for paper_id, claimant in self._match_in_halves(known, unclaimed):
            claims[paper_id].add(claimant)
        by_keyword: dict[str, list[Paper]] = {}
        for paper_id, claimants in claims.items():
            for claimant in claimants:
                by_keyword.setdefault(claimant, []).append(pool[paper_id])
        return by_keyword

    def _match_in_halves(
        self, known: Sequence[FetchRequest], ids: Sequence[str]
    ) -> Iterator[tuple[str, str]]:
        """Which keywords find these papers, by arXiv's rule: pairs of a paper's id and a keyword's id."""
        if not ids:
            return
        middle = (len(known) + 1) // 2
        for half in filter(None, (known[:middle], known[middle:])):
            query = query_of_any(request.keyword for request in half)
            try:
                found = self._api.matching(query, ids)
            except SourceError as exc:
                papers = counted(len(ids), "paper")
                logger.warning("the keywords of %s stay unknown until the next search: %s", papers, exc)
                return
            if len(half) == 1:
                yield from ((paper_id, half[0].keyword.id) for paper_id in found)
            else:
                yield from self._match_in_halves(half, sorted(found))

    def _first_fetch(self, found: Discovered, matcher: Matcher) -> Discovered:
        """A keyword's first fetch: its newest papers, and those of the last announcement in `found`."""
        keyword = found.keyword

        def claimed(paper: Paper) -> bool:
            return keyword.id in matcher.claims(paper)

        try:
            page = self._api.newest_if_any(query_of(keyword), FIRST_PAGE, claimed)
        except SourceError as exc:
            return Discovered(keyword, problem=exc)
        papers = {paper.id: paper for paper in (*found.papers, *page.papers)}
        volume = volume_of(keyword, page)
        return replace(
            found, papers=tuple(papers.values()), asked_at=page.asked_at, volume=volume, problem=None
        )


def wanted_ids(announcement: Announcement, matcher: Matcher, seen: Collection[str]) -> frozenset[str]:
    """The ids in an announcement that a keyword claims, and of new versions of papers in `seen`."""
    return frozenset(
        entry.id
        for entry in announcement.entries
        if (entry.id in seen if entry.kind.startswith("replace") else matcher.claims(entry))
    )


def highest_id(announcement: Announcement) -> frozenset[str]:
    """The highest id of an announcement, or none.

    It is listed too: a wrong id far ahead, of which only the feed knows, would make every paper before it
    look old.
    """
    return frozenset(
        entry.id for entry in announcement.arrivals if announcement_order(entry.id) == announcement.top
    )


def _discovered(
    request: FetchRequest, last: LastAnnouncement, listed: FoundPapers, papers: Sequence[Paper]
) -> Discovered:
    problem = last.problem or listed.problem
    announced = last.announcement.top > (request.known.high_water_mark or 0)
    return Discovered(
        keyword=request.keyword,
        papers=tuple(papers),
        announced=frozenset(entry.id for entry in last.announcement.new) if announced else frozenset(),
        high_water_mark=None if listed.problem else last.high_water_mark,
        up_to_date=last.up_to_date and problem is None,
        problem=problem,
    )


def _of(part: str, problem: SourceError) -> SourceError:
    """The problem with the part of arXiv named; still SourceUnavailable if it was."""
    kind = SourceUnavailable if isinstance(problem, SourceUnavailable) else SourceError
    named = kind(f"{part}: {problem}")
    named.__cause__ = problem
    return named


def _control_ids(last: LastAnnouncement, known: Sequence[FetchRequest]) -> frozenset[str]:
    """The newest ids that certainly exist, announced or known: a list without them is not complete.

    The number of rows proves nothing, since nobody knows how many of the other ids exist.
    """
    announced = {entry.id for entry in last.announcement.arrivals} | last.evidence.keys()
    recent = frozenset().union(*(request.known.recent for request in known)) - announced
    newest_first = [sorted(ids, key=announcement_order, reverse=True) for ids in (announced, recent)]
    return frozenset([*newest_first[0], *newest_first[1]][:_CONTROL_IDS])


def _ids_in(ranges: Iterable[IdRange]) -> Iterator[str]:
    """The ids of the ranges that have an end."""
    for one in ranges:
        if one.last is not None:
            yield from map(identifier_at, range(one.first, one.last + 1))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), _BATCH_SIZE):
        yield ids[first : first + _BATCH_SIZE]
