"""Is this answer to be believed? arXiv also fails with status 200, and then silence looks like no news."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from digest.domain.papers import Paper
from digest.errors import AnswerRejected
from digest.sources.arxiv.identifiers import identifier_at, month_order, next_month
from digest.sources.arxiv.responses import Announcement, Page

TOP_MAY_LAG = timedelta(days=30)
"""How much older than the newest submission known the first row may be. A search that has forgotten
how to sort begins with papers of years ago."""

TELLING_ROWS = 10
"""Fewer rows than these say nothing about how arXiv reads phrases."""


class RejectionReason(StrEnum):
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
    OLD_AT_THE_TOP = "an id of years ago at the top"
    NO_OVERLAP = "no overlap with the last good answer"
    UNEXPECTED_PAPER = "a paper that was not asked for"
    MISSING_ROWS = "missing rows"
    SEMANTICS = "phrases are not read as phrases"
    BEHIND = "the feed is behind the search"
    STALE = "the same batch as last time"
    EMPTY_FEED = "empty feed"
    FUTURE = "an id of the future"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: at most `size` rows from row `start`, newest submission first."""

    start: int
    size: int
    known: frozenset[str] = frozenset()
    """Papers of earlier answers to this question, of which the first page must show one at least."""
    newest_submission: datetime | None = None
    """The latest of them all."""


def validate_search(page: Page, asked: Asked) -> None:
    """Raises AnswerRejected for the first thing about the page that cannot be true."""
    for reason, complaint in _COMPLAINTS.items():
        detail = complaint(page, asked)
        if detail:
            raise AnswerRejected(reason, detail)


def validate_list(papers: Collection[Paper], ids: Collection[str], certain: Collection[str]) -> None:
    """Judge the answer to a list of `ids`, of which arXiv has the `certain` ones without doubt.

    Raises AnswerRejected with the verdict UNEXPECTED_PAPER or MISSING_ROWS.
    """
    shown = {paper.id for paper in papers}
    if strangers := shown - set(ids):
        raise AnswerRejected(RejectionReason.UNEXPECTED_PAPER, min(strangers))
    if missing := set(certain) - shown:
        detail = f"{len(missing)} of {len(certain)} papers, such as {min(missing)}"
        raise AnswerRejected(RejectionReason.MISSING_ROWS, detail)


def validate_match(page: Page, ids: Collection[str]) -> None:
    """Judge which of some `ids` a query finds. Raises AnswerRejected(FEWER_ROWS) or as `validate_list`."""
    if len(page.papers) < page.total:
        raise AnswerRejected(RejectionReason.FEWER_ROWS, f"{len(page.papers)} rows instead of {page.total}")
    validate_list(page.papers, ids, ())


def validate_semantics(claimed: int, rows: int) -> None:
    """Raises AnswerRejected(SEMANTICS) if of many `rows` fewer than half are `claimed` by a keyword."""
    if rows >= TELLING_ROWS and 2 * claimed < rows:
        raise AnswerRejected(RejectionReason.SEMANTICS, f"{claimed} of {rows} rows have what was asked for")


def validate_announcement(announcement: Announcement, highest_seen: int, covered: int) -> None:
    """Refuse a feed that has less than a search has shown.

    All are announcement orders: `highest_seen` by any search, and `covered`, up to which every
    announcement is known already. Raises AnswerRejected with the verdict EMPTY_FEED, STALE or BEHIND.
    """
    if highest_seen <= max(announcement.top, covered):
        return
    shown = identifier_at(highest_seen)
    if not announcement.arrivals:
        raise AnswerRejected(RejectionReason.EMPTY_FEED, f"no new paper, and {shown} is announced")
    reason = RejectionReason.STALE if announcement.top == covered else RejectionReason.BEHIND
    detail = f"it goes up to {identifier_at(announcement.top)}, and {shown} is announced"
    raise AnswerRejected(reason, detail)


def _wrong_page(page: Page, asked: Asked) -> str | None:
    if page.start == asked.start:
        return None
    return f"row {asked.start} was asked for, row {page.start} came"


def _empty_although_known(page: Page, asked: Asked) -> str | None:
    if page.papers or asked.start > 0 or not asked.known:
        return None
    return f"no paper, and {len(asked.known)} are known"


def _fewer_rows(page: Page, asked: Asked) -> str | None:
    promised = min(asked.size, page.total - asked.start)
    if len(page.papers) >= promised:
        return None
    return f"{len(page.papers)} rows instead of {promised}"


def _not_in_order(page: Page, _: Asked) -> str | None:
    for earlier, later in pairwise(page.papers):
        if earlier.submitted < later.submitted:
            return f"{later.id} of {later.submitted.date()} after {earlier.id} of {earlier.submitted.date()}"
    return None


def _old_at_the_top(page: Page, asked: Asked) -> str | None:
    if asked.start > 0 or not page.papers or asked.newest_submission is None:
        return None
    top = page.papers[0]
    if asked.newest_submission - top.submitted <= TOP_MAY_LAG:
        return None
    known = asked.newest_submission.date()
    return f"{top.id} of {top.submitted.date()}, and a paper of {known} is known"


def _no_overlap(page: Page, asked: Asked) -> str | None:
    if asked.start > 0 or not asked.known or any(paper.id in asked.known for paper in page.papers):
        return None
    return f"none of {len(asked.known)} known papers among {len(page.papers)} rows"


def _of_the_future(page: Page, _: Asked) -> str | None:
    """By arXiv's own clock; identifiers may turn month a little before it."""
    if page.asked_at is None:
        return None
    month = month_order(page.asked_at.year, page.asked_at.month)
    ahead = [paper.id for paper in page.papers if paper.order >= next_month(next_month(month))]
    return f"{ahead[0]}, on {page.asked_at.date()}" if ahead else None


_COMPLAINTS: dict[RejectionReason, Callable[[Page, Asked], str | None]] = {
    RejectionReason.WRONG_PAGE: _wrong_page,
    RejectionReason.EMPTY_ALTHOUGH_KNOWN: _empty_although_known,
    RejectionReason.FEWER_ROWS: _fewer_rows,
    RejectionReason.NOT_IN_ORDER: _not_in_order,
    RejectionReason.FUTURE: _of_the_future,
    RejectionReason.OLD_AT_THE_TOP: _old_at_the_top,
    RejectionReason.NO_OVERLAP: _no_overlap,
}
"""What each check says against a page, or None; the first that speaks is heard."""
