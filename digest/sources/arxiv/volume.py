"""Count arXiv's papers for a keyword, in few requests.

arXiv also fails with an empty answer in good order, so no single answer makes a number zero.
"""

from dataclasses import replace
from datetime import datetime

from digest.domain.keywords import Keyword
from digest.domain.volume import WINDOW, Volume, loosened, papers_a_day, volume_of_latest
from digest.sources.arxiv.api import ArxivApi, Found
from digest.sources.arxiv.query import finds_more, query_of, submitted_since

_ROWS_IN_ORDER = 10
"""So many rows show that arXiv heeds the order, and that the first one is the newest."""


def count_papers(api: ArxivApi, keyword: Keyword, now: datetime) -> Volume:
    """The volume of a keyword by one request; by a second one for what the default `match` leaves out, and
    by one to three more if there is nothing in the last 30 days. Raises SourceError."""
    query, since = query_of(keyword), now - WINDOW
    recent, total = _newest(api, submitted_since(query, since)).total, None
    if recent == 0:
        recent, total = _confirmed(api, query, since)
    wider = loosened(keyword)
    return Volume(
        total=total,
        recent=recent,
        a_day=papers_a_day(recent, now),
        loosened=_at_least(recent, api, submitted_since(query_of(wider), since)) if wider else None,
        at_most=finds_more(keyword),
    )


def volume_of(keyword: Keyword, page: Found) -> Volume:
    """The volume by a page of the newest papers; little of it without arXiv's own clock."""
    if page.asked_at is None:
        return Volume(page.total)
    submitted = [paper.submitted for paper in page.papers]
    volume = volume_of_latest(submitted, page.total, page.asked_at)
    return replace(volume, at_most=finds_more(keyword))


def _newest(api: ArxivApi, query: str, known: frozenset[str] = frozenset()) -> Found:
    return api.newest(query, 1, known=known)


def _confirmed(api: ArxivApi, query: str, since: datetime) -> tuple[int, int]:
    """The papers since then, of which an answer had none, and those of all years.

    The newest paper of all years shows whether that answer was right. Where it was not, another one without
    that paper is not accepted.
    """
    page = api.newest_if_any(query, _ROWS_IN_ORDER)
    if not page.papers or page.papers[0].submitted < since:
        return 0, page.total
    known = frozenset({page.papers[0].id})
    return _newest(api, submitted_since(query, since), known).total, page.total


def _at_least(least: int, api: ArxivApi, query: str) -> int:
    """The number of papers, which is not zero and not under `least` in one answer alone."""
    found = _newest(api, query).total
    return found if found >= max(least, 1) else max(found, _newest(api, query).total)
