"""Lay out plain text in lines of 76 columns, as mail programs in a terminal show it."""

import re
import unicodedata
from collections.abc import Iterator

WIDTH = 76
"""Columns (RFC 3676, section 4.2, wants at most 78)."""

_WIDE = (
    r"[\u1100-\u115f\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    r"\ufe30-\ufe6f\uff00-\uff60\U0001f300-\U0001faff\U00020000-\U0003fffd]"
)
# A wide letter may end a line, but no sign such as a full stop begins one.
_PIECE = re.compile(rf"{_WIDE}[^\w\s]*|(?:(?!{_WIDE})\S)+")
_WIDE_LETTER = re.compile(_WIDE)


def wrapped(text: str, indent: int = 0, first: str = "") -> str:
    """The text in lines of at most 76 columns, indented; `first` begins the first line's indent.

    A longer word, such as a web address, has a line of its own. Chinese and Japanese, which have no spaces,
    may break at every letter.
    """
    lines, line = [], first.ljust(indent)
    is_empty = True
    for glue, piece in _pieces(text):
        if not is_empty and columns(line) + len(glue) + columns(piece) > WIDTH:
            lines.append(line)
            line, is_empty = " " * indent, True
        line += piece if is_empty else glue + piece
        is_empty = False
    return "\n".join([*lines, line])


def underlined(text: str) -> str:
    """A heading and the line beneath it."""
    return f"{text}\n{'-' * min(columns(text), WIDTH)}"


def columns(text: str) -> int:
    """How many columns a terminal needs for the text."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """What must stay together, each with what stands before it on the same line: a space or nothing."""
    for word in text.split():
        if not _WIDE_LETTER.search(word):
            yield " ", word
            continue
        for place, piece in enumerate(_PIECE.findall(word)):
            yield "" if place else " ", piece
