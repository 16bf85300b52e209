"""Decide how much detail a mail shows of its papers, so that mail programs show it whole.

Gmail clips the HTML part at about 102 kB and hides its end; some who tried say that the encoded part counts.
So the HTML part has a limit well below, the text part one of its own, and the message one for both.
"""

from binascii import b2a_qp
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digest.domain.digests import Digest, Showing
from digest.domain.mails import Rendered

HTML_BYTES = 95_000
"""Of the HTML part, before it is encoded."""

TEXT_BYTES = 60_000
"""Of the text part, before it is encoded."""

MESSAGE_BYTES = 150_000
"""As sent, with headers and both parts."""

_HEADER_BYTES = 2_500

MOST_WITH_ABSTRACTS = 5
"""A digest with so few papers has room for whole abstracts."""

_ALL = 10_000
_FEW_CARDS = 3
"""So many cards a keyword keeps as long as there are lines that can be shorter."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much a mail says of its papers. What has no card has a line in a list."""

    cards: int = _ALL
    """So many papers of each keyword have a card at most, the best first: what is enough for a narrow keyword
    is left to it, whatever a broad one has."""
    abstracts: bool = False
    """Whole abstracts, not excerpts."""
    forms: bool = True
    """Every form in which the source shows the paper of a card, not the first one only."""
    lines: int = _ALL
    """So many lines of each keyword have author, category and links; the others have the title only."""


FULL_DETAIL = Detail(abstracts=True)
LEAST_DETAIL = Detail(cards=0, forms=False, lines=0)

_LINES = (100, 70, 50, 35, 25, 18, 12, 8, 5, 3, 0)

DETAIL_STEPS = (
    FULL_DETAIL,
    Detail(),
    *(Detail(cards, forms=False) for cards in (_ALL, 60, 40, 30, 24, 20, 16, *range(12, _FEW_CARDS - 1, -1))),
    *(Detail(_FEW_CARDS, forms=False, lines=lines) for lines in _LINES),
    *(Detail(cards, forms=False, lines=0) for cards in range(_FEW_CARDS - 1, 0, -1)),
    LEAST_DETAIL,
)
"""From full detail to titles only; each step makes a smaller mail than the one before."""


def steps_for(digest: Digest) -> Sequence[Detail]:
    """The steps that suit the digest, most detail first."""
    if digest.showing in (Showing.TITLE, Showing.LINK):
        return (LEAST_DETAIL,)
    if digest.is_catch_up:
        return tuple(Detail(cards=0, forms=False, lines=lines) for lines in (_ALL, *_LINES))
    return DETAIL_STEPS[0 if len(digest.in_all) <= MOST_WITH_ABSTRACTS else 1 :]


def size_ratio(rendered: Rendered) -> float:
    """The size of the mail by the size allowed; it fits up to 1."""
    html, text = rendered.html.encode(), rendered.text.encode()
    message = _HEADER_BYTES + _encoded_bytes(html) + _encoded_bytes(text)
    return max(len(html) / HTML_BYTES, len(text) / TEXT_BYTES, message / MESSAGE_BYTES)


def _encoded_bytes(part: bytes) -> int:
    """In quoted-printable, with CRLF at the end of lines."""
    encoded = b2a_qp(part)
    return len(encoded) + encoded.count(b"\n")


def most_detail_that_fits(steps: Sequence[Detail], fits: Callable[[Detail], bool]) -> Detail:
    """The first of the steps that fits, else the last. `fits` is called at least once with the result.

    Tries the first, since most mails fit, and then searches by halves: `fits` renders a whole mail.
    """
    if fits(steps[0]) or len(steps) == 1:
        return steps[0]
    step = bisect_left(steps, True, lo=1, key=fits)
    return steps[min(step, len(steps) - 1)]
