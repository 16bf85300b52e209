"""How faults quote what stands in the file, and what they guess was meant."""

import difflib
from collections.abc import Iterable

_LONGEST = 60


def quoted(text: str) -> str:
    """The text in quotes, on one line: the invisible escaped, the end of a long one left out."""
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    mark = "'" if '"' in short else '"'
    return f"{mark}{visible(short)}{mark}"


def visible(text: str) -> str:
    """The text with every character that does not print as its escape, such as `\\x1b`."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def suggestion(text: str, known: Iterable[str], otherwise: str, likeness: float = 0.6) -> str:
    """`did you mean "…"?` for the known word most like the text, case aside; else what to do otherwise.

    `likeness` is that of difflib: 1 for the same, 0 for nothing in common.
    """
    near = nearest(text, known, likeness)
    return f'did you mean "{near}"?' if near else otherwise


def nearest(text: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word most like the text, if one is like it at all."""
    by_folded = {word.casefold(): word for word in sorted(known)}
    near = difflib.get_close_matches(text.casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[near[0]] if near else None
