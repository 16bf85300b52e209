"""A subscriber's digest from what waits for them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from digest.domain.digests import Digest, Entry, PendingPaper, Section, Unanswered
from digest.domain.keywords import Keyword
from digest.domain.subscribers import Subscriber


def compose(
    subscriber: Subscriber,
    candidates: Sequence[PendingPaper],
    today: date,
    unanswered: Mapping[str, datetime | None],
) -> Digest:
    """Sections in the order of the subscriber's keywords, newest announcement first.

    A paper that several keywords have stands under the first of them and names the others.
    `unanswered` has the keys of all keywords that arXiv did not answer today, with their last good
    answer.
    """
    newest_first = sorted(candidates, key=lambda candidate: candidate.paper.order, reverse=True)
    sections: dict[Keyword, list[Entry]] = {keyword: [] for keyword in subscriber.keywords}
    for candidate in newest_first:
        first, *others = [keyword for keyword in sections if keyword.id in candidate.keywords]
        also = tuple(keyword.name for keyword in others)
        sections[first].append(Entry(candidate.paper, also, candidate.welcome))
    return Digest(
        subscriber=subscriber,
        date=today,
        sections=tuple(Section(keyword, tuple(entries)) for keyword, entries in sections.items() if entries),
        unanswered=tuple(
            Unanswered(keyword, unanswered[keyword.id])
            for keyword in subscriber.keywords
            if keyword.id in unanswered
        ),
    )
