"""Format text for display: one line without invisible characters, moments, counted nouns."""

import re
import unicodedata
from datetime import datetime

# Control characters that are not white space, marks that change the direction of writing, characters
# without width (a text may be hidden in tags), and the two code points that no XML or HTML parser accepts.
# The joiners U+200C and U+200D are kept: Persian and emoji need them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad"
    r"\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)

_HALF_SURROGATES = re.compile(r"[\ud800-\udfff]")  # no characters, and UTF-8 cannot encode them


def one_line(text: str) -> str:
    """The text in NFC, with single spaces for white space and line ends, without invisible characters.

    Half a surrogate pair becomes U+FFFD, which shows that something was lost.
    """
    visible = _HALF_SURROGATES.sub("\ufffd", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", " ".join(visible.split()))


def moment(time: datetime | None) -> str:
    """`2026-06-22 07:00 UTC`, or `never`."""
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else "never"


def counted(number: int, noun: str) -> str:
    """`0 papers`, `1 paper`, `2 papers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
