"""Use arXiv's query API: search, and list papers by their ids.

Manual: https://info.arxiv.org/help/api/user-manual.html
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from digest.domain.papers import Paper
from digest.sources.arxiv.atom import parse_list, parse_page
from digest.sources.arxiv.query import submitted_between
from digest.sources.arxiv.responses import Page
from digest.sources.arxiv.validation import (
    RequestedPage,
    validate_list,
    validate_match,
    validate_search,
    validate_semantics,
)
from digest.sources.http import ArxivClient

FIRST_PAGE = 100
"""Rows of a keyword's first search; they are its past in the archive."""

PAGE = 2_000
"""Rows that arXiv gives at once, by search or by ids."""

LAST_ROW = 10_000
"""arXiv shows no row of a result after this one."""

OVERLAP = timedelta(days=7)
"""How far behind the newest submission known a search goes back."""

Claimed = Callable[[Paper], bool]
"""Whether the local matcher agrees that a query finds a paper."""


class ArxivApi:
    """Requests to the query API. All methods raise SourceError."""

    def __init__(self, client: ArxivClient, url: str) -> None:
        self._client = client
        self._url = url

    def newest(
        self, query: str, rows: int, claimed: Claimed = bool, *, known: frozenset[str] = frozenset()
    ) -> Page:
        """The latest submissions, at most so many; one at least of the `known` ids is among them."""
        return self._search(query, RequestedPage(0, rows, known), claimed)

    def newest_if_any(self, query: str, rows: int, claimed: Claimed = bool) -> Page:
        """Like `newest`; that there is none is believed when arXiv says it twice."""
        page = self.newest(query, rows, claimed)
        return page if page.papers else self.newest(query, rows, claimed)

    def since(
        self, query: str, newest: datetime | None, recent: frozenset[str], claimed: Claimed
    ) -> tuple[Paper, ...]:
        """All papers submitted since shortly before the `newest` submission known.

        `recent` has the ids of that time from earlier answers.
        """
        if newest:
            query = submitted_between(query, newest - OVERLAP, None)
        pages = self._pages(query, newest, recent, claimed)
        return newest_versions(paper for page in pages for paper in page.papers)

    def listed(self, ids: Sequence[str], certain: Collection[str]) -> tuple[Paper, ...]:
        """The papers with these ids (at most PAGE) that exist; the `certain` ones do."""

        def read(body: bytes) -> tuple[Paper, ...]:
            papers = parse_list(body)
            validate_list(papers, ids, certain)
            return papers

        return self._client.post(self._url, {"id_list": ",".join(ids), "max_results": str(len(ids))}, read)

    def matching(self, query: str, ids: Sequence[str]) -> frozenset[str]:
        """The ids among these that the query finds; all of them exist."""

        def read(body: bytes) -> frozenset[str]:
            page = parse_page(body)
            validate_match(page, ids)
            return frozenset(paper.id for paper in page.papers)

        parameters = {"search_query": query, "id_list": ",".join(ids), "max_results": str(len(ids))}
        return self._client.post(self._url, parameters, read)

    def _pages(
        self, query: str, newest: datetime | None, recent: frozenset[str], claimed: Claimed
    ) -> Iterator[Page]:
        for start in range(0, LAST_ROW, PAGE):
            page = self._search(
                query, RequestedPage(start, PAGE, frozenset() if start else recent, newest), claimed
            )
            yield page
            if newest is None or start + PAGE >= page.total:
                return

    def _search(self, query: str, requested: RequestedPage, claimed: Claimed) -> Page:
        def read(body: bytes) -> Page:
            page = parse_page(body)
            validate_search(page, requested)
            validate_semantics(sum(map(claimed, page.papers)), len(page.papers))
            return page

        return self._client.post(self._url, _parameters(query, requested), read)


def newest_versions(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """Each paper once: a result that changes between two requests may show it on both pages."""
    newest: dict[str, Paper] = {}
    for paper in papers:
        seen = newest.setdefault(paper.id, paper)
        newest[paper.id] = max(seen, paper, key=lambda one: one.version)
    return tuple(newest.values())


def _parameters(query: str, requested: RequestedPage) -> dict[str, str]:
    return {
        "search_query": query,
        "start": str(requested.start),
        "max_results": str(requested.size),
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }
