"""What is new for a keyword.

New is what the keyword never had before (a paper is its identifier, whatever its version) and what
arXiv announced since the keyword was first known. Announcements have no date of their own in arXiv's
search, but arXiv gives identifiers out in the order of announcement: one above the highest known when
the keyword was first known (its baseline) was announced since. For the few that got their identifier
earlier (one in two hundred), arXiv's feed says `new`. So a revision, or an old paper that surfaces, is
not new.
"""

from collections.abc import Sequence
from datetime import timedelta

from digest.identifiers import month_order
from digest.models import Paper
from digest.protocols import Finding, Known, Sighting

_IDENTIFIERS_TURN_MONTH = timedelta(days=3)  # after a month's first day, papers may still get last month's
_A_YEAR = month_order(1, 0)  # arXiv's word for an identifier further back is not believed
_FLOOD_FACTOR = 5
_NO_FLOOD = 50  # so few papers are never held back


def sightings(finding: Finding, known: Known) -> tuple[Sighting, ...]:
    """What to remember of a finding; of a first one nothing is fresh, since all of it is the past."""
    return tuple(Sighting(paper, fresh=_is_new(paper, finding, known)) for paper in finding.papers)


def first_baseline(finding: Finding, highest_order: int) -> int:
    """The baseline of a keyword that has just been found for the first time.

    `highest_order` is that of any paper known. Where little is known, arXiv's own clock tells at
    least the month: papers with earlier identifiers were announced before.
    """
    month = 0
    if finding.asked_at:
        surely = finding.asked_at - _IDENTIFIERS_TURN_MONTH
        month = month_order(surely.year, surely.month)
    return max(highest_order, month, finding.covered or 0, *(paper.order for paper in finding.papers))


def flood(found: Sequence[Sighting], known: Known, announcements: int) -> str:
    """Why so much news is not to be believed yet; empty if it is.

    `announcements` counts those since the last good answer. What is held back is looked at again with
    each run, and told meanwhile: it is let through once so many are usual for the time that has passed.
    """
    fresh = sum(sighting.fresh for sighting in found)
    usual = (known.usual or 0.0) * max(announcements, 1)
    if known.usual is None or fresh <= max(_NO_FLOOD, _FLOOD_FACTOR * usual):
        return ""
    return f"held back: {fresh} new papers at once, where about {usual:.0f} are usual"


def _is_new(paper: Paper, finding: Finding, known: Known) -> bool:
    if known.baseline is None or paper.id in known.papers:
        return False
    called_new = paper.id in finding.announced and paper.order > known.baseline - _A_YEAR
    return called_new or paper.order > known.baseline
