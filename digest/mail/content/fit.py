"""How much of each paper a mail can tell and stay whole: mail programs clip a message of more than about
100 kB and hide its end. Titles and links always stay."""

import re
from binascii import b2a_qp
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from digest.domain.digests import Digest, Entry, Section
from digest.domain.mails import Rendered

MESSAGE_BYTES = 100_000
"""As sent, with headers and both parts."""

HTML_BYTES = 90_000
"""Of the HTML part, before it is encoded."""

_HEADER_BYTES = 2_500

_SENTENCE_END = re.compile(r"[.?!](?=\s+[^\sa-z])")

_ABBREVIATED = re.compile(r"(?:^|[\s(.])(?:\w|etc|resp|approx|vs|cf|Fig|Figs|Eq|Sec|Ref|al|incl|Dr|Prof|St)$")

_WORD_END = re.compile(r"\S(?=\s)")


@dataclass(frozen=True, slots=True)
class Detail:
    """What a mail tells of its papers. The shares are those of each section, from its beginning."""

    abstract_characters: int | None = None
    """None: abstracts are whole."""
    with_abstract: float = 1.0
    with_card: float = 1.0
    """The others have a title and a link, and nothing else."""

    def shortened(self, abstract: str) -> str:
        return abstract if self.abstract_characters is None else shortened(abstract, self.abstract_characters)


_LENGTHS = (1200, 900, 700, 500, 350, 250)

_SHARES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)

WHOLE = Detail()

DETAIL_STEPS = (
    WHOLE,
    *(Detail(length) for length in _LENGTHS),
    *(Detail(_LENGTHS[-1], share) for share in _SHARES),
    *(Detail(_LENGTHS[-1], 0.0, share) for share in _SHARES),
)
"""From everything to titles alone; each step takes less room than the one before."""


def room(rendered: Rendered) -> float:
    """Which share of a mail's room it takes; over 1 it does not fit."""
    html = rendered.html.encode()
    message = _HEADER_BYTES + len(b2a_qp(html)) + len(b2a_qp(rendered.text.encode()))
    return max(len(html) / HTML_BYTES, message / MESSAGE_BYTES)


def most_detail_that_fits(fits: Callable[[Detail], bool]) -> Detail:
    """The first step of the ladder that fits, or else the last one. It was asked for in either case."""
    if fits(WHOLE):
        return WHOLE
    step = bisect_left(DETAIL_STEPS, True, lo=1, key=fits)
    return DETAIL_STEPS[min(step, len(DETAIL_STEPS) - 1)]


def split(digest: Digest, parts: int) -> tuple[Digest, ...]:
    """So many digests of about as many papers each; a section may go on in the next one."""
    places = [(number, entry) for number, section in enumerate(digest.sections) for entry in section.entries]
    bounds = [round(len(places) * part / parts) for part in range(parts + 1)]
    return tuple(
        replace(digest, sections=_sections(digest, places[begin:end]), part=part, parts=parts)
        for part, (begin, end) in enumerate(pairwise(bounds), 1)
    )


def shortened(text: str, characters: int) -> str:
    """The sentences that fit into so many characters, or else the words, and an ellipsis for the rest."""
    if len(text) <= characters:
        return text
    ends = [end.start() for end in _SENTENCE_END.finditer(text) if end.start() < characters]
    whole = [end + 1 for end in ends if not _ABBREVIATED.search(text[:end])]
    words = [end.end() for end in _WORD_END.finditer(text[: characters + 1])]
    return f"{text[: (whole or words or [characters])[-1]]}\u00a0…"


def _sections(digest: Digest, places: Sequence[tuple[int, Entry]]) -> tuple[Section, ...]:
    found = [
        replace(section, entries=tuple(entry for place, entry in places if place == number))
        for number, section in enumerate(digest.sections)
    ]
    return tuple(section for section in found if section.entries)
