"""Composes a subscriber's digest from the papers that wait for them, and sections of any papers. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from digest.domain.digests import Digest, Entry, PendingPaper, Section, Unanswered
from digest.domain.keywords import Keyword
from digest.domain.ranking import UNAIDED, RankedPaper, Ranking, picks, rank
from digest.domain.subscribers import Subscriber


def compose(
    subscriber: Subscriber,
    pending: Sequence[PendingPaper],
    today: date,
    failing: Mapping[str, datetime | None],
    ranking: Ranking = UNAIDED,
) -> Digest:
    """Sections in the order of the subscriber's keywords, each with its papers in the order that they want.

    `failing` has the ids of all keywords whose last fetch failed, with their last good fetch.
    """
    shown = sections(subscriber.keywords, rank(pending, subscriber, ranking))
    return Digest(
        subscriber=subscriber,
        date=today,
        sections=shown,
        unanswered=tuple(
            Unanswered(keyword, failing[keyword.id])
            for keyword in subscriber.keywords
            if keyword.id in failing
        ),
        picks=picks(shown),
    )


def sections(keywords: Sequence[Keyword], papers: Iterable[RankedPaper]) -> tuple[Section, ...]:
    """Sections in the order of the keywords, each with its papers in the order in which they are given.

    A paper of several keywords is in the section of the first one and names the others.
    """
    entries: dict[Keyword, list[Entry]] = {keyword: [] for keyword in keywords}
    for ranked in papers:
        waiting = ranked.pending
        first, *others = [keyword for keyword in entries if keyword.id in waiting.keywords]
        also = tuple(keyword.name for keyword in others)
        entries[first].append(Entry(waiting.paper, also, waiting.welcome, waiting.late, ranked.score))
    return tuple(Section(keyword, tuple(found)) for keyword, found in entries.items() if found)
