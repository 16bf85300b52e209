"""What a file with a library gives: its papers, and what could not be read of it."""

from dataclasses import dataclass

from digest.domain.interests import Interest


@dataclass(frozen=True, slots=True)
class LibraryFault:
    """A part of a file that is left out, what is wrong with it, and what to do. Lines count from 1."""

    line: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class Library:
    """The papers of a file that have a title, in its order."""

    papers: tuple[Interest, ...] = ()
    faults: tuple[LibraryFault, ...] = ()
