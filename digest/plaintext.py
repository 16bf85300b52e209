"""Text as it is shown: foreign words on one line without what is not seen, and counted nouns."""

import re
import unicodedata

# Control characters that are not white space, marks that turn the direction of writing, halves of
# surrogate pairs, and the two code points that no XML or HTML parser takes.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufffe\uffff]"
)


def one_line(text: str) -> str:
    """The text in NFC, each run of white space or line ends as one space, unseen characters left out."""
    return unicodedata.normalize("NFC", " ".join(_UNSEEN.sub("", text).split()))


def counted(number: int, noun: str) -> str:
    """`0 papers`, `1 paper`, `2 papers`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
