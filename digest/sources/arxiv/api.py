"""Use arXiv's query API: search, and list papers by their ids.

Manual: https://info.arxiv.org/help/api/user-manual.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.domain.papers import Paper
from digest.errors import SourceUnavailable
from digest.sources.arxiv.atom import parse_list, parse_page
from digest.sources.arxiv.isolation import SPOILED, Isolated, Isolation
from digest.sources.arxiv.query import submitted_since
from digest.sources.arxiv.responses import Listed, Malformed, Page
from digest.sources.arxiv.validation import (
    RequestedList,
    RequestedPage,
    validate_list,
    validate_match,
    validate_search,
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

_PROBE_TRIES = 2
_MATCH_TRIES = 2

_ANY_LIST = "0704.0001"
"""An id for a list that is answered whether the paper exists or not."""


@dataclass(frozen=True, slots=True)
class SubmissionRange:
    """A time in which a paper was first submitted that arXiv cannot show."""

    earliest: datetime
    latest: datetime

    def overlaps(self, other: "SubmissionRange") -> bool:
        return self.earliest <= other.latest and other.earliest <= self.latest


@dataclass(frozen=True, slots=True)
class Found:
    """What a search or a list found, and what it could not show."""

    papers: tuple[Paper, ...]
    total: int = 0
    """Rows of the result, shown or not."""
    asked_at: datetime | None = None
    unshown: Mapping[str, str] = field(default_factory=dict)
    """Ids, and why each is not shown."""
    unshown_rows: Mapping[SubmissionRange | None, str] = field(default_factory=dict)
    """When the papers without a known id were submitted, and why each is not shown; None: not known."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a search result from `start` to before `end`."""

    start: int
    end: int


class ArxivApi:
    """Requests to the query API. All methods raise SourceError."""

    def __init__(self, client: ArxivClient, url: str) -> None:
        self._client = client
        self._url = url

    def newest(self, query: str, rows: int, *, known: frozenset[str] = frozenset()) -> Found:
        """The latest submissions, at most so many; one at least of the `known` ids is among them."""
        return self._search(query, RequestedPage(0, rows, known))

    def newest_if_any(self, query: str, rows: int) -> Found:
        """Like `newest`; that there is none is believed when arXiv says it twice."""
        found = self.newest(query, rows)
        return found if found.papers else self.newest(query, rows)

    def since(
        self,
        query: str,
        newest: datetime | None,
        recent: frozenset[str],
        after: datetime | None = None,
    ) -> Found:
        """All papers submitted since shortly before the `newest` submission known, and not before `after`.

        `recent` has the ids of that time from earlier answers.
        """
        first = newest - OVERLAP if newest else None
        if first and after and after > first:
            first, recent = after, frozenset()
        return _merged(list(self._pages(submitted_since(query, first), newest, recent, first)))

    def listed(self, requested: RequestedList) -> Found:
        """The papers with these ids (at most PAGE) that exist. Each part has the control ids, too."""

        def fetch(part: Sequence[str], tries: int) -> Listed:
            ids = tuple(dict.fromkeys((*part, *sorted(requested.control))))
            return self._list(RequestedList(ids, requested.certain & set(part), requested.control), tries)

        if not requested.ids:
            return Found(())
        isolated = Isolation(fetch, _halves, self.require_answer).run(requested.ids)
        return Found(
            papers=tuple(paper for listed in isolated.answers for paper in listed.papers),
            unshown={
                **{culprit.part[0]: culprit.problem.reason for culprit in isolated.culprits},
                **_named(entry for listed in isolated.answers for entry in listed.malformed),
            },
        )

    def listed_again(self, paper_id: str) -> Found:
        """Ask once for a paper that arXiv could not show before."""
        try:
            listed = self._list(RequestedList((paper_id,), frozenset({paper_id})), 1)
        except SPOILED as exc:
            return Found((), unshown={paper_id: exc.reason})
        return Found(listed.papers, unshown=_named(listed.malformed))

    def try_query(self, query: str) -> None:
        """Ask once for one row. Raises AnswerBroken or AnswerFailed if arXiv cannot answer the query."""
        self._page(query, RequestedPage(0, 1), 1)

    def query_problem(self, query: str) -> str:
        """Why arXiv still cannot answer a query, by one request; empty if it can."""
        try:
            self.try_query(query)
        except SPOILED as exc:
            return exc.reason
        return ""

    def matching(self, query: str, ids: Sequence[str]) -> frozenset[str]:
        """The ids among these that the query finds; all of them exist."""

        def read(body: bytes) -> frozenset[str]:
            page = parse_page(body)
            validate_match(page, ids)
            return frozenset(paper.id for paper in page.papers)

        parameters = {"search_query": query, "id_list": ",".join(ids), "max_results": str(len(ids))}
        return self._client.post(self._url, parameters, read, _MATCH_TRIES)

    def require_answer(self) -> None:
        """Raises SourceUnavailable if arXiv does not even answer a list of one id."""
        try:
            self._list(RequestedList((_ANY_LIST,)), _PROBE_TRIES)
        except SPOILED as exc:
            raise SourceUnavailable(str(exc)) from exc

    def _list(self, requested: RequestedList, tries: int) -> Listed:
        def read(body: bytes) -> Listed:
            listed = parse_list(body)
            validate_list(listed, requested)
            return listed

        parameters = {"id_list": ",".join(requested.ids), "max_results": str(len(requested.ids))}
        return self._client.post(self._url, parameters, read, tries)

    def _pages(
        self, query: str, newest: datetime | None, known: frozenset[str], first: datetime | None
    ) -> Iterator[Found]:
        for start in range(0, LAST_ROW, PAGE):
            page = RequestedPage(start, PAGE, frozenset() if start else known, newest)
            found = self._search(query, page, first)
            yield found
            if newest is None or start + PAGE >= found.total:
                return

    def _search(self, query: str, requested: RequestedPage, first: datetime | None = None) -> Found:
        """One page of a result; in parts where a row spoils it. Papers are submitted from `first` on."""
        whole = _Rows(requested.start, requested.start + requested.size)
        ends = [whole.end]

        def fetch(rows: _Rows, tries: int) -> Page:
            part = requested if rows == whole else requested.part(rows.start, rows.end - rows.start)
            page = self._page(query, part, tries)
            ends.append(page.total)
            return page

        def divide(rows: _Rows) -> Sequence[_Rows]:
            """The later rows first: they are most likely beyond the end, and tell how many there are."""
            end = min(rows.end, *ends)
            middle = (rows.start + end) // 2
            return (_Rows(middle, end), _Rows(rows.start, middle)) if end - rows.start > 1 else ()

        isolated = Isolation(fetch, divide, self.require_answer, hopeless_after=7).run(whole)
        if not isolated.answers:
            raise isolated.culprits[0].problem
        return _found(isolated, first)

    def _page(self, query: str, requested: RequestedPage, tries: int) -> Page:
        def read(body: bytes) -> Page:
            page = parse_page(body)
            validate_search(page, requested)
            return page

        return self._client.post(self._url, _parameters(query, requested), read, tries)


