"""Decide how much detail a mail shows of its papers, so that it fits the size that mail programs show whole.

Gmail clips a message of about 102 kB and hides its end. Titles and links always stay; what does not fit even
so is split over several mails.
"""

from binascii import b2a_qp
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise

from digest.domain.digests import Digest, Entry, Section
from digest.domain.mails import Rendered
from digest.mail.content.contribution import excerpt

MESSAGE_BYTES = 100_000
"""As sent, with headers and both parts."""

HTML_BYTES = 90_000
"""Of the HTML part, before it is encoded."""

_HEADER_BYTES = 2_500


class DetailLevel(Enum):
    """How much of one paper a mail shows."""

    FULL = auto()
    SHORTENED = auto()
    """Only an excerpt of its abstract."""
    NO_ABSTRACT = auto()
    TITLE_ONLY = auto()


@dataclass(frozen=True, slots=True)
class DetailLimits:
    """How much of its papers a mail may show. Shares (0 to 1) are of each section, from its beginning."""

    abstract_characters: int | None = None
    """None: whole abstracts."""
    abstract_share: float = 1.0
    """Papers after this share have no abstract."""
    card_share: float = 1.0
    """Papers after this share have a title and a link only."""

    def level_of(self, abstract: str, position: float) -> DetailLevel:
        """For a paper with this abstract; `position` is the share of its section before it."""
        if position >= self.card_share:
            return DetailLevel.TITLE_ONLY
        if abstract and position >= self.abstract_share:
            return DetailLevel.NO_ABSTRACT
        return DetailLevel.FULL if self.shortened(abstract) == abstract else DetailLevel.SHORTENED

    def shortened(self, abstract: str) -> str:
        """The abstract, or an excerpt of at most `abstract_characters`."""
        limit = self.abstract_characters
        return abstract if limit is None else excerpt(abstract, limit)


_LENGTHS = (1200, 900, 700, 500, 350, 250)
_SHARES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)

FULL_DETAIL = DetailLimits()

DETAIL_STEPS = (
    FULL_DETAIL,
    *(DetailLimits(length) for length in _LENGTHS),
    *(DetailLimits(_LENGTHS[-1], share) for share in _SHARES),
    *(DetailLimits(_LENGTHS[-1], 0.0, share) for share in _SHARES),
)
"""From full detail to titles only; each step makes a smaller mail than the one before."""


def size_ratio(rendered: Rendered) -> float:
    """The size of the mail by the size allowed; it fits up to 1."""
    html = rendered.html.encode()
    message = _HEADER_BYTES + len(b2a_qp(html)) + len(b2a_qp(rendered.text.encode()))
    return max(len(html) / HTML_BYTES, message / MESSAGE_BYTES)


def most_detail_that_fits(fits: Callable[[DetailLimits], bool]) -> DetailLimits:
    """The first of DETAIL_STEPS that fits, else the last. `fits` is called at least once with the result.

    Tries full detail first, since most mails fit, and then searches by halves: `fits` renders a whole mail.
    """
    if fits(FULL_DETAIL):
        return FULL_DETAIL
    step = bisect_left(DETAIL_STEPS, True, lo=1, key=fits)
    return DETAIL_STEPS[min(step, len(DETAIL_STEPS) - 1)]


def split(digest: Digest, parts: int) -> tuple[Digest, ...]:
    """`parts` digests with about as many papers each, in order; a section may continue in the next one."""
    places = [(number, entry) for number, section in enumerate(digest.sections) for entry in section.entries]
    bounds = [round(len(places) * part / parts) for part in range(parts + 1)]
    return tuple(
        replace(digest, sections=_sections(digest, places[begin:end]), part=part, parts=parts)
        for part, (begin, end) in enumerate(pairwise(bounds), 1)
    )


def _sections(digest: Digest, places: Sequence[tuple[int, Entry]]) -> tuple[Section, ...]:
    found = [
        replace(section, entries=tuple(entry for place, entry in places if place == number))
        for number, section in enumerate(digest.sections)
    ]
    return tuple(section for section in found if section.entries)
