"""Put the papers that wait for a subscriber in order, and pick those to start with."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from digest.domain.digests import Entry, PendingPaper, Section
from digest.domain.interests import InterestIndex
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.scoring import IN_TITLE, UNRANKED, PaperFacts, Score, Scorer, no_facts
from digest.domain.subscribers import Order, Subscriber

MOST_PICKS = 5

FEWEST_PAPERS = 6
"""A digest with fewer papers is read whole: it has no picks."""

_PAPERS_PER_PICK = 3


@dataclass(frozen=True, slots=True)
class RankedPaper:
    """A paper that waits, and why it has its place."""

    pending: PendingPaper
    score: Score


@dataclass(frozen=True, slots=True)
class Ranking:
    """What papers are ranked by, beside the keywords."""

    facts_of: Callable[[Paper], PaperFacts] = no_facts
    interests: InterestIndex | None = None


UNAIDED = Ranking()
"""By keywords alone."""


def rank(
    papers: Iterable[PendingPaper], subscriber: Subscriber, ranking: Ranking = UNAIDED
) -> tuple[RankedPaper, ...]:
    """The papers in order: highest score first, newest announcement first where scores are equal.

    For who wants the newest first, no paper has a score.
    """
    if subscriber.order is Order.NEWEST:
        found = [RankedPaper(pending, UNRANKED) for pending in papers]
    else:
        scorer = Scorer(subscriber.keywords, ranking.facts_of, ranking.interests)
        found = [RankedPaper(pending, _score(scorer, pending)) for pending in papers]
    return tuple(sorted(found, key=lambda one: _place(one.score, one.pending.paper)))


def picks(sections: Sequence[Section]) -> tuple[Entry, ...]:
    """The best papers over all sections, best first: one for each three papers, at most five; none of fewer
    than six papers, and none without a score.

    No keyword has more than its even share as long as others have good papers: those with as many points as
    a phrase in the title has.
    """
    entries = [
        (_main_keyword(entry, section.keyword), entry) for section in sections for entry in section.entries
    ]
    if len(entries) < FEWEST_PAPERS:
        return ()
    ranked = sorted((one for one in entries if one[1].score.parts), key=lambda one: _entry_place(one[1]))
    most = min(MOST_PICKS, len(entries) // _PAPERS_PER_PICK)
    good = [(keyword, entry) for keyword, entry in ranked if entry.score.total >= IN_TITLE]
    fair = _shared(good, most)
    others = [entry for _, entry in ranked if entry not in fair]
    return tuple(sorted([*fair, *others[: most - len(fair)]], key=_entry_place))


def _main_keyword(entry: Entry, first: Keyword) -> str:
    """The name of the keyword with the most points; `first` is the one that lists the paper."""
    parts = [part for part in entry.score.parts if part.keyword]
    return max(parts, key=lambda part: part.points).keyword if parts else first.name


def _shared(entries: Sequence[tuple[str, Entry]], most: int) -> list[Entry]:
    """The first entries, at most so many, and of each keyword no more than its even share."""
    share = ceil(most / max(1, len({keyword for keyword, _ in entries})))
    taken: Counter[str] = Counter()
    chosen = []
    for keyword, entry in entries:
        taken[keyword] += 1
        if taken[keyword] <= share:
            chosen.append(entry)
    return chosen[:most]


def _score(scorer: Scorer, pending: PendingPaper) -> Score:
    found_by = [keyword for keyword in scorer.keywords if keyword.id in pending.keywords]
    return scorer.score(pending.paper, found_by)


def _entry_place(entry: Entry) -> tuple[float, int, str]:
    return _place(entry.score, entry.paper)


def _place(score: Score, paper: Paper) -> tuple[float, int, str]:
    """Sorts the best first."""
    return -score.total, -paper.order, paper.id
