"""arXiv as a source of papers: everything that the program outside this package knows of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from digest.domain.fetching import FetchRequest, FetchResult, Unavailable
from digest.domain.keywords import Keyword
from digest.domain.volume import VolumeResult
from digest.errors import SourceError
from digest.sources.arxiv.api import ArxivApi
from digest.sources.arxiv.calendar import ArxivCalendar
from digest.sources.arxiv.discovery import Discovery
from digest.sources.arxiv.feed import AnnouncementFeed
from digest.sources.arxiv.findings import Discovered
from digest.sources.arxiv.novelty import first_baseline, matches_of
from digest.sources.arxiv.oai import ChangedPapers
from digest.sources.arxiv.volume import count_papers
from digest.sources.http import ArxivClient


class ArxivSource:
    """digest.pipeline.ports.Source of arXiv's query API and announcement feed, at these addresses.

    `change_list` is None without the address of an OAI-PMH server.
    """

    calendar = ArxivCalendar()

    def __init__(self, client: ArxivClient, api_url: str, feed_url: str, oai_url: str | None = None) -> None:
        self._api = ArxivApi(client, api_url)
        self._discovery = Discovery(self._api, AnnouncementFeed(client, feed_url))
        self.change_list = ChangedPapers(client, oai_url) if oai_url else None

    def fetch(self, requests: Sequence[FetchRequest], unavailable: Unavailable) -> Iterator[FetchResult]:
        """See digest.pipeline.ports.Source.fetch."""
        by_keyword = {request.keyword.id: request for request in requests}
        highest_order = max((request.highest_order for request in requests), default=0)
        for found in self._discovery.discover(requests, unavailable):
            yield _result(found, by_keyword[found.keyword.id], highest_order)
            # The papers of one keyword are known when the next one begins.
            highest_order = max(highest_order, *(paper.order for paper in found.papers), 0)

    def volumes(self, keywords: Iterable[Keyword], now: datetime) -> Iterator[VolumeResult]:
        """How many papers arXiv has for each keyword, in their order. Raises no SourceError."""
        for keyword in keywords:
            try:
                yield VolumeResult(keyword, count_papers(self._api, keyword, now))
            except SourceError as exc:
                yield VolumeResult(keyword, problem=exc)

    def ask_time(self) -> datetime | None:
        """Ask for one paper; returns arXiv's own clock, None if the answer lacks it. Raises SourceError."""
        return self._api.newest("cat:cs.*", 1).asked_at


def _result(found: Discovered, request: FetchRequest, highest_order: int) -> FetchResult:
    return FetchResult(
        keyword=found.keyword,
        matches=matches_of(found, request.known),
        baseline=first_baseline(found, highest_order) if request.known.baseline is None else 0,
        high_water_mark=found.high_water_mark,
        up_to_date=found.up_to_date,
        problem=found.problem,
        compared=found.compared,
        differing=found.differing,
        disputed=found.disputed,
        search_problem=found.search_problem,
        unavailable=found.unavailable,
        volume=found.volume,
        announcement_size=found.announcement_size,
    )
