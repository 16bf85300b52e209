"""Text as it is shown: foreign words on one line without what is not seen, and counted nouns."""

import re
import unicodedata
from datetime import datetime

# Control characters that are not white space, marks that turn the direction of writing, what takes no
# room (a text may be hidden in tags), and the two code points that no XML or HTML parser takes. The
# joiners U+200C and U+200D stay: Persian and emoji need them.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad"
    r"\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)

_HALVES = re.compile(r"[\ud800-\udfff]")  # of surrogate pairs: no character, and not to be written as UTF-8


def one_line(text: str) -> str:
    """The text in NFC, each run of white space or line ends as one space, unseen characters left out.

    Half a surrogate pair becomes U+FFFD, which shows that something was lost.
    """
    seen = _HALVES.sub("\ufffd", _UNSEEN.sub("", text))
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def moment(time: datetime | None) -> str:
    """`2026-06-22 07:00 UTC`, or `never`."""
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else "never"


def counted(number: int, noun: str) -> str:
    """`0 papers`, `1 paper`, `2 papers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