def newest_versions(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """Each paper once: a result that changes between two requests may show it on both pages."""
    newest: dict[str, Paper] = {}
    for paper in papers:
        seen = newest.setdefault(paper.id, paper)
        newest[paper.id] = max(seen, paper, key=lambda one: one.version)
    return tuple(newest.values())


def _halves(ids: Sequence[str]) -> Sequence[Sequence[str]]:
    """Every second id, so that both halves have some of each kind."""
    return (ids[::2], ids[1::2]) if len(ids) > 1 else ()


def _found(isolated: Isolated[Page, _Rows], first: datetime | None) -> Found:
    pages = sorted(isolated.answers, key=lambda page: page.start)
    unshown: dict[str, str] = {}
    for page in pages:
        unshown |= _named(page.malformed)
    return Found(
        papers=tuple(paper for page in pages for paper in page.papers),
        total=max((page.total for page in pages), default=0),
        asked_at=pages[0].asked_at if pages else None,
        unshown=unshown,
        unshown_rows={
            _range_of(one.part.start, pages, first): one.problem.reason for one in isolated.culprits
        },
    )


def _range_of(row: int, pages: Sequence[Page], first: datetime | None) -> SubmissionRange | None:
    """When the paper in this row was submitted: between those in the rows around it.

    A first row was submitted before arXiv answered, a last one after the `first` moment that was asked for.
    """
    rows = [(page.start + place, paper) for page in pages for place, paper in enumerate(page.papers)]
    later = [paper.submitted for place, paper in rows if place < row]
    earlier = [paper.submitted for place, paper in rows if place > row]
    earliest, latest = max(earlier, default=first), min(later, default=pages[0].asked_at if pages else None)
    return SubmissionRange(earliest, latest) if earliest and latest else None


def _named(malformed: Iterable[Malformed]) -> dict[str, str]:
    return {entry.id: f"malformed entry: {entry.problem}" for entry in malformed if entry.id}


def _merged(found: Sequence[Found]) -> Found:
    return Found(
        papers=newest_versions(paper for one in found for paper in one.papers),
        total=found[0].total,
        asked_at=found[0].asked_at,
        unshown={paper_id: why for one in found for paper_id, why in one.unshown.items()},
        unshown_rows={rows: why for one in found for rows, why in one.unshown_rows.items()},
    )


def _parameters(query: str, requested: RequestedPage) -> dict[str, str]:
    return {
        "search_query": query,
        "start": str(requested.start),
        "max_results": str(requested.size),
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }
