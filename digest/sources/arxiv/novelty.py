"""What is new for a keyword.

New is what the keyword never had before (a paper is its identifier, whatever its version) and what
arXiv announced since the keyword was first known. Announcements have no date of their own in arXiv's
search, but arXiv gives identifiers out in the order of announcement: one above the highest known when
the keyword was first known (its baseline) was announced since. For the few that got their identifier
earlier (one in two hundred), arXiv's feed says `new`. So a revision, or an old paper that surfaces, is
not new.
"""

from datetime import timedelta

from digest.domain.fetching import FetchResult, KeywordMatch, KeywordState
from digest.domain.papers import Paper
from digest.sources.arxiv.identifiers import month_order

_IDENTIFIERS_TURN_MONTH = timedelta(days=3)  # after a month's first day, papers may still get last month's

_A_YEAR = month_order(1, 0)  # arXiv's word for an identifier further back is not believed


def sightings(result: FetchResult, known: KeywordState) -> tuple[KeywordMatch, ...]:
    """What to remember of a finding; of a first one nothing is fresh, since all of it is the past."""
    return tuple(KeywordMatch(paper, is_new=_is_new(paper, result, known)) for paper in result.papers)


def first_baseline(result: FetchResult, highest_order: int) -> int:
    """The baseline of a keyword that has just been found for the first time.

    `highest_order` is that of any paper known. Where little is known, arXiv's own clock tells at
    least the month: papers with earlier identifiers were announced before.
    """
    month = 0
    if result.asked_at:
        surely = result.asked_at - _IDENTIFIERS_TURN_MONTH
        month = month_order(surely.year, surely.month)
    return max(highest_order, month, result.covered or 0, *(paper.order for paper in result.papers))


def _is_new(paper: Paper, result: FetchResult, known: KeywordState) -> bool:
    if known.baseline is None or paper.id in known.papers:
        return False
    called_new = paper.id in result.announced and paper.order > known.baseline - _A_YEAR
    return called_new or paper.order > known.baseline
