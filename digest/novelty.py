"""What is new for a keyword.

New is what the keyword never had before (a paper is its identifier, whatever its version) and what
arXiv announced since the keyword was first known. Announcements have no date of their own in arXiv's
search, but arXiv gives identifiers out in the order of announcement: one above the highest known when
the keyword was first known (its baseline) was announced since. So a revision, or an old paper that
surfaces, is not new.
"""

from datetime import timedelta

from digest.identifiers import month_order
from digest.protocols import Answer, Known, Sighting

_IDENTIFIERS_TURN_MONTH = timedelta(days=3)  # after a month's first day, papers may still get last month's


def sightings(answer: Answer, known: Known) -> tuple[Sighting, ...]:
    """What to remember of an answer; of a first answer nothing is fresh, since all of it is the past."""
    return tuple(
        Sighting(
            paper,
            fresh=known.baseline is not None
            and paper.id not in known.papers
            and paper.order > known.baseline,
        )
        for paper in answer.papers
    )


def first_baseline(answer: Answer, highest_order: int) -> int:
    """The baseline of a keyword that has just had its first answer.

    `highest_order` is that of any paper known. Where little is known, arXiv's own clock tells at
    least the month: papers with earlier identifiers were announced before.
    """
    month = 0
    if answer.asked_at:
        surely = answer.asked_at - _IDENTIFIERS_TURN_MONTH
        month = month_order(surely.year, surely.month)
    return max(highest_order, month, *(paper.order for paper in answer.papers))
