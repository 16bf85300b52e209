"""Split a digest that no single mail can hold."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from digest.domain.digests import Digest, Entry, Section
from digest.domain.keywords import Keyword
from digest.mail.content.layout import ordered


def split(digest: Digest, parts: int) -> tuple[Digest, ...]:
    """`parts` digests with about as many papers each, in order; a section may continue in the next one. The
    first has the picks."""
    first = set(digest.picks)
    sections = ordered(digest.sections)
    places = [(section.keyword, entry) for section in sections for entry in section.entries]
    places.sort(key=lambda place: place[1] not in first)
    bounds = [round(len(places) * part / parts) for part in range(parts + 1)]
    whole = digest.entries if parts > 1 else ()
    return tuple(
        replace(_with(digest, places[begin:end]), part=part, parts=parts, before=begin, whole=whole)
        for part, (begin, end) in enumerate(pairwise(bounds), 1)
    )


def beginning(digest: Digest, papers: int) -> Digest:
    """The digest with so many of its papers, the best of each keyword; the others are unlisted."""
    first = set(digest.picks)
    ranked = [
        (entry not in first, rank, section.keyword, entry)
        for section in digest.sections
        for rank, entry in enumerate(section.entries)
    ]
    ranked.sort(key=lambda place: place[:2])
    places = [(keyword, entry) for _, _, keyword, entry in ranked[:papers]]
    return replace(_with(digest, places), unlisted=len(ranked) - len(places), whole=digest.entries)


def _with(digest: Digest, places: Sequence[tuple[Keyword, Entry]]) -> Digest:
    """The digest with these entries, each under this keyword."""
    entries: dict[Keyword, list[Entry]] = {section.keyword: [] for section in digest.sections}
    for keyword, entry in places:
        entries[keyword].append(entry)
    here = {entry for _, entry in places}
    return replace(
        digest,
        sections=tuple(Section(keyword, tuple(found)) for keyword, found in entries.items() if found),
        picks=tuple(pick for pick in digest.picks if pick in here),
    )
