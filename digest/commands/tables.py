"""Tables in plain text that are no wider than the terminal."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_GAP = "  "
_LEAST_CELLS = 8


@dataclass(frozen=True, slots=True)
class Column:
    """A column. Numbers are aligned to the right. The one `elastic` column is cut, with an ellipsis, where
    the table is too wide."""

    heading: str
    numbers: bool = False
    elastic: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """A line of headings and one for each row, `width` cells wide at most, without spaces at the end."""
    lines = [[column.heading for column in columns], *rows]
    widths = [max(cells(line[place]) for line in lines) for place in range(len(columns))]
    excess = sum(widths) + len(_GAP) * (len(columns) - 1) - width
    for place, column in enumerate(columns):
        if column.elastic and excess > 0:
            widths[place] = max(widths[place] - excess, _LEAST_CELLS)
    for line in lines:
        aligned = (
            _aligned(text, size, column) for text, size, column in zip(line, widths, columns, strict=True)
        )
        yield _GAP.join(aligned).rstrip()


def cells(text: str) -> int:
    """How many cells of a terminal the text takes: a wide character two, a combining one none (UAX #11)."""
    return sum(map(_cells_of, text))


def cut(text: str, width: int) -> str:
    """The text, or its beginning and an ellipsis, `width` cells wide at most."""
    if cells(text) <= width:
        return text
    kept = ""
    for character in text:
        if cells(kept + character) >= width:
            break
        kept += character
    return f"{kept}…"


def _aligned(text: str, width: int, column: Column) -> str:
    shown = cut(text, width)
    padding = " " * (width - cells(shown))
    return padding + shown if column.numbers else shown + padding


def _cells_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
