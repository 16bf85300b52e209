"""Find the new papers of all keywords: the search and the announcement feed together, each checks the other.

How it works and why, with figures: docs/discovery.md
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from digest.domain.fetching import FetchRequest, Unavailable
from digest.domain.keywords import Keyword
from digest.domain.matching import accented_forms, with_accented_forms
from digest.domain.papers import Paper
from digest.errors import AnswerRejected, SourceError
from digest.sources.arxiv.api import FIRST_PAGE, OVERLAP, ArxivApi, Found
from digest.sources.arxiv.categories import ALL_ARCHIVES, pattern
from digest.sources.arxiv.claims import Claimant, Claims, Matchers, believed
from digest.sources.arxiv.feed import AnnouncementFeed, archives_of
from digest.sources.arxiv.findings import Discovered, FoundPapers, LastAnnouncement, naming
from digest.sources.arxiv.isolation import SPOILED, Isolation
from digest.sources.arxiv.listing import Listing
from digest.sources.arxiv.query import query_of, query_of_any
from digest.sources.arxiv.responses import Announcement
from digest.sources.arxiv.unshown import UnshownPapers
from digest.sources.arxiv.validation import RejectionReason
from digest.sources.arxiv.volume import volume_of

logger = logging.getLogger(__name__)

KEYWORDS_PER_QUERY = 100

_PROBE_ROWS = 100

_NO_ANNOUNCEMENT = Announcement((), None)


class Discovery:
    """Finds papers through the query API and the announcement feed."""

    def __init__(self, api: ArxivApi, feed: AnnouncementFeed) -> None:
        self._api = api
        self._feed = feed

    def discover(self, requests: Sequence[FetchRequest], unavailable: Unavailable) -> Iterator[Discovered]:
        """What is found for each request, in as few requests to arXiv as possible. Raises no SourceError."""
        if not requests:
            return
        known = [request for request in requests if request.known.baseline is not None]
        matchers, unshown = Matchers(requests), UnshownPapers(unavailable)
        searched = self._search(known, unshown)
        last = self._last_announcement(requests, searched, unshown)
        unshown.titles = {entry.id: entry.title for entry in last.announcement.entries}
        listed = Listing(self._api, known, unshown).list(matchers, searched, last)
        last = last.up_to_shown(unshown.ids, (*searched.papers.values(), *listed.papers.values()))
        claims = Claimant(self._api, known, matchers, searched).claims(listed)
        for request in requests:
            found = _discovered(request, last, listed, claims.get(request.keyword.id, Claims()))
            found = replace(found, search_problem=searched.failed_queries.get(request.keyword.id, ""))
            if request.known.baseline is None:
                found = self._first_fetch(found, matchers, unshown)
            yield replace(found, unavailable=unshown.all())

    def _search(self, known: Sequence[FetchRequest], unshown: UnshownPapers) -> FoundPapers:
        """The papers that the search shows for the last days, for all keywords together."""
        newest = max((q.known.newest_submission for q in known if q.known.newest_submission), default=None)
        papers: dict[str, Paper] = {}
        failed, problem = self._still_failing(known), None
        answered = [request for request in known if request.keyword.id not in failed]
        for first in range(0, len(answered), KEYWORDS_PER_QUERY):
            try:
                found = self._search_some(answered[first : first + KEYWORDS_PER_QUERY], newest, unshown)
                papers |= found.papers
                failed |= found.failed_queries
            except SourceError as exc:
                problem = exc
                logger.warning("this fetch goes on without the search: %s", exc)
        since = [newest - OVERLAP, unshown.searchable_after or newest - OVERLAP] if newest else []
        return FoundPapers(papers, problem, max(since, default=None) if not problem else None, failed)

    def _still_failing(self, known: Sequence[FetchRequest]) -> dict[str, str]:
        """The keywords whose own query failed before and fails again, with one request for each."""
        try:
            reasons = {
                request.keyword.id: self._api.query_problem(query_of(request.spelled))
                for request in known
                if request.known.search_problem
            }
        except SourceError as exc:
            logger.debug("it is not known which queries arXiv can answer: %s", exc)
            return {one.keyword.id: one.known.search_problem for one in known if one.known.search_problem}
        return {keyword_id: reason for keyword_id, reason in reasons.items() if reason}

    def _search_some(
        self, known: Sequence[FetchRequest], newest: datetime | None, unshown: UnshownPapers
    ) -> FoundPapers:
        """Without the keywords whose own query spoils the whole."""
        failed: Mapping[str, str] = {}
        try:
            found = self._search_together(known, newest, unshown)
        except SPOILED:
            failed = self._failing_queries(known)
            answered = [request for request in known if request.keyword.id not in failed]
            if not failed:
                raise
            found = self._search_together(answered, newest, unshown) if answered else Found(())
        unshown.note(found)
        return FoundPapers({paper.id: paper for paper in found.papers}, failed_queries=failed)

    def _search_together(
        self, known: Sequence[FetchRequest], newest: datetime | None, unshown: UnshownPapers
    ) -> Found:
        recent = frozenset().union(*(request.known.recent for request in known))
        query = query_of_any(request.spelled for request in known)
        return self._api.since(query, newest, recent, unshown.searchable_after)

    def _failing_queries(self, known: Sequence[FetchRequest]) -> dict[str, str]:
        """The ids of the keywords whose query arXiv cannot answer, and why; by requests for one row."""

        def fetch(part: Sequence[FetchRequest], _: int) -> None:
            self._api.try_query(query_of_any(request.spelled for request in part))

        isolated = Isolation(fetch, _halves, self._api.require_answer).run(known, tries=1)
        return {one.part[0].keyword.id: one.problem.reason for one in isolated.culprits}

    def _last_announcement(
        self, requests: Sequence[FetchRequest], searched: FoundPapers, unshown: UnshownPapers
    ) -> LastAnnouncement:
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
                evidence = {**evidence, **self._probe(archives, unshown)}
                top = FoundPapers(evidence).top
                if top <= high_water_mark or not high_water_mark:  # in first fetches alone, nothing is new
                    return LastAnnouncement(announcement, max(top, high_water_mark), evidence)
                announcement = self._feed.latest(archives, highest_seen=top, high_water_mark=high_water_mark)
        except SourceError as exc:
            return self._without_feed(archives, high_water_mark, evidence, exc, unshown)
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
        unshown: UnshownPapers,
    ) -> LastAnnouncement:
        """The last announcement as the search shows it: its papers must be listed by their ids."""
        try:
            evidence = {**self._probe(archives, unshown), **evidence}
        except SourceError as exc:
            logger.debug("the newest papers are not known: %s", exc)
        top = max(FoundPapers(evidence).top, high_water_mark)
        return LastAnnouncement(
            _NO_ANNOUNCEMENT, top, evidence, problem=naming("the announcement feed", problem)
        )

    def _probe(self, archives: Sequence[str], unshown: UnshownPapers) -> dict[str, Paper]:
        """The newest papers of these archives, whatever they are about."""
        query = query_of(Keyword("the newest", categories=tuple(map(pattern, archives))))
        found = self._api.newest(query, _PROBE_ROWS)
        unshown.note(found)
        if not found.papers:
            raise AnswerRejected(RejectionReason.EMPTY_ALTHOUGH_KNOWN, "arXiv shows no paper at all")
        return {paper.id: paper for paper in found.papers}

    def _first_fetch(self, found: Discovered, matchers: Matchers, unshown: UnshownPapers) -> Discovered:
        """A keyword's first fetch: its newest papers, and those of the last announcement in `found`."""
        try:
            page = self._api.newest_if_any(query_of(_spelled_as_in(found)), FIRST_PAGE)
        except SourceError as exc:
            return Discovered(found.keyword, problem=exc)
        unshown.note(page)
        claims = believed(found.keyword.id, page.papers, matchers)
        papers = {paper.id: paper for paper in (*found.papers, *claims.papers)}
        return replace(
            found,
            papers=tuple(papers.values()),
            asked_at=page.asked_at,
            compared=claims.compared,
            differing=claims.differing,
            disputed=claims.disputed,
            volume=volume_of(found.keyword, page),
            problem=None,
        )


def _discovered(
    request: FetchRequest, last: LastAnnouncement, listed: FoundPapers, claims: Claims
) -> Discovered:
    problem = last.problem or listed.problem
    announced = last.announcement.top > (request.known.high_water_mark or 0)
    return Discovered(
        keyword=request.keyword,
        papers=claims.papers,
        announced=frozenset(entry.id for entry in last.announcement.new) if announced else frozenset(),
        announcement_size=last.size,
        high_water_mark=None if listed.problem else last.high_water_mark,
        up_to_date=last.up_to_date and problem is None,
        compared=claims.compared,
        differing=claims.differing,
        disputed=claims.disputed,
        problem=problem,
    )


def _spelled_as_in(found: Discovered) -> Keyword:
    """The keyword in all spellings that the papers found by now have."""
    forms = accented_forms(found.keyword, (paper.title for paper in found.papers))
    return with_accented_forms(found.keyword, forms)


def _halves(known: Sequence[FetchRequest]) -> Sequence[Sequence[FetchRequest]]:
    middle = (len(known) + 1) // 2
    return (known[:middle], known[middle:]) if len(known) > 1 else ()
