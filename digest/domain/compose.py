"""Composes a subscriber's digest from the papers that wait for them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from digest.domain.digests import Digest, Entry, PendingPaper, Section, Unanswered
from digest.domain.keywords import Keyword
from digest.domain.ranking import UNAIDED, Ranking, picks, rank
from digest.domain.subscribers import Subscriber


def compose(
    subscriber: Subscriber,
    pending: Sequence[PendingPaper],
    today: date,
    failing: Mapping[str, datetime | None],
    ranking: Ranking = UNAIDED,
) -> Digest:
    """Sections in the order of the subscriber's keywords, each with its papers in the order that they want.

    A paper of several keywords is in the section of the first one and names the others. `failing` has the
    ids of all keywords whose last fetch failed, with their last good fetch.
    """
    sections: dict[Keyword, list[Entry]] = {keyword: [] for keyword in subscriber.keywords}
    for ranked in rank(pending, subscriber, ranking):
        waiting = ranked.pending
        first, *others = [keyword for keyword in sections if keyword.id in waiting.keywords]
        also = tuple(keyword.name for keyword in others)
        sections[first].append(Entry(waiting.paper, also, waiting.welcome, waiting.late, ranked.score))
    shown = tuple(Section(keyword, tuple(entries)) for keyword, entries in sections.items() if entries)
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
