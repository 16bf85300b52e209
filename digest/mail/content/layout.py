"""Decide which place each paper of a digest has in the mail: among the picks, a card, or a line in a list.

Nothing is left out. Numbers run through all of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from digest.domain.digests import Digest, Entry, Section
from digest.domain.keywords import Keyword
from digest.mail.content.fit import Detail

NARROW_PAPERS = 12
"""A keyword with so few papers has cards for all of them; a broader one for those that fit it best."""

LEAST_CARDS = 5
"""So many cards a broad keyword has, even if no title names it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A paper with its number, and the keywords that have it: first the one that lists it."""

    number: int
    entry: Entry
    keywords: tuple[Keyword, ...]


@dataclass(frozen=True, slots=True)
class PlacedSection:
    """What a keyword has in the mail, beside its papers among the picks."""

    section: Section
    picked: int
    cards: tuple[Placed, ...]
    in_title: tuple[Placed, ...]
    """In a list: papers whose title has the keyword."""
    in_abstract: tuple[Placed, ...]
    others: tuple[Placed, ...]
    """In a list: where nobody can say, since they are not ranked or the keyword has no phrase."""

    @property
    def is_broad(self) -> bool:
        return _is_broad(self.section)


@dataclass(frozen=True, slots=True)
class Layout:
    picks: tuple[Placed, ...]
    sections: tuple[PlacedSection, ...]


def lay_out(digest: Digest, detail: Detail) -> Layout:
    """Picks first, then the keywords."""
    numbers = count(digest.before + 1)
    listed_in = {entry: section.keyword for section in digest.sections for entry in section.entries}
    picks = tuple(_place(numbers, digest, listed_in[pick], [pick]) for pick in digest.picks)
    return Layout(
        tuple(placed for group in picks for placed in group),
        tuple(_section(digest, section, detail, numbers) for section in ordered(digest.sections)),
    )


def ordered(sections: Iterable[Section]) -> list[Section]:
    """Narrow keywords in the subscriber's order, then broad ones, the shortest first: nobody should have to
    pass a hundred papers to find three."""
    return sorted(sections, key=lambda section: len(section.entries) if _is_broad(section) else 0)


def _section(digest: Digest, section: Section, detail: Detail, numbers: Iterator[int]) -> PlacedSection:
    picked = set(digest.picks)
    entries = [entry for entry in section.entries if entry not in picked]
    cards = _best(section, entries)[: detail.cards]
    shown = set(cards)
    groups: dict[str, list[Entry]] = {"in_title": [], "in_abstract": [], "others": []}
    for entry in entries:
        if entry not in shown:
            groups[_list_of(section.keyword, entry)].append(entry)
    return PlacedSection(
        section,
        len(section.entries) - len(entries),
        _place(numbers, digest, section.keyword, cards),
        **{name: _place(numbers, digest, section.keyword, group) for name, group in groups.items()},
    )


def _best(section: Section, entries: Sequence[Entry]) -> list[Entry]:
    """The papers that have a card where there is room for it."""
    if not _is_broad(section):
        return [*entries]
    return [entry for rank, entry in enumerate(entries) if entry.score.in_title or rank < LEAST_CARDS]


def _is_broad(section: Section) -> bool:
    return len(section.entries) > NARROW_PAPERS


def _list_of(keyword: Keyword, entry: Entry) -> str:
    if entry.score.in_title:
        return "in_title"
    return "in_abstract" if entry.score.parts and keyword.phrases else "others"


def _place(
    numbers: Iterator[int], digest: Digest, keyword: Keyword, entries: Iterable[Entry]
) -> tuple[Placed, ...]:
    return tuple(
        Placed(
            next(numbers),
            entry,
            (keyword, *(one for one in digest.subscriber.keywords if one.name in entry.also)),
        )
        for entry in entries
    )
