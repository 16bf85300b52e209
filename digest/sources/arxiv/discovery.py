"""Two sources, one truth: the search and the announcement feed, each holding the other to account.

How it works and why, with figures: docs/discovery.md
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.domain.fetching import FetchRequest, FetchResult
from digest.domain.keywords import Keyword
from digest.domain.matching import Matcher
from digest.domain.papers import Paper
from digest.errors import AnswerRejected, SourceError, SourceUnavailable
from digest.sources.arxiv.api import FIRST_PAGE, PAGE, ArxivApi
from digest.sources.arxiv.categories import ALL_ARCHIVES, pattern
from digest.sources.arxiv.feed import AnnouncementFeed, archives_of
from digest.sources.arxiv.gaps import IdRange, holes
from digest.sources.arxiv.identifiers import announcement_order, identifier_at
from digest.sources.arxiv.query import any_of, expression
from digest.sources.arxiv.responses import Announcement
from digest.sources.arxiv.validation import RejectionReason

logger = logging.getLogger(__name__)

KEYWORDS_A_QUERY = 100

_CONTROL_IDS = 20

_PORTION = PAGE - _CONTROL_IDS

_PROBE_ROWS = 100

_ELSEWHERE = 20
"""Where not all archives are asked, so many identifiers in a row went to the others."""

_NOTHING = Announcement((), None)


@dataclass(frozen=True, slots=True)
class Found:
    """Papers by identifier, and why there may be more; both of one source."""

    papers: Mapping[str, Paper]
    problem: SourceError | None = None

    @property
    def top(self) -> int:
        return max((paper.order for paper in self.papers.values()), default=0)


@dataclass(frozen=True, slots=True)
class News:
    """What was announced last, as far as it can be told.

    Identifiers up to `top` that are neither covered nor in `announcement` must be asked for.
    """

    announcement: Announcement
    top: int
    evidence: Mapping[str, Paper]
    """Papers that a search has shown, which therefore exist."""
    selective: bool = False
    """Some archives were not asked for, because no keyword wants them."""
    settled: bool = False
    problem: SourceError | None = None

    @property
    def covered(self) -> int:
        """Without the feed, a new paper with an early identifier may be missing: the highest one is left
        for the feed to show, so that it is read when it comes back."""
        return self.top - 1 if self.problem else self.top


class Discovery:
    """digest.protocols.Source over the query API and the announcement feed."""

    def __init__(self, api: ArxivApi, feed: AnnouncementFeed) -> None:
        self._api = api
        self._feed = feed

    def discover(self, requests: Sequence[FetchRequest]) -> Iterator[FetchResult]:
        """See digest.protocols.Source.discover."""
        if not requests:
            return
        known = [request for request in requests if request.known.baseline is not None]
        matcher = Matcher(request.keyword for request in requests)
        searched = self._search(known, matcher)
        news = self._news(requests, searched)
        listed = self._list(known, matcher, searched, news)
        claims = self._claims(known, matcher, searched, listed)
        for request in requests:
            result = _finding(request, news, listed, claims.get(request.keyword.id, ()))
            yield self._first(result, matcher) if request.known.baseline is None else result

    def _search(self, known: Sequence[FetchRequest], matcher: Matcher) -> Found:
        """What the search shows of the last days, for all keywords together."""
        papers: dict[str, Paper] = {}
        for first in range(0, len(known), KEYWORDS_A_QUERY):
            try:
                papers |= self._search_some(known[first : first + KEYWORDS_A_QUERY], matcher)
            except SourceError as exc:
                logger.warning("the search is left out this time: %s", exc)
        return Found(papers)

    def _search_some(self, known: Sequence[FetchRequest], matcher: Matcher) -> dict[str, Paper]:
        newest = max((q.known.newest_submission for q in known if q.known.newest_submission), default=None)
        seen = frozenset().union(*(request.known.papers for request in known))
        recent = frozenset().union(*(request.known.recent for request in known))
        query = any_of(request.keyword for request in known)

        def claimed(paper: Paper) -> bool:
            return paper.id in seen or bool(matcher.claims(paper))

        return {paper.id: paper for paper in self._api.since(query, newest, recent, claimed)}

    def _news(self, requests: Sequence[FetchRequest], searched: Found) -> News:
        """The last announcement. Where the feed has nothing above what is covered, a look at arXiv's
        newest papers tells whether there was none, or the feed is behind."""
        covered = max((request.known.covered or 0 for request in requests), default=0)
        archives = archives_of(request.keyword for request in requests)
        evidence = searched.papers
        try:
            announcement = self._feed.latest(archives, highest_seen=searched.top, covered=covered)
            if announcement.top <= covered:
                evidence = {**evidence, **self._probe(archives)}
                top = Found(evidence).top
                if top <= covered or not covered:  # to newcomers alone, all before now is the past
                    return News(announcement, max(top, covered), evidence)
                announcement = self._feed.latest(archives, highest_seen=top, covered=covered)
        except SourceError as exc:
            return self._without_feed(archives, covered, evidence, exc)
        selective = set(archives) != ALL_ARCHIVES
        return News(announcement, announcement.top, evidence, selective=selective, settled=True)

    def _without_feed(
        self, archives: Sequence[str], covered: int, evidence: Mapping[str, Paper], problem: SourceError
    ) -> News:
        """What was announced must be asked for by identifier, as far as the search shows any."""
        try:
            evidence = {**self._probe(archives), **evidence}
        except SourceError as exc:
            logger.debug("no look at the newest papers: %s", exc)
        top = max(Found(evidence).top, covered)
        return News(_NOTHING, top, evidence, problem=_of("the announcement feed", problem))

    def _probe(self, archives: Sequence[str]) -> dict[str, Paper]:
        """The newest papers of these archives, whatever they are about."""
        query = expression(Keyword("the newest", categories=tuple(map(pattern, archives))))
        page = self._api.newest(query, _PROBE_ROWS)
        if not page.papers:
            raise AnswerRejected(RejectionReason.EMPTY_ALTHOUGH_KNOWN, "arXiv shows no paper at all")
        return {paper.id: paper for paper in page.papers}

    def _list(self, known: Sequence[FetchRequest], matcher: Matcher, searched: Found, news: News) -> Found:
        """Complete what the feed shows and the search does not, and fill the gap below the announcement."""
        seen = frozenset().union(*(request.known.papers for request in known))
        wanted = wanted_ids(news.announcement, matcher, seen) | highest_id(news.announcement)
        certain = wanted - searched.papers.keys()
        covered = min((request.known.covered or news.top for request in known), default=news.top)
        canaries = _canaries(news, known)
        shown = [announcement_order(entry.id) for entry in news.announcement.arrivals]
        papers: dict[str, Paper] = {}
        try:
            spans = holes(covered, news.top, shown, tolerated=_ELSEWHERE if news.selective else 0)
            for ids in _batches((*sorted(certain), *_closed(spans))):
                papers |= self._listed(ids, certain.intersection(ids) | canaries)
            for span in (span for span in spans if span.last is None):
                for portion in self._to_the_months_end(span.first, canaries):
                    papers |= portion
        except SourceError as exc:
            return Found(papers, _of("the list of announced papers", exc))
        return Found(papers)

    def _listed(self, ids: Sequence[str], certain: Collection[str]) -> dict[str, Paper]:
        asked = tuple(dict.fromkeys((*ids, *sorted(certain))))
        return {paper.id: paper for paper in self._api.listed(asked, certain)}

    def _to_the_months_end(self, first: int, canaries: Collection[str]) -> Iterator[dict[str, Paper]]:
        """Portion after portion, until one has no paper any more."""
        found = True
        while found:
            ids = tuple(identifier_at(order) for order in range(first, first + _PORTION))
            portion = self._listed(ids, canaries)
            found = not portion.keys().isdisjoint(ids)
            first += _PORTION
            yield portion

    def _claims(
        self, known: Sequence[FetchRequest], matcher: Matcher, searched: Found, listed: Found
    ) -> Mapping[str, Sequence[Paper]]:
        """The papers of each keyword, by its key. What a search has found and no keyword claims is asked
        for again in halves, so that a disagreement with arXiv costs a question and never a paper."""
        pool = {**searched.papers, **listed.papers}
        claims = {paper_id: set(matcher.claims(paper)) for paper_id, paper in pool.items()}
        for request in known:
            for paper_id in pool.keys() & request.known.papers:
                claims[paper_id].add(request.keyword.id)
        unclaimed = sorted(paper_id for paper_id in searched.papers if not claims[paper_id])
        for paper_id, claimant in self._ask_in_halves(known, unclaimed):
            claims[paper_id].add(claimant)
        by_key: dict[str, list[Paper]] = {}
        for paper_id, keys in claims.items():
            for claimant in keys:
                by_key.setdefault(claimant, []).append(pool[paper_id])
        return by_key

    def _ask_in_halves(self, known: Sequence[FetchRequest], ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Whose papers these are, as arXiv sees it: pairs of identifier and key."""
        if not ids:
            return
        middle = (len(known) + 1) // 2
        for half in filter(None, (known[:middle], known[middle:])):
            query = any_of(request.keyword for request in half)
            try:
                found = self._api.matching(query, ids)
            except SourceError as exc:
                logger.warning("whose %d papers are stays open until the next search: %s", len(ids), exc)
                return
            if len(half) == 1:
                yield from ((paper_id, half[0].keyword.id) for paper_id in found)
            else:
                yield from self._ask_in_halves(half, sorted(found))

    def _first(self, last: FetchResult, matcher: Matcher) -> FetchResult:
        """A keyword's past: its newest papers, and those of the `last` announcement."""
        keyword = last.keyword

        def claimed(paper: Paper) -> bool:
            return keyword.id in matcher.claims(paper)

        try:
            page = self._api.newest(expression(keyword), FIRST_PAGE, claimed)
        except SourceError as exc:
            return FetchResult(keyword, problem=exc)
        papers = {paper.id: paper for paper in (*last.papers, *page.papers)}
        return replace(last, papers=tuple(papers.values()), asked_at=page.asked_at, problem=None)


