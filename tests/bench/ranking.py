"""How well each order finds the papers that somebody would want: nDCG@10 for pseudo-readers.

A pseudo-reader is two people who wrote at least four papers together. Of the papers of one large day the
right ones are theirs; they name some of their others as interests, and as keywords the five pairs of words in
the titles of these that most papers have. RANKING_CORPUS names a file of papers, one JSON object a line with
`id`, `title`, `abstract`, `comment`, `authors`, `categories` and `announced` (a date); it may end with .gz.
"""

import gzip
import json
import math
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, product
from pathlib import Path
from random import Random
from statistics import mean, stdev

from digest.domain.analyzer import exact_words, stem_of
from digest.domain.digests import PendingPaper
from digest.domain.interests import Frequencies, Interest, InterestIndex
from digest.domain.keywords import Keyword, Match
from digest.domain.matching import Matcher
from digest.domain.papers import Paper
from digest.domain.ranking import Ranking, rank
from digest.domain.subscribers import Order
from digest.mail.content.facts import paper_facts
from tests.support.builders import paper, subscriber

_LEAST_TOGETHER = 4
_LARGE_DAY = 300
_MOST_AUTHORS = 30
_NAMED = (1, 3)
_KEYWORDS = 5


class _Days(defaultdict[str, list[Paper]]):
    """The papers of each day."""

    def __init__(self) -> None:
        super().__init__(list)
        self._frequencies: dict[str, Frequencies] = {}

    def frequencies(self, day: str) -> Frequencies:
        """Made once a day."""
        if day not in self._frequencies:
            self._frequencies[day] = Frequencies(f"{one.title} {one.abstract}" for one in self[day])
        return self._frequencies[day]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Somebody who wants `right` of the papers of the day, and wrote the others."""

    day: str
    right: frozenset[str]
    own: tuple[Paper, ...]
    matched: list[tuple[Paper, frozenset[str]]] = field(default_factory=list)
    """The papers of the day, each with the ids of all readers' keywords that match it."""


def measure() -> str:
    """A line for each order."""
    corpus = os.environ.get("RANKING_CORPUS")
    if not corpus:
        return "ranking: not measured; name a file of papers in RANKING_CORPUS (tests/bench/ranking.py)"
    days = _days(Path(corpus))
    readers = sorted(_readers(days), key=lambda reader: reader.day)
    _match(readers, days)
    gains: dict[tuple[str, int], list[float]] = defaultdict(list)
    for reader in readers:  # in the order of days: what all readers of a day share is made once
        for name, most in product(_ORDERS, _NAMED):
            gains[name, most].append(_gain(_ORDERS[name](reader, days, most), reader.right))
    lines = [f"ranking: nDCG@10 of {len(readers)} readers who name {_NAMED} papers of their own"]
    for name in _ORDERS:
        figures = [gains[name, most] for most in _NAMED]
        shown = "  ".join(f"{mean(each):.3f}±{stdev(each) / math.sqrt(len(each)):.3f}" for each in figures)
        lines.append(f"  {name:22} {shown}")
    return "\n".join(lines)


