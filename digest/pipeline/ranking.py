"""What the papers of each subscriber are ranked by: facts of the papers, and the subscriber's interests."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol

from digest.bibliography.records import Library
from digest.domain.interests import BACKGROUND, Frequencies, Interest, InterestIndex, Interests
from digest.domain.papers import Paper
from digest.domain.ranking import UNAIDED, Ranking
from digest.domain.scoring import PaperFacts, no_facts
from digest.domain.subscribers import Subscriber
from digest.domain.text import counted

logger = logging.getLogger(__name__)


class KnownPapers(Protocol):
    """The papers in the state. All methods raise StoreError."""

    def of(self, ids: Iterable[str]) -> Sequence[Paper]:
        """Those of these papers that are known, in the order of announcement."""

    def latest(self, most: int) -> Sequence[Paper]:
        """The papers announced last, at most so many."""


class Rankings(Protocol):
    def of(self, subscriber: Subscriber) -> Ranking:
        """What this subscriber's papers are ranked by. Raises StoreError."""


class UnaidedRankings:
    """By keywords alone."""

    def of(self, subscriber: Subscriber) -> Ranking:
        return UNAIDED


@dataclass(slots=True)
class RunRankings:
    """Rankings of one run. What all subscribers share is made once, and only if somebody has interests."""

    papers: KnownPapers
    read_library: Callable[[Path], Library]
    facts_of: Callable[[Paper], PaperFacts] = no_facts
    _frequencies: Frequencies | None = None
    _lock: Lock = field(default_factory=Lock)

    def of(self, subscriber: Subscriber) -> Ranking:
        return Ranking(self.facts_of, self._index(subscriber) if subscriber.interests else None)

    def _index(self, subscriber: Subscriber) -> InterestIndex:
        return InterestIndex(self._named_by(subscriber), self._shared_frequencies())

    def _named_by(self, subscriber: Subscriber) -> list[Interest]:
        """What cannot be read is left out: the mail goes out without it."""
        libraries = [self.read_library(file) for file in subscriber.interests.files]
        if faults := sum(len(library.faults) for library in libraries):
            logger.warning(
                "%s: %s in the files of interests; `digest check` explains them",
                subscriber.label,
                counted(faults, "mistake"),
            )
        return [
            *(paper for library in libraries for paper in library.papers),
            *known_interests(subscriber.interests, self.papers),
        ]

    def _shared_frequencies(self) -> Frequencies:
        with self._lock:
            if self._frequencies is None:
                latest = self.papers.latest(BACKGROUND)
                self._frequencies = Frequencies(f"{paper.title} {paper.abstract}" for paper in latest)
            return self._frequencies


def known_interests(interests: Interests, papers: KnownPapers) -> list[Interest]:
    """Those papers among the interests that the state knows, and the phrases. Raises StoreError."""
    known = papers.of(interests.papers) if interests.papers else ()
    return [
        *(Interest(paper.title, paper.abstract) for paper in known),
        *(Interest(phrase) for phrase in interests.phrases),
    ]
