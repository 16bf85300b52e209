"""Format text for display: one line without invisible characters, moments, counted nouns."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

# Control characters that are not white space, marks that change the direction of writing, characters
# without width (a text may be hidden in tags), and the two code points that no XML or HTML parser accepts.
# The joiners U+200C and U+200D are kept: Persian and emoji need them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad"
    r"\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)

_PILE = re.compile(r"[^\x00-\u02ff\w\s]{31,}")  # no letter, digit or space, beyond Latin: there may be marks
_MARKS = 30
"""So many marks may stand on one letter (UAX #15, section 13): putting n of them in order takes n² steps."""

_HALF_SURROGATES = re.compile(r"[\ud800-\udfff]")  # no characters, and UTF-8 cannot encode them


def one_line(text: str) -> str:
    """The text in NFC, with single spaces for white space and line ends, without invisible characters.

    One letter keeps at most 30 marks. Half a surrogate pair becomes U+FFFD, which shows that something was
    lost.
    """
    visible = _HALF_SURROGATES.sub("\ufffd", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", with_few_marks(" ".join(visible.split())))


def with_few_marks(text: str) -> str:
    """The text with at most 30 marks on one letter, so that it can be normalised in linear time."""
    return text if text.isascii() else _PILE.sub(_without_surplus, text)


def _without_surplus(found: re.Match[str]) -> str:
    """A run of characters without the marks that are too many on one letter."""
    kept, marks = [], 0
    for character in found[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS:
            kept.append(character)
    return "".join(kept)


def moment(time: datetime | None) -> str:
    """`2026-06-22 07:00 UTC`, or `never`."""
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else "never"


def counted(number: int, noun: str) -> str:
    """`0 papers`, `1 paper`, `2 papers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str], named: int) -> str:
    """The first `named` names, and the number of the others: `A, B and 3 more`."""
    shown, others = ", ".join(names[:named]), len(names[named:])
    return f"{shown} and {others} more" if others else shown


def shortened(text: str, characters: int) -> str:
    """The text if it has at most `characters`, else its beginning; the result, with `…`, is no longer."""
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"
