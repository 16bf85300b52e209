"""Compare a paper with what a subscriber named as their interests: papers of their own, or phrases.

TF-IDF: a text is a vector of its words and pairs of words, in which a word counts more the fewer papers have
it; two texts are alike as far as their vectors point the same way. No model and no network is needed.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from digest.domain.analyzer import stems

NEAREST = 3
"""So many of the subscriber's papers count: a mean over all of them is worse (docs/ranking.md)."""

BACKGROUND = 1_000
"""The frequencies of words are those in so many of the latest papers."""

LIBRARY_SUFFIXES = (".bib", ".ris")

_Gram = str
_Vector = dict[_Gram, float]


@dataclass(frozen=True, slots=True)
class Interests:
    """What a subscriber names: files with a library, ids of papers, phrases."""

    files: tuple[Path, ...] = ()
    papers: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.papers or self.phrases)

    def __add__(self, other: "Interests") -> "Interests":
        """Those of both, each once."""
        return Interests(
            tuple(dict.fromkeys(self.files + other.files)),
            tuple(dict.fromkeys(self.papers + other.papers)),
            tuple(dict.fromkeys(self.phrases + other.phrases)),
        )


NO_INTERESTS = Interests()


@dataclass(frozen=True, slots=True)
class Interest:
    """One paper of a subscriber's own, or a phrase; `name` is what a reason calls it."""

    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a paper is to a subscriber's interests, from 0 to 1, and the name of the nearest."""

    degree: float = 0.0
    name: str = ""


class Frequencies:
    """In how many of some papers each word and each pair of words stands.

    Keeps the vector of each text for the next subscriber, so it is for one run.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        grams = [set(_grams(text)) for text in texts]
        self._papers = len(grams)
        self._vectors: dict[str, _Vector] = {}
        self._with = Counter(gram for found in grams for gram in found)

    def vector(self, text: str) -> _Vector:
        """The vector of a text, of length 1; empty if the text has no words."""
        if text not in self._vectors:
            self._vectors[text] = self._computed(text)
        return self._vectors[text]

    def _computed(self, text: str) -> _Vector:
        weights = {gram: self._weight(gram, times) for gram, times in Counter(_grams(text)).items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {gram: weight / length for gram, weight in weights.items()}

    def _weight(self, gram: _Gram, times: int) -> float:
        return (1 + math.log(times)) * self.rarity(gram)

    def rarity(self, gram: str) -> float:
        """From 1 for a word, or a pair of words, that is everywhere."""
        return math.log((1 + self._papers) / (1 + self._with[gram])) + 1


class InterestIndex:
    """Finds the nearest of a subscriber's interests: for each word, those that have it."""

    def __init__(self, interests: Sequence[Interest], frequencies: Frequencies) -> None:
        self._interests = interests
        self._frequencies = frequencies
        self._postings: dict[_Gram, list[tuple[int, float]]] = defaultdict(list)
        for number, interest in enumerate(interests):
            for gram, weight in frequencies.vector(f"{interest.name} {interest.text}").items():
                self._postings[gram].append((number, weight))

    def nearness(self, title: str, abstract: str) -> Nearness:
        """How near a paper with these texts is: the mean of its likeness to the nearest three."""
        alike: dict[int, float] = defaultdict(float)
        for gram, weight in self._frequencies.vector(f"{title} {abstract}").items():
            for number, other in self._postings.get(gram, ()):
                alike[number] += weight * other
        nearest = sorted(alike.items(), key=lambda found: (-found[1], found[0]))[:NEAREST]
        if not nearest:
            return Nearness()
        degree = sum(likeness for _, likeness in nearest) / min(NEAREST, len(self._interests))
        return Nearness(degree, self._interests[nearest[0][0]].name)


def _grams(text: str) -> Iterator[_Gram]:
    """The stems of a text, and each two that stand side by side."""
    found = stems(text)
    yield from (stem for stem in found if stem)
    yield from (f"{first} {second}" for first, second in pairwise(found) if first and second)
