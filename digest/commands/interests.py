"""What `digest check` says of the subscribers' interests: how much can be used, and what cannot."""

import os
from collections.abc import Iterator, Sequence

from digest import bootstrap
from digest.bibliography.reading import read_library
from digest.bibliography.records import Library
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.domain.text import counted, listed
from digest.errors import StoreError

_NAMED = 5


def interest_lines(config: Config) -> Iterator[str]:
    """A line for each subscriber with interests, and one for each thing that is not used. Stops nothing."""
    readers = [subscriber for subscriber in config.subscribers if subscriber.interests]
    wanted = [paper for subscriber in readers for paper in subscriber.interests.papers]
    known = _known(config, wanted) if wanted else frozenset()
    for subscriber in readers:
        yield from _lines_of(subscriber, known)


def _known(config: Config, ids: Sequence[str]) -> frozenset[str]:
    if not os.path.lexists(config.state):
        return frozenset()
    try:
        with bootstrap.open_state(config) as database:
            return frozenset(paper.id for paper in bootstrap.rankings(database).papers.of(ids))
    except StoreError:
        return frozenset()  # the lines on the state say so


def _lines_of(subscriber: Subscriber, known: frozenset[str]) -> Iterator[str]:
    interests = subscriber.interests
    libraries = [(file, read_library(file)) for file in interests.files]
    unknown = [paper for paper in interests.papers if paper not in known]
    papers = sum(len(library.papers) for _, library in libraries) + len(interests.papers) - len(unknown)
    amounts = f"{counted(papers, 'paper')}, {counted(len(interests.phrases), 'phrase')}"
    yield f"interests of {subscriber.email}: {amounts}"
    for file, library in libraries:
        yield from _fault_lines(str(file), library)
    if unknown:
        yield (
            f"not used: {listed(unknown, _NAMED)}; an identifier counts once a keyword has found the paper; "
            "until then write its title as a phrase, or name a .bib file that has it"
        )


def _fault_lines(file: str, library: Library) -> Iterator[str]:
    for fault in library.faults:
        spot = f"{file}:{fault.line}" if fault.line else file
        yield f"{spot}: {fault.problem}"
