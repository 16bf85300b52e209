"""Decide in which mails the papers of refused mails travel: in halves until one is alone, which is then shown
in fewer words. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.domain.digests import PendingPaper, Showing

_ALONE = (Showing.FULL, Showing.TITLE, Showing.LINK)

ATTEMPTS_ALONE = len(_ALONE)
"""A paper is given up when so many mails that carried it alone were refused."""

RISKY_AT_ONCE = 4
"""So many mails with papers that may be refused again are made at a time."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The papers of one digest, and how much it says of them."""

    papers: tuple[PendingPaper, ...]
    showing: Showing = Showing.ALL


def batches(pending: Sequence[PendingPaper]) -> tuple[Batch, ...]:
    """The digests in which these papers travel: first all that no refused mail carried, in one.

    Then the papers of each refused mail, in two halves; a paper that was refused alone, here or in a mail to
    somebody else, travels alone. Of these at most RISKY_AT_ONCE.
    """
    sound = tuple(paper for paper in pending if not paper.refused)
    risky = [*_halves(pending), *_alone(pending)][:RISKY_AT_ONCE]
    return (Batch(sound), *risky) if sound else tuple(risky)


def ends(papers: int, refused_alone: int) -> bool:
    """Whether a refusal is the last one: of a mail with so many papers, if its only one was refused alone so
    often before."""
    return papers == 1 and refused_alone + 1 >= ATTEMPTS_ALONE


def _halves(pending: Sequence[PendingPaper]) -> Iterator[Batch]:
    """The smallest refused mails first: they are the nearest to the paper that is refused."""
    by_mail: dict[tuple[int, int], list[PendingPaper]] = {}
    for paper in pending:
        if paper.refused and paper.refused.among > 1:
            by_mail.setdefault((paper.refused.among, paper.refused.mail), []).append(paper)
    for _, papers in sorted(by_mail.items(), key=lambda item: item[0]):
        middle = (len(papers) + 1) // 2
        yield from (Batch(tuple(half), Showing.FULL) for half in (papers[:middle], papers[middle:]) if half)


def _alone(pending: Sequence[PendingPaper]) -> Iterator[Batch]:
    for paper in pending:
        if paper.refused and paper.refused.among == 1:
            yield Batch((paper,), _ALONE[min(paper.refused.alone, len(_ALONE) - 1)])