def wanted_ids(announcement: Announcement, matcher: Matcher, seen: Collection[str]) -> frozenset[str]:
    """Of an announcement, what a keyword claims and what is a new version of a paper that was seen."""
    return frozenset(
        entry.id
        for entry in announcement.entries
        if (entry.id in seen if entry.kind.startswith("replace") else matcher.claims(entry))
    )


def highest_id(announcement: Announcement) -> frozenset[str]:
    """The paper that an announcement ends with. It is asked for too: on one feed's word alone, a wrong
    identifier far ahead would make all that comes before it look old."""
    return frozenset(
        entry.id for entry in announcement.arrivals if announcement_order(entry.id) == announcement.top
    )


def _finding(request: FetchRequest, news: News, listed: Found, papers: Sequence[Paper]) -> FetchResult:
    problem = news.problem or listed.problem
    announced = news.announcement.top > (request.known.covered or 0)
    return FetchResult(
        keyword=request.keyword,
        papers=tuple(papers),
        announced=frozenset(entry.id for entry in news.announcement.new) if announced else frozenset(),
        covered=None if listed.problem else news.covered,
        settled=news.settled and problem is None,
        problem=problem,
    )


def _of(source: str, problem: SourceError) -> SourceError:
    """The problem with its source named, and still telling whether arXiv as a whole is unavailable."""
    kind = SourceUnavailable if isinstance(problem, SourceUnavailable) else SourceError
    named = kind(f"{source}: {problem}")
    named.__cause__ = problem
    return named


def _canaries(news: News, known: Sequence[FetchRequest]) -> frozenset[str]:
    """Papers that surely exist, the newest that are announced or known: a list without them is not whole.

    The number of rows says nothing, since nobody knows how many of the others exist.
    """
    announced = {entry.id for entry in news.announcement.arrivals} | news.evidence.keys()
    recent = frozenset().union(*(request.known.recent for request in known)) - announced
    newest_first = [sorted(ids, key=announcement_order, reverse=True) for ids in (announced, recent)]
    return frozenset([*newest_first[0], *newest_first[1]][:_CONTROL_IDS])


def _closed(spans: Iterable[IdRange]) -> Iterator[str]:
    for span in spans:
        if span.last is not None:
            yield from map(identifier_at, range(span.first, span.last + 1))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), _PORTION):
        yield ids[first : first + _PORTION]
