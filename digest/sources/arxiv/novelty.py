"""Decide which papers are new for a keyword.

New is a paper that the keyword never had (in any version), and that arXiv announced after the keyword's first
fetch. arXiv's search has no announcement dates, but arXiv gives out ids in the order of announcement: an id
above the highest one known at the first fetch (the baseline) was announced later. For the few papers that
got their id earlier (one in two hundred), arXiv's feed says `new`. So a revision, or an old paper that
appears in the search, is not new.
"""

from datetime import timedelta

from digest.domain.fetching import KeywordMatch, KeywordState
from digest.domain.matching import is_found_by_gaps
from digest.domain.papers import Paper
from digest.sources.arxiv.findings import Discovered
from digest.sources.arxiv.identifiers import month_order

_IDS_CHANGE_MONTH = timedelta(days=3)  # after the first of a month, papers may still get ids of the last one
_ONE_YEAR = month_order(1, 0)  # an id further back is not new, whatever the feed says


def matches_of(found: Discovered, known: KeywordState) -> tuple[KeywordMatch, ...]:
    """The papers that were found, each new or not; in a keyword's first fetch none is new."""
    return tuple(
        KeywordMatch(paper, _is_new(paper, found, known), by_gaps=is_found_by_gaps(found.keyword, paper))
        for paper in found.papers
    )


def first_baseline(found: Discovered, highest_order: int) -> int:
    """The baseline of a keyword after its first fetch.

    `highest_order` is that of all papers known. Where few are known, arXiv's own clock gives at least the
    month: papers with ids of earlier months were announced before.
    """
    month = 0
    if found.asked_at:
        certain = found.asked_at - _IDS_CHANGE_MONTH
        month = month_order(certain.year, certain.month)
    return max(highest_order, month, found.high_water_mark or 0, *(paper.order for paper in found.papers))


def _is_new(paper: Paper, found: Discovered, known: KeywordState) -> bool:
    if known.baseline is None or paper.id in known.papers:
        return False
    called_new = paper.id in found.announced and paper.order > known.baseline - _ONE_YEAR
    return called_new or paper.order > known.baseline
