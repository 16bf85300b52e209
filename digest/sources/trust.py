"""Is this answer to be believed? arXiv also fails with status 200, and then silence looks like no news."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from digest.errors import AnswerRejected
from digest.models import Paper
from digest.protocols import Known


class Verdict(StrEnum):
    """Why an answer is not believed: the `verdict` of AnswerRejected."""

    TOO_LARGE = "too large"
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


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search result: `papers` from row `start` (counted from 0) of `total` rows."""

    papers: tuple[Paper, ...]
    total: int
    start: int
    asked_at: datetime | None
    """arXiv's own clock, if the page told it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: at most `size` rows from row `start`, newest submission first."""

    start: int
    size: int


def judge(page: Page, asked: Asked, known: Known) -> None:
    """Raises AnswerRejected for the first thing about the page that cannot be true."""
    for verdict, complaint in _COMPLAINTS.items():
        detail = complaint(page, asked, known)
        if detail:
            raise AnswerRejected(verdict, detail)


def _wrong_page(page: Page, asked: Asked, _: Known) -> str | None:
    if page.start == asked.start:
        return None
    return f"row {asked.start} was asked for, row {page.start} came"


def _empty_although_known(page: Page, asked: Asked, known: Known) -> str | None:
    if page.papers or asked.start > 0 or not known.papers:
        return None
    return f"no paper, and {len(known.papers)} are known"


def _fewer_rows(page: Page, asked: Asked, _: Known) -> str | None:
    promised = min(asked.size, page.total - asked.start)
    if len(page.papers) >= promised:
        return None
    return f"{len(page.papers)} rows instead of {promised}"


def _not_in_order(page: Page, _: Asked, __: Known) -> str | None:
    for earlier, later in pairwise(page.papers):
        if earlier.submitted < later.submitted:
            return f"{later.id} of {later.submitted.date()} after {earlier.id} of {earlier.submitted.date()}"
    return None


_COMPLAINTS: dict[Verdict, Callable[[Page, Asked, Known], str | None]] = {
    Verdict.WRONG_PAGE: _wrong_page,
    Verdict.EMPTY_ALTHOUGH_KNOWN: _empty_although_known,
    Verdict.FEWER_ROWS: _fewer_rows,
    Verdict.NOT_IN_ORDER: _not_in_order,
}
"""What each check says against a page, or None; the first that speaks is heard."""
