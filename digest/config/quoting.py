"""Quote texts of the file in faults, and suggest what was meant."""

import difflib
from collections.abc import Iterable

_MAX_CHARACTERS = 60


def quoted(text: str) -> str:
    """The text in quotes on one line, with escapes for what does not print; a long text is cut."""
    short = text if len(text) <= _MAX_CHARACTERS else f"{text[: _MAX_CHARACTERS - 1]}…"
    mark = "'" if '"' in short else '"'
    return f"{mark}{visible(short)}{mark}"


def visible(text: str) -> str:
    """The text with an escape such as `\\x1b` for each character that does not print."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def suggestion(text: str, known: Iterable[str], otherwise: str, likeness: float = 0.6) -> str:
    """`did you mean "…"?` with the known word nearest to the text; `otherwise` if none is near.

    `likeness` is the least ratio of difflib: 1 for equal texts, 0 for nothing in common.
    """
    near = nearest(text, known, likeness)
    return f'did you mean "{near}"?' if near else otherwise


def nearest(text: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word nearest to the text (case does not matter), or None."""
    by_folded = {word.casefold(): word for word in sorted(known)}
    near = difflib.get_close_matches(text.casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[near[0]] if near else None
