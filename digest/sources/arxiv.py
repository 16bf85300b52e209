"""arXiv's search as a Source. Manual: https://info.arxiv.org/help/api/user-manual.html"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from digest.keywords import expression
from digest.models import ArxivSettings, Keyword, Paper
from digest.protocols import Answer, Known
from digest.sources.atom import parse_page
from digest.sources.http import ArxivClient
from digest.sources.trust import Asked, Page, judge

FIRST_PAGE = 100
"""Rows asked for while nothing is known of a keyword: they become the archive's past."""
PAGE = 500
LAST_ROW = 10_000
"""arXiv shows no row of a result beyond this one."""
MODERATION = timedelta(days=30)
"""How long after its submission a paper may still appear: all but one in forty are announced sooner."""


class ArxivSearch:
    """Lists the papers of a keyword by submission, newest first, as far back as news can stand."""

    def __init__(self, client: ArxivClient, settings: ArxivSettings) -> None:
        self._client = client
        self._url = settings.api

    def search(self, keyword: Keyword, known: Known) -> Answer:
        """See digest.protocols.Source.search."""
        pages = tuple(self._pages(expression(keyword), known))
        papers = (paper for page in pages for paper in page.papers)
        return Answer(papers=newest_versions(papers), asked_at=pages[0].asked_at)

    def probe(self) -> None:
        """Ask for one paper of any kind, to see that arXiv answers. Raises as `search` does."""
        self._page("cat:cs.*", Asked(0, 1), Known(None, frozenset(), None))

    def _pages(self, query: str, known: Known) -> Iterator[Page]:
        size = FIRST_PAGE if known.baseline is None else PAGE
        asked = Asked(0, size)
        yield (page := self._page(query, asked, known))
        while goes_on(page, asked, known):
            asked = Asked(asked.start + size, size)
            yield (page := self._page(query, asked, known))

    def _page(self, query: str, asked: Asked, known: Known) -> Page:
        def read(body: bytes) -> Page:
            page = parse_page(body)
            judge(page, asked, known)
            return page

        return self._client.ask(self._url, _parameters(query, asked), read)


def goes_on(page: Page, asked: Asked, known: Known) -> bool:
    """Whether a paper that is new can stand on the page after this one, which was believed."""
    if known.baseline is None or asked.start + asked.size >= min(page.total, LAST_ROW):
        return False
    if known.newest_submission is None:
        return True
    return page.papers[-1].submitted >= known.newest_submission - MODERATION


def newest_versions(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """Each paper once: a result that changes between two pages may show one on both."""
    newest: dict[str, Paper] = {}
    for paper in papers:
        seen = newest.setdefault(paper.id, paper)
        newest[paper.id] = max(seen, paper, key=lambda one: one.version)
    return tuple(newest.values())


def _parameters(query: str, asked: Asked) -> dict[str, str]:
    return {
        "search_query": query,
        "start": str(asked.start),
        "max_results": str(asked.size),
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }
