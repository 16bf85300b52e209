"""Tables in plain text that are no wider than the terminal."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_GAP = "  "

_LEAST_CELLS = 8


@dataclass(frozen=True, slots=True)
class Column:
    """Numbers stand to the right. The one column that is `elastic` gives way, with an ellipsis where text
    is cut off."""

    heading: str
    numbers: bool = False
    elastic: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """A line of headings and one for each row, in so many cells, none of them ending with spaces."""
    lines = [[column.heading for column in columns], *rows]
    widths = [max(cells(line[place]) for line in lines) for place in range(len(columns))]
    excess = sum(widths) + len(_GAP) * (len(columns) - 1) - width
    for place, column in enumerate(columns):
        if column.elastic and excess > 0:
            widths[place] = max(widths[place] - excess, _LEAST_CELLS)
    for line in lines:
        aligned = (
            _aligned(text, room, column) for text, room, column in zip(line, widths, columns, strict=True)
        )
        yield _GAP.join(aligned).rstrip()


def cells(text: str) -> int:
    """How many cells of a terminal the text takes: wide characters two, combining ones none."""
    return sum(map(_cells_of, text))


def cut(text: str, room: int) -> str:
    """The text, or its beginning and an ellipsis, in that many cells at most."""
    if cells(text) <= room:
        return text
    kept = ""
    for character in text:
        if cells(kept + character) >= room:
            break
        kept += character
    return f"{kept}…"


def _aligned(text: str, room: int, column: Column) -> str:
    shown = cut(text, room)
    padding = " " * (room - cells(shown))
    return padding + shown if column.numbers else shown + padding


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
