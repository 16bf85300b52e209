"""Validate answers: arXiv also fails with status 200, and an empty answer then looks like no new papers."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from digest.errors import AnswerBroken, AnswerRejected
from digest.sources.arxiv.identifiers import identifier_at, month_order, next_month
from digest.sources.arxiv.responses import Announcement, Listed, Page

_FEW_ROWS = 2

TOP_MAY_LAG = timedelta(days=30)
"""How much older than the newest submission known the first row may be. When arXiv ignores the sort order,
papers of years ago come first."""


class RejectionReason(StrEnum):
    """Why an answer is rejected: the `reason` of AnswerRejected."""

    RATE_TEXT = "rate text"
    NOT_XML = "not XML"
    DTD = "DTD"
    CUT_OFF = "cut off"
    NOT_ATOM = "not Atom"
    ERROR_FEED = "error feed"
    MALFORMED_ENTRY = "malformed entry"
    WRONG_PAGE = "wrong page"
    EMPTY_ALTHOUGH_KNOWN = "empty although known"
    FEWER_ROWS = "fewer rows than promised"
    NOT_IN_ORDER = "not in order"
    OLD_AT_THE_TOP = "an id of years ago at the top"
    NO_OVERLAP = "no overlap with the last good answer"
    UNEXPECTED_PAPER = "a paper that was not requested"
    MISSING_ROWS = "missing rows"
    BEHIND = "the feed is behind the search"
    STALE = "the same batch as last time"
    EMPTY_FEED = "empty feed"
    FUTURE = "an id of the future"
    TOO_MANY = "too many entries"
    NOT_OAI = "not OAI-PMH"
    OAI_ERROR = "OAI-PMH error"
    EXPIRED = "resumption token not accepted"
    ENDLESS = "a list without end"
    EMPTY_LIST = "empty list of changes"
    INCOMPLETE = "incomplete list of changes"


@dataclass(frozen=True, slots=True)
class RequestedPage:
    """The page that was requested: at most `size` rows from row `start`, newest submission first."""

    start: int
    size: int
    known: frozenset[str] = frozenset()
    """Ids of earlier answers to this query; the first page must show at least one of them."""
    newest_submission: datetime | None = None
    """The latest submission of all papers known."""

    def part(self, start: int, size: int) -> "RequestedPage":
        """Some rows of the page; they need not show a known paper."""
        return replace(self, start=start, size=size, known=frozenset())


def validate_search(page: Page, requested: RequestedPage) -> None:
    """Raises AnswerRejected for the first check of the page that fails."""
    for reason, check in _CHECKS.items():
        detail = check(page, requested)
        if detail:
            raise AnswerRejected(reason, detail)


@dataclass(frozen=True, slots=True)
class RequestedList:
    """The ids that were requested. Those in `control` have been shown before, so that an answer without them
    is not complete; those in `certain` exist, but perhaps one of them cannot be shown."""

    ids: tuple[str, ...]
    certain: frozenset[str] = frozenset()
    control: frozenset[str] = frozenset()


def validate_list(listed: Listed, requested: RequestedList) -> None:
    """Raises AnswerRejected (UNEXPECTED_PAPER or MISSING_ROWS), or AnswerBroken (MISSING_ROWS)."""
    shown = {paper.id for paper in listed.papers} | {entry.id for entry in listed.malformed if entry.id}
    if unexpected := shown.difference(requested.ids):
        raise AnswerRejected(RejectionReason.UNEXPECTED_PAPER, min(unexpected))
    _require(requested.control, shown, few=0)
    _require(requested.certain, shown, few=_FEW_ROWS)


def _require(wanted: frozenset[str], shown: set[str], few: int) -> None:
    """Where `few` ids are missing, or not most of them, some of these papers may be the cause."""
    missing = wanted - shown
    if not missing:
        return
    detail = f"{len(missing)} of {len(wanted)} papers, such as {min(missing)}"
    if few and len(missing) <= max(few, len(wanted) // 2):
        raise AnswerBroken(RejectionReason.MISSING_ROWS, detail)
    raise AnswerRejected(RejectionReason.MISSING_ROWS, detail)


def validate_match(page: Page, ids: Collection[str]) -> None:
    """Check which of some `ids` a query finds. Raises AnswerRejected (FEWER_ROWS or UNEXPECTED_PAPER)."""
    if page.rows < page.total:
        raise AnswerRejected(RejectionReason.FEWER_ROWS, f"{page.rows} rows instead of {page.total}")
    validate_list(Listed(page.papers, page.malformed), RequestedList(tuple(ids)))


def validate_announcement(announcement: Announcement, highest_seen: int, high_water_mark: int) -> None:
    """Reject a feed that has less than a search has shown.

    Both numbers are announcement orders: the highest one that any search has shown, and the one up to which
    every announcement is known. Raises AnswerRejected (EMPTY_FEED, STALE or BEHIND).
    """
    if highest_seen <= max(announcement.top, high_water_mark):
        return
    shown = identifier_at(highest_seen)
    if not announcement.arrivals:
        raise AnswerRejected(RejectionReason.EMPTY_FEED, f"no new paper, and {shown} is announced")
    reason = RejectionReason.STALE if announcement.top == high_water_mark else RejectionReason.BEHIND
    detail = f"it goes up to {identifier_at(announcement.top)}, and {shown} is announced"
    raise AnswerRejected(reason, detail)


def _wrong_page(page: Page, requested: RequestedPage) -> str | None:
    if page.start == requested.start:
        return None
    return f"row {requested.start} was requested, row {page.start} came"


def _empty_although_known(page: Page, requested: RequestedPage) -> str | None:
    if page.papers or requested.start > 0 or not requested.known:
        return None
    return f"no paper, and {len(requested.known)} are known"


def _fewer_rows(page: Page, requested: RequestedPage) -> str | None:
    promised = min(requested.size, page.total - requested.start)
    if page.rows >= promised:
        return None
    return f"{page.rows} rows instead of {promised}"


def _not_in_order(page: Page, _: RequestedPage) -> str | None:
    for earlier, later in pairwise(page.papers):
        if earlier.submitted < later.submitted:
            return f"{later.id} of {later.submitted.date()} after {earlier.id} of {earlier.submitted.date()}"
    return None


def _old_at_the_top(page: Page, requested: RequestedPage) -> str | None:
    if requested.start > 0 or not page.papers or requested.newest_submission is None:
        return None
    top = page.papers[0]
    if requested.newest_submission - top.submitted <= TOP_MAY_LAG:
        return None
    known = requested.newest_submission.date()
    return f"{top.id} of {top.submitted.date()}, and a paper of {known} is known"


def _no_overlap(page: Page, requested: RequestedPage) -> str | None:
    if (
        requested.start > 0
        or not requested.known
        or any(paper.id in requested.known for paper in page.papers)
    ):
        return None
    return f"none of {len(requested.known)} known papers among {len(page.papers)} rows"


def _of_the_future(page: Page, _: RequestedPage) -> str | None:
    """An id after next month, by arXiv's own clock."""
    if page.asked_at is None:
        return None
    month = month_order(page.asked_at.year, page.asked_at.month)
    ahead = [paper.id for paper in page.papers if paper.order >= next_month(next_month(month))]
    return f"{ahead[0]}, on {page.asked_at.date()}" if ahead else None


_CHECKS: dict[RejectionReason, Callable[[Page, RequestedPage], str | None]] = {
    RejectionReason.WRONG_PAGE: _wrong_page,
    RejectionReason.EMPTY_ALTHOUGH_KNOWN: _empty_although_known,
    RejectionReason.FEWER_ROWS: _fewer_rows,
    RejectionReason.NOT_IN_ORDER: _not_in_order,
    RejectionReason.FUTURE: _of_the_future,
    RejectionReason.OLD_AT_THE_TOP: _old_at_the_top,
    RejectionReason.NO_OVERLAP: _no_overlap,
}
"""Each check returns the detail of a failure, or None. In this order."""