def _days(corpus: Path) -> _Days:
    days = _Days()
    with (gzip.open if corpus.suffix == ".gz" else open)(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            texts = {name: row[name] for name in ("title", "abstract", "comment")}
            people = {name: tuple(row[name]) for name in ("authors", "categories")}
            days[row["announced"]].append(paper(row["id"], **texts, **people))
    return days


def _match(readers: Sequence[_Reader], days: _Days) -> None:
    """All keywords at once: the texts of a day are split once."""
    for day in {reader.day for reader in readers}:
        theirs = [reader for reader in readers if reader.day == day]
        matcher = Matcher(
            keyword for reader in theirs for most in _NAMED for keyword in _keywords(reader, days, most)
        )
        found = [(one, matcher.claims(one)) for one in days[day]]
        for reader in theirs:
            reader.matched.extend(found)


def _readers(days: _Days) -> Iterator[_Reader]:
    """Readers who share no paper, those with most papers first."""
    random = Random(1)
    used: set[str] = set()
    for together in _written_together(days):
        if not used.isdisjoint(one.id for _, one in together):
            continue
        used.update(one.id for _, one in together)
        large = {day for day, _ in together if len(days[day]) >= _LARGE_DAY}
        possible = [day for day in sorted(large) if any(other != day for other, _ in together)]
        if possible:
            day = random.choice(possible)
            own = [one for other, one in together if other != day]
            right = frozenset(one.id for other, one in together if other == day)
            yield _Reader(day, right, tuple(random.sample(own, len(own))))


def _written_together(days: _Days) -> list[list[tuple[str, Paper]]]:
    pairs: dict[tuple[str, str], list[tuple[str, Paper]]] = defaultdict(list)
    for day, papers in days.items():
        for one in papers:
            if len(one.authors) <= _MOST_AUTHORS:
                for two in combinations(sorted(set(one.authors)), 2):
                    pairs[two].append((day, one))
    enough = [found for found in pairs.values() if len(found) >= _LEAST_TOGETHER]
    return sorted(enough, key=lambda found: (-len(found), found[0][1].id))


def _gain(ids: Sequence[str], right: frozenset[str]) -> float:
    """nDCG@10, where a paper is right or not."""
    found = sum(1 / math.log2(place + 2) for place, one in enumerate(ids[:10]) if one in right)
    return found / sum(1 / math.log2(place + 2) for place in range(min(10, len(right))))


def _newest(reader: _Reader, days: _Days, named: int) -> list[str]:
    return _ranked(reader, days, (), Ranking(), Order.NEWEST)


def _by_keywords(reader: _Reader, days: _Days, named: int) -> list[str]:
    return _ranked(reader, days, _keywords(reader, days, named), Ranking(paper_facts))


def _by_interests(reader: _Reader, days: _Days, named: int) -> list[str]:
    return _ranked(reader, days, (), Ranking(paper_facts, _index(reader, days, named)))


def _by_both(reader: _Reader, days: _Days, named: int) -> list[str]:
    keywords = _keywords(reader, days, named)
    return _ranked(reader, days, keywords, Ranking(paper_facts, _index(reader, days, named)))


_ORDERS: dict[str, Callable[[_Reader, _Days, int], list[str]]] = {
    "newest first": _newest,
    "keywords": _by_keywords,
    "interests": _by_interests,
    "keywords and interests": _by_both,
}


def _ranked(
    reader: _Reader,
    days: _Days,
    keywords: Sequence[Keyword],
    ranking: Ranking,
    order: Order = Order.RELEVANCE,
) -> list[str]:
    ids = frozenset(keyword.id for keyword in keywords)
    waiting = [PendingPaper(one, claims & ids, welcome=False) for one, claims in reader.matched]
    somebody = subscriber("reader@example.org", *keywords or [Keyword("none", any=("-",))], order=order)
    return [one.pending.paper.id for one in rank(waiting, somebody, ranking)]


def _index(reader: _Reader, days: _Days, named: int) -> InterestIndex:
    own = [Interest(one.title, one.abstract) for one in reader.own[:named]]
    return InterestIndex(own, days.frequencies(reader.day))


def _keywords(reader: _Reader, days: _Days, named: int) -> list[Keyword]:
    """The broadest pairs of words of the titles."""
    pairs = {pair for one in reader.own[:named] for pair in pairwise(exact_words(one.title))}
    stemmed = {pair: (stem_of(pair[0]), stem_of(pair[1])) for pair in pairs}
    frequencies = days.frequencies(reader.day)
    broad = sorted(
        (frequencies.rarity(f"{first} {second}"), " ".join(pair))
        for pair, (first, second) in stemmed.items()
        if first and second
    )
    place = Match.TITLE_OR_ABSTRACT
    return [Keyword(words, any=(words,), match=place) for _, words in broad[:_KEYWORDS]]
