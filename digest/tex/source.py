"""Find the braces, arguments and neighbours of a macro in running text."""

import re
from abc import ABC, abstractmethod

from digest.tex import patterns
from digest.tex.formula import Unreadable
from digest.tex.signs import matching_braces

Converted = tuple[str, int]
"""The plain text, and the position in the source after it."""


class Source(ABC):
    """A text with TeX in it; a stretch of it ends before `end`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.closing_braces = matching_braces(text)
        self.notes_unclosed = False

    @abstractmethod
    def convert(self, start: int, end: int) -> str:
        """The stretch of the text from `start` to `end` as plain text."""

    def as_written(self, found: re.Match[str], end: int) -> Converted:
        """The source of a macro or a script with all its arguments; of other pieces, the match only."""
        at = found.end()
        while found.lastgroup in ("macro", "script") and (
            options := patterns.OPTIONS.match(self.text, at, end)
        ):
            closing = self.closing_braces.get(options.end(), end)
            if closing >= end:
                break
            at = closing + 1
        return self.text[found.start() : at], at

    def argument(self, at: int, end: int) -> Converted:
        """The converted group at this position. Raises Unreadable if there is none."""
        start, closing = self.raw_argument(at, end)
        return self.convert(start, closing), closing + 1

    def raw_argument(self, at: int, end: int) -> tuple[int, int]:
        """Where the group at this position begins and ends, without its braces. Raises Unreadable."""
        start = self.skip(patterns.GAP, at, end)
        closing = self.closing_braces.get(start, end)
        if closing >= end:
            raise Unreadable
        return start + 1, closing

    def is_unclosed(self, brace: int) -> bool:
        return self.after(brace) == "{" and brace not in self.closing_braces

    def skip(self, pattern: re.Pattern[str], at: int, end: int) -> int:
        found = pattern.match(self.text, at, end)
        return found.end() if found else at

    def before(self, found: re.Match[str]) -> str:
        return self.text[max(found.start() - 1, 0) : found.start()]

    def after(self, at: int) -> str:
        return self.text[at : at + 1]
