"""Find the ids that were missed between the high-water mark and the last announcement. Pure.

arXiv gives out ids in the order of announcement, one after the other. So an id above the last announcement
that is known and below the highest id of this one, and not in it, has been missed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from digest.errors import AnswerRejected
from digest.sources.arxiv.identifiers import identifier_at, month_of, next_month
from digest.sources.arxiv.validation import RejectionReason

_MAX_MONTHS = 24


@dataclass(frozen=True, slots=True)
class IdRange:
    """Announcement orders of one month, both ends included; `last` None: to the unknown end of the month."""

    first: int
    last: int | None


def find_gaps(
    high_water_mark: int, top: int, shown: Collection[int], *, tolerated: int
) -> tuple[IdRange, ...]:
    """What may have been announced above `high_water_mark` and up to `top`, without the orders `shown`.

    Up to `tolerated` ids in a row may be missing between two that are shown. Raises AnswerRejected as
    ranges_between.
    """
    end = top + 1
    ascending = sorted({end, *(order for order in shown if high_water_mark < order <= top)})
    ranges = list(ranges_between(high_water_mark, ascending[0]))
    for earlier, later in pairwise(ascending):
        if later - earlier - 1 > tolerated:
            ranges += ranges_between(earlier, later)
    return tuple(ranges)


def ranges_between(high_water_mark: int, start: int) -> tuple[IdRange, ...]:
    """What may have been announced above `high_water_mark` and below `start`, month by month.

    Raises AnswerRejected (FUTURE) for more than two years: such an id is a mistake.
    """
    ranges, first = [], high_water_mark + 1
    while month_of(first) < month_of(start):
        ranges.append(IdRange(first, None))
        first = next_month(first) + 1
        if len(ranges) > _MAX_MONTHS:
            raise AnswerRejected(
                RejectionReason.FUTURE, f"{identifier_at(start)} is years after all that is known"
            )
    if first < start:
        ranges.append(IdRange(first, start - 1))
    return tuple(ranges)
