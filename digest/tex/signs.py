"""Decide what a sign means that TeX shares with prose, prices, quotations and code."""

import re
import unicodedata
from collections.abc import Container

from digest.tex.symbols import TEXT_ACCENTS

_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_DEEPEST = 12
_PROSE = re.compile(r"(?:^|\s)[A-Za-z]{2,}(?=[\s,.;:)]|$)")
_NOT_PROSE = re.compile(r"\\(?:text\w*|mbox|mathrm|operatorname)\s*\{[^{}]*\}|\\[A-Za-z]+\s*|\\.")
_FORMULA_SIGN = re.compile(r"\\[A-Za-z]|[\^_={}]")
_SET = re.compile(r"$|(?![\\$]).+?[,:|_\"=<>]|[,:|_\"=<>].", re.DOTALL)
_BRACED_LETTER = re.compile(r"\s*\{\s*\\?([^\W\d_])\s*\}")
_BARE_LETTER = re.compile(r"\\?([^\W\d_])(?=(\w*))")
_ESCAPED_QUOTE = re.compile(r"\\\"(?![\w{\\])")
_VOWELS = frozenset("aeiouyAEIOUY")
_CONSONANTS = frozenset(("~n", "~N", ".z", ".Z", *(f"'{letter}" for letter in "cnszlrCNSZLR")))
_CONTRACTIONS = frozenset(("s", "t", "d", "m", "re", "ve", "ll"))

# arXiv turns TeX accents into letters, and mistakes the `\b` of `{\beta` for one: the result is `e̱ta`.
_MISTAKEN = {TEXT_ACCENTS[name]: name for name in "uvHcdbkr"}
_MISTAKEN_ACCENT = re.compile(f"([A-Za-z])([{''.join(_MISTAKEN)}])([a-z]*)")


def matching_braces(source: str) -> dict[int, int]:
    """The position of each opening brace, mapped to that of its closing one.

    Braces without a partner and those nested more than 12 deep are left out.
    """
    closings: dict[int, int] = {}
    opened: list[int] = []
    for found in _BRACE.finditer(source):
        if found[0] == "{":
            opened.append(found.start())
        elif found[0] == "}" and opened:
            start = opened.pop()
            if len(opened) < _DEEPEST:
                closings[start] = found.start()
    return closings


def is_money(inner: str, after: str) -> bool:
    """Whether dollars with `inner` between them, and the character `after` after them, are a currency.

    They are if there are words between them, with a space at an end or without a sign of a formula, or
    if one amount follows another.
    """
    has_words = bool(_PROSE.search(_NOT_PROSE.sub("·", inner)))
    has_sign, is_loose = bool(_FORMULA_SIGN.search(inner)), inner != inner.strip()
    if inner[:1].isdigit():
        return (has_words and (is_loose or not has_sign)) or (after.isdigit() and not has_sign)
    return has_words and is_loose and not has_sign


def ties(before: str, after: str) -> bool:
    """Whether `~` between these two characters is a space that does not break.

    In `(~5`, `1~5`, `~ 5` and `/~user` it is not.
    """
    if not before.strip() or not after.strip() or "~" in (before, after):
        return False
    if after.isdigit():
        return before.isalpha() or before in ".)]}$:,;%'’”"
    return before not in "([{</"


def is_set(inner: str, before: str, after: str) -> bool:
    """Whether braces around `inner` are shown: `{yes, no}`, `={e}`; but not `{BERT}` and `2{,}184`."""
    if len(inner) == 1:
        return inner.isalnum() and not before.isalnum() and not after.isalnum()
    return bool(_SET.match(inner))


def accented(accent: str, source: str, at: int) -> tuple[str, int] | None:
    r"""The letter at that place under a TeX accent (`'` for `\'`), and where it ends; None if there is none.

    Without braces only letters of European names count; `it\'s` and `\"quoted\"` are not TeX.
    """
    letter = _BRACED_LETTER.match(source, at) or _bare_letter(accent, source, at)
    if not letter:
        return None
    shown = composed(accent, letter[1])
    return (shown, letter.end()) if len(shown) == 1 else None


def composed(accent: str, letter: str) -> str:
    """The letter under this accent."""
    return unicodedata.normalize("NFC", letter + TEXT_ACCENTS[accent])


def restore_macros(text: str, macros: Container[str]) -> str:
    """The text with these macros restored where arXiv took them for accents, leaving a brace unmatched."""
    if text.count("}") <= text.count("{"):
        return text

    def macro(found: re.Match[str]) -> str:
        name = _MISTAKEN[found[2]] + found[1] + found[3]
        return f"{{\\{name}" if name in macros else found[0]

    restored = _MISTAKEN_ACCENT.sub(macro, unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", restored)


def _bare_letter(accent: str, source: str, at: int) -> re.Match[str] | None:
    letter = _BARE_LETTER.match(source, at)
    if not letter or accent.isalpha():
        return None
    if accent == "'" and letter[1] + letter[2] in _CONTRACTIONS:
        return None
    if accent == '"' and _ESCAPED_QUOTE.search(source):
        return None
    return letter if letter[1] in _VOWELS or accent + letter[1] in _CONSONANTS else None
