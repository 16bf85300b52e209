"""Convert macros of running text whose arguments mean something of their own: links, notes, quantities."""

import re

from digest.tex import patterns, units
from digest.tex.formula import Unreadable
from digest.tex.macros import dingbat
from digest.tex.source import Converted, Source


def url(text: Source, found: re.Match[str], end: int) -> Converted:
    start, closing = text.raw_argument(found.end(), end)
    return patterns.ESCAPED_IN_ADDRESS.sub(r"\1", text.text[start:closing]), closing + 1


def href(text: Source, found: re.Match[str], end: int) -> Converted:
    address, at = url(text, found, end)
    shown, at = text.argument(at, end)
    return (address if shown.strip(" /") in address else f"{shown} ({address})"), at


def reference(text: Source, found: re.Match[str], end: int) -> Converted:
    """The label and its notes, in brackets."""
    at = text.skip(patterns.OPTIONS, found.end(), end)
    start, closing = text.raw_argument(at, end)
    notes = patterns.NOTE.findall(text.text, found.end(), at)
    return f"[{', '.join((text.text[start:closing], *notes))}]", closing + 1


def coloured(text: Source, found: re.Match[str], end: int) -> Converted:
    _, closing = text.raw_argument(found.end(), end)
    return text.argument(closing + 1, end)


def quantity(text: Source, found: re.Match[str], end: int) -> Converted:
    count, shown = units.MACROS[found[0][1:]]
    arguments, at = [], text.skip(patterns.OPTIONS, found.end(), end)
    for _ in range(count):
        start, closing = text.raw_argument(at, end)
        arguments.append(text.text[start:closing])
        at = closing + 1
    return shown(*arguments), at


def ding(text: Source, found: re.Match[str], end: int) -> Converted:
    code, at = text.argument(found.end(), end)
    if not (shown := dingbat(code)):
        raise Unreadable
    return shown, at


def footnote(text: Source, found: re.Match[str], end: int) -> Converted:
    """A note in parentheses; one that is never closed goes on to the end."""
    brace = text.skip(patterns.GAP, found.end(), end)
    if text.is_unclosed(brace):
        text.notes_unclosed = True
        return " (", brace + 1
    shown, at = text.argument(found.end(), end)
    return f" ({shown})", at


def dropped(text: Source, found: re.Match[str], end: int) -> Converted:
    """A macro whose argument is not shown: a colour, a picture."""
    _, closing = text.raw_argument(text.skip(patterns.OPTIONS, found.end(), end), end)
    return "", closing + 1
