"""Ask arXiv's OAI-PMH server what has changed since a day: a third way, beside search and feed.

Manual: https://info.arxiv.org/help/oa/index.html and
https://www.openarchives.org/OAI/openarchivesprotocol.html#ListRecords
"""

import logging
from collections.abc import Sequence
from urllib.parse import urlencode

from digest.domain.auditing import ChangedPaper, Changes, ChangesRequest
from digest.errors import AnswerRejected
from digest.sources.arxiv.feed import archives_of
from digest.sources.arxiv.identifiers import announcement_order, identifier_at
from digest.sources.arxiv.oai_records import ChangesPage, parse_changes
from digest.sources.arxiv.validation import RejectionReason
from digest.sources.http import ArxivClient

logger = logging.getLogger(__name__)

MAX_PAGES = 60
"""More than the longest window has: 2,500 records a page, some 6,000 a week."""

MAX_STARTS = 3
"""A resumption token expires at midnight; the list is then asked for from its beginning."""

_PHYSICS = frozenset(
    {
        *("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin"),
        *("nucl-ex", "nucl-th", "physics", "quant-ph"),
    }
)
"""The archives of the group `physics`; every other archive is a group of its own."""


class ChangedPapers:
    """Lists the papers that have changed. Raises SourceError."""

    def __init__(self, client: ArxivClient, url: str) -> None:
        self._client = client
        self._url = url

    def since(self, request: ChangesRequest) -> Changes:
        """All that has changed since the day of the request; rejected if a certain paper is missing."""
        requests_before = self._client.requests
        for _ in range(MAX_STARTS):
            pages = self._pages(request)
            if not pages[-1].expired:
                validate_changes(pages, request)
                return _changes(pages, self._client.requests - requests_before)
            logger.info("arXiv does not accept its resumption token any more: the list begins again")
        raise AnswerRejected(RejectionReason.EXPIRED, f"{MAX_STARTS} times")

    def _pages(self, request: ChangesRequest) -> Sequence[ChangesPage]:
        """The answers, up to the last one or one whose token is not accepted."""
        pages = [self._page(_first_parameters(request))]
        tokens: set[str] = set()
        while token := pages[-1].token:
            if token in tokens or len(pages) >= MAX_PAGES:
                raise AnswerRejected(RejectionReason.ENDLESS, f"{len(pages)} answers, and no end")
            tokens.add(token)
            pages.append(self._page({"verb": "ListRecords", "resumptionToken": token}))
        return pages

    def _page(self, parameters: dict[str, str]) -> ChangesPage:
        def read(body: bytes) -> ChangesPage:
            page = parse_changes(body)
            if not page.ids and not page.expired:
                raise AnswerRejected(RejectionReason.EMPTY_LIST, "no paper has changed, it says")
            return page

        return self._client.get(f"{self._url}?{urlencode(parameters)}", read)


def validate_changes(pages: Sequence[ChangesPage], request: ChangesRequest) -> None:
    """Raises AnswerRejected (INCOMPLETE) if the list lacks a paper that was announced since its first day."""
    ids = frozenset().union(*(page.ids for page in pages))
    if missing := request.certain.keys() - ids:
        detail = f"it leaves out {len(missing)} of {len(request.certain)} announced papers, such as "
        raise AnswerRejected(RejectionReason.INCOMPLETE, detail + min(missing))
    highest = max(map(announcement_order, ids), default=0)
    if set_of(request) is None and highest < request.highest_order:
        announced = identifier_at(request.highest_order)
        raise AnswerRejected(
            RejectionReason.INCOMPLETE, f"it ends at {identifier_at(highest)}, and {announced} is announced"
        )


def set_of(request: ChangesRequest) -> str | None:
    """The set that has all papers which the keywords can match: one archive; None for all sets.

    Source: https://github.com/arXiv/oaipmh, sets are `group:archive:category`.
    """
    archives = archives_of(request.keywords)
    if len(archives) != 1:
        return None
    return f"physics:{archives[0]}" if archives[0] in _PHYSICS else archives[0]


def _first_parameters(request: ChangesRequest) -> dict[str, str]:
    parameters = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": request.day.isoformat()}
    wanted = set_of(request)
    return parameters | {"set": wanted} if wanted else parameters


def _changes(pages: Sequence[ChangesPage], requests: int) -> Changes:
    """Each paper once, in its latest version: the list may change between two answers."""
    papers: dict[str, ChangedPaper] = {}
    for changed in (changed for page in pages for changed in page.papers):
        earlier = papers.setdefault(changed.paper.id, changed)
        papers[changed.paper.id] = max(earlier, changed, key=lambda one: one.paper.version)
    unreadable = dict.fromkeys(text for page in pages for text in page.unreadable)
    return Changes(tuple(papers.values()), tuple(unreadable), requests)
