"""The hidden line by which an announcement is found again: its day and its papers, as an HTML comment.

With it GitHub itself remembers what was announced, even if the program was killed before it could remember
that, or its state is lost or older.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_MARKER = re.compile(r"<!-- daily-papers (?P<day>\d{4}-\d{2}-\d{2}):(?P<papers>(?: [\w./-]+)*) -->", re.ASCII)
_SAFE = re.compile(r"(?!.*--)[\w./-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Marked:
    """What a marker says: of which day the announcement is, and of which papers, by their ids."""

    day: date
    papers: frozenset[str]


def marker(day: date, papers: Iterable[str], most: int) -> str:
    """The marker of an announcement, of so many characters at most: it names fewer papers if need be."""
    line = f"<!-- daily-papers {day.isoformat()}:"
    for paper in filter(_SAFE.fullmatch, papers):
        if len(line) + len(paper) + len("  -->") > most:
            break
        line += f" {paper}"
    return f"{line} -->"


def marked(text: str) -> Marked | None:
    """What the markers in a text say together; None if there is none. The first one says the day."""
    found = [(_day(one["day"]), one["papers"].split()) for one in _MARKER.finditer(text)]
    days = [day for day, _ in found if day]
    return Marked(days[0], frozenset(paper for _, papers in found for paper in papers)) if days else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
