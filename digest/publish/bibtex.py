r"""The title of a paper for BibTeX, where that is not simply its plain text.

arXiv's titles are TeX, more or less: `$\alpha$-Divergences & More` has mathematics that BibTeX wants as it
is, and an `&` that would stop LaTeX. A title is a stranger's text: only macros that show something are kept.
"""

import re
from collections.abc import Iterator

from digest.domain.text import one_line
from digest.tex.formula import KNOWN
from digest.tex.symbols import LETTERS, TEXT_ACCENTS, WRAPPERS

_MOST_CHARACTERS = 1_000
_MACRO = re.compile(r"\\([A-Za-z]+)")
_SCRIPTS = ("textsubscript", "textsuperscript")
_MACROS = frozenset((*KNOWN, *LETTERS, *TEXT_ACCENTS, *WRAPPERS, *_SCRIPTS))
_SPECIAL = re.compile(r"\\.|\$+|[&%#_^]")
_MATHEMATICAL = "_^"
_ESCAPED = {"^": r"\textasciicircum{}"}
_SIGN = re.compile(r"\\?[{}]|\\.|\$+")


def tex_title(title: str, plain: str) -> str:
    """The title as TeX; empty if its `plain` text says the same, or if what was typed cannot be used."""
    source = one_line(title)
    if source == plain or not _is_usable(source):
        return ""
    return "".join(_escaped(source))


def _escaped(source: str) -> Iterator[str]:
    """The pieces of the source; what would stop LaTeX outside mathematics is escaped there."""
    at, in_mathematics = 0, False
    for found in _SPECIAL.finditer(source):
        sign = found[0]
        yield source[at : found.start()]
        at = found.end()
        in_mathematics ^= sign.startswith("$")
        is_kept = len(sign) > 1 or sign == "$" or (in_mathematics and sign in _MATHEMATICAL)
        yield sign if is_kept else _ESCAPED.get(sign, f"\\{sign}")
    yield source[at:]


def _is_usable(source: str) -> bool:
    """Whether the title ends where it seems to end, and does nothing but show itself."""
    is_closed = len(source) <= _MOST_CHARACTERS and not source.endswith("\\") and _is_balanced(source)
    # TeX reads `^^5c` as a backslash.
    return is_closed and "^^" not in source and _MACROS.issuperset(_MACRO.findall(source))


def _is_balanced(source: str) -> bool:
    """Whether braces and dollars are in pairs: one alone would take in the entries after it.

    BibTeX counts escaped braces too.
    """
    depth = dollars = 0
    for sign in _SIGN.findall(source):
        depth += sign.endswith("{") - sign.endswith("}")
        dollars += sign.startswith("$")
        if depth < 0:
            return False
    return depth == 0 and dollars % 2 == 0
