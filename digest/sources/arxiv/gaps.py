"""Which identifiers lie between what is covered and what the last announcement shows. Pure.

arXiv gives identifiers out in the order of announcement, one after the other. So what lies between the
last announcement that is known and the highest identifier of this one, and is not in it, has been missed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from digest.errors import AnswerRejected
from digest.sources.arxiv.identifiers import identifier_at, month_of, next_month
from digest.sources.arxiv.validation import RejectionReason

_MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class IdRange:
    """Announcement orders of one month, both ends included; `last` None: to the month's unknown end."""

    first: int
    last: int | None


def holes(covered: int, top: int, shown: Collection[int], *, tolerated: int) -> tuple[IdRange, ...]:
    """What may have been announced above `covered` and up to `top`, and is not among the orders `shown`.

    Between two that are shown, up to `tolerated` identifiers may be missing. Raises as ranges_between.
    """
    end = top + 1
    ascending = sorted({end, *(order for order in shown if covered < order <= top)})
    spans = list(ranges_between(covered, ascending[0]))
    for earlier, later in pairwise(ascending):
        if later - earlier - 1 > tolerated:
            spans += ranges_between(earlier, later)
    return tuple(spans)


def ranges_between(covered: int, start: int) -> tuple[IdRange, ...]:
    """What may have been announced above `covered` and below `start`, month by month.

    Raises AnswerRejected where that would be years: such an identifier is a mistake.
    """
    spans, first = [], covered + 1
    while month_of(first) < month_of(start):
        spans.append(IdRange(first, None))
        first = next_month(first) + 1
        if len(spans) > _MOST_MONTHS:
            raise AnswerRejected(
                RejectionReason.FUTURE, f"{identifier_at(start)} is years after all that is known"
            )
    if first < start:
        spans.append(IdRange(first, start - 1))
    return tuple(spans)
