"""Builds the mails of a digest without the papers that cannot be shown, which are found by halving."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.domain.digests import Digest, PendingPaper
from digest.domain.mails import Mail
from digest.errors import RenderError
from digest.pipeline.ports import MailBuilder

logger = logging.getLogger(__name__)

UNFIT = 3
"""If so many papers cannot be shown, and none can, then no paper is to blame."""


@dataclass(frozen=True, slots=True)
class Built:
    """Finished mails, and the papers that are in none of them, each with why."""

    mails: tuple[Mail, ...] = ()
    unfit: tuple[tuple[str, RenderError], ...] = ()

    def __add__(self, other: "Built") -> "Built":
        return Built(self.mails + other.mails, self.unfit + other.unfit)


def build_mails(
    builder: MailBuilder,
    compose: Callable[[Sequence[PendingPaper]], Digest],
    papers: Sequence[PendingPaper],
    now: datetime,
) -> Built:
    """The mails of the digest that `compose` makes of these papers.

    Raises RenderError if no paper is to blame: a digest without papers cannot be shown either, or none of the
    first that are tried alone.
    """
    try:
        return Built(tuple(_built(builder, compose(papers), now)))
    except RenderError as exc:
        if not papers:
            raise
        _built(builder, compose(()), now)
        return _halved(builder, compose, papers, now, exc)


def _halved(
    builder: MailBuilder,
    compose: Callable[[Sequence[PendingPaper]], Digest],
    papers: Sequence[PendingPaper],
    now: datetime,
    problem: RenderError,
) -> Built:
    """As build_mails, for papers that gave this problem together."""
    done, left = Built(), [(papers, problem)]
    while left:
        together, problem = left.pop()
        if len(together) == 1:
            done += Built(unfit=((together[0].paper.id, problem),))
            if len(done.unfit) >= UNFIT and not done.mails:
                raise problem
            continue
        middle = len(together) // 2
        for half in (together[middle:], together[:middle]):
            try:
                done += Built(tuple(_built(builder, compose(half), now)))
            except RenderError as exc:
                left.append((half, exc))
    return done


def _built(builder: MailBuilder, digest: Digest, now: datetime) -> Sequence[Mail]:
    """Report a bug as a problem of this digest. Raises RenderError."""
    try:
        return builder.build(digest, now)
    except RenderError:
        raise
    except Exception as exc:
        logger.exception("a bug: a mail cannot be built")
        raise RenderError(f"a bug: {type(exc).__name__}") from exc
