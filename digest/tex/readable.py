"""Turn the TeX in titles, abstracts, comments and names into plain text.

arXiv gives out what authors typed: prose with some TeX, some Markdown, prices and paths, and macros
that only their own paper defines. What is surely TeX and has a plain form is converted; everything
else, a macro with its arguments or a whole formula, stays exactly as it was written. A general
converter would take every dollar and backslash for TeX, and drop what it does not know.
"""

import re
from collections.abc import Callable

from digest.tex import patterns, symbols
from digest.tex.formula import KNOWN, Unreadable, first_atom, formula, lowered, raised
from digest.tex.signs import accented, is_money, is_set, matching_braces, restore_macros, ties

_Converted = tuple[str, int]
"""The plain text, and the position in the source after it."""

_ESCAPED = {
    **{character: character for character in "%&#_${}"},
    **dict.fromkeys(" ,;:", " "),
    **dict.fromkeys("!-@", ""),
}


LONGEST = 20_000
"""So many characters are converted at most, ten times as many as arXiv accepts in an abstract: the time for
pieces that are never closed grows with the square of the length."""


def readable(text: str) -> str:
    """The text without its TeX, on one line; a text that has none is returned unchanged.

    What is beyond the first LONGEST characters stays as it is.
    """
    if len(text) > LONGEST:
        return readable(text[:LONGEST]) + text[LONGEST:]
    source = restore_macros(text, _RESTORABLE)
    if not patterns.TEX.search(source):
        return source
    return " ".join(_Converter(source).convert(0, len(source)).split()) or text


class _Converter:
    """Converts a text. Each group of patterns.PIECE has a method of its name, which takes the match and the
    end of the stretch that is converted, and raises Unreadable for what must stay as written."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._closing_braces = matching_braces(source)
        self._quote_ends: set[int] = set()

    def convert(self, start: int, end: int) -> str:
        parts, at = [], start
        while sign := patterns.SIGN.search(self._source, at, end):
            parts.append(self._source[at : sign.start()])
            part, at = self._piece(sign.start(), end)
            parts.append(part)
        return "".join((*parts, self._source[at:end]))

    def _piece(self, at: int, end: int) -> _Converted:
        found = patterns.PIECE.match(self._source, at, end)
        if not found:
            return self._source[at], at + 1
        try:
            return _PIECES[str(found.lastgroup)](self, found, end)
        except Unreadable:
            return self._as_written(found, end)

    def _as_written(self, found: re.Match[str], end: int) -> _Converted:
        """The source of a macro or a script with all its arguments; of other pieces, the match only."""
        at = found.end()
        while found.lastgroup in ("macro", "script") and (
            options := patterns.OPTIONS.match(self._source, at, end)
        ):
            closing = self._closing_braces.get(options.end(), end)
            if closing >= end:
                break
            at = closing + 1
        return self._source[found.start() : at], at

    def address(self, found: re.Match[str], end: int) -> _Converted:
        """The rest of a web address, from a slash on."""
        return patterns.ESCAPED_IN_ADDRESS.sub(r"\1", found[0]), found.end()

    def path(self, found: re.Match[str], end: int) -> _Converted:
        raise Unreadable

    def macro(self, found: re.Match[str], end: int) -> _Converted:
        name = found[0][1:]
        if name in _MACROS:
            return _MACROS[name](self, found, end)
        if name not in KNOWN or (
            name in symbols.ACCENTS and not patterns.GAP.match(self._source, found.end(), end)
        ):
            raise Unreadable
        return self._symbol(found, end)

    def _symbol(self, found: re.Match[str], end: int) -> _Converted:
        """A piece of a formula outside dollars; here an apostrophe is no prime, and spaces count."""
        apostrophe = self._source.find("'", found.start(), end)
        shown, at = self._first_atom(found, end if apostrophe < 0 else apostrophe)
        at = self.skip(patterns.BLANKS, at, end) if self._joins(found) else at
        return shown, self.skip(patterns.EMPTY_GROUP, at, end)

    def _joins(self, found: re.Match[str]) -> bool:
        r"""Whether the space after a macro only ends its name, as in `data\textemdash are`."""
        opens = found[0] in (r"\textless", r"\textbackslash")
        return opens or (found[0].startswith(r"\text") and not self._before(found).isspace())

    def script(self, found: re.Match[str], end: int) -> _Converted:
        return self._first_atom(found, end)

    def _first_atom(self, found: re.Match[str], end: int) -> _Converted:
        brace = patterns.GAP.match(self._source, found.end(), end)
        if brace and brace.end() not in self._closing_braces:
            raise Unreadable
        shown, at = first_atom(self._source, found.start(), end)
        return shown, at - self._source[at - 1].isspace()

    def escape(self, found: re.Match[str], end: int) -> _Converted:
        character = found[0][1]
        if character in "([":
            return self._delimited(found, end)
        if character in symbols.TEXT_ACCENTS:
            return self.accent(found, end)
        if character in _ESCAPED:
            return _ESCAPED[character], found.end()
        if character == "\\" and not self._after(found.end()).strip():
            return " ", found.end()
        raise Unreadable

    def _delimited(self, found: re.Match[str], end: int) -> _Converted:
        closing = self._source.find(r"\)" if found[0] == r"\(" else r"\]", found.end(), end)
        if closing < 0:
            raise Unreadable
        return self._formula((found.start(), closing + 2), (found.end(), closing))

    def math(self, found: re.Match[str], end: int) -> _Converted:
        """A formula between dollars, unless they are a currency."""
        pattern = patterns.CLOSING_DOLLAR if found[0] == "$" else patterns.CLOSING_DOLLARS
        closing = pattern.match(self._source, found.end(), end)
        if not closing or is_money(closing[0].rstrip("$"), self._after(closing.end())):
            return "$", found.start() + 1
        inner = (found.end(), closing.end() - len(found[0]))
        return self._formula((found.start(), closing.end()), inner)

    def _formula(self, outer: tuple[int, int], inner: tuple[int, int]) -> _Converted:
        if patterns.LINK.match(self._source, *inner):
            return self.convert(*inner), outer[1]
        try:
            return formula(self._source, *inner), outer[1]
        except Unreadable:
            return self._source[outer[0] : outer[1]], outer[1]

    def group(self, found: re.Match[str], end: int) -> _Converted:
        start, closing = self._raw_argument(found.start(), end)
        inner, after = self._source[start:closing], closing + 1
        shown = self.convert(start, closing)
        if inner.startswith("{") or (inner == shown and "\\" in inner):
            return f"{{{inner}}}", after
        return (f"{{{shown}}}" if is_set(inner, self._before(found), self._after(after)) else shown), after

    def opening(self, found: re.Match[str], end: int) -> _Converted:
        pattern, quote = (patterns.DOUBLE_QUOTED, "“") if found[0] == "``" else (patterns.SINGLE_QUOTED, "‘")
        quoted = pattern.match(self._source, found.start(), end)
        if not quoted:
            raise Unreadable
        self._quote_ends.add(quoted.start("end"))
        return quote, found.end()

    def closing(self, found: re.Match[str], end: int) -> _Converted:
        if found.start() not in self._quote_ends:
            return found[0], found.end()
        return ("’" if found[0] == "'" else "”"), found.end()

    def dash(self, found: re.Match[str], end: int) -> _Converted:
        return ("–" if len(found[0]) == 2 else "—"), found.end()

    def tie(self, found: re.Match[str], end: int) -> _Converted:
        return (" " if ties(self._before(found), self._after(found.end())) else "~"), found.end()

    def accent(self, found: re.Match[str], end: int) -> _Converted:
        letter = accented(found[0][1:], self._source[:end], found.end())
        if not letter:
            raise Unreadable
        return letter

    def letter(self, found: re.Match[str], end: int) -> _Converted:
        """The space that ends the name of a letter is dropped; words such as LaTeX keep it."""
        shown = symbols.LETTERS[found[0][1:]]
        at = (
            self.skip(patterns.BLANKS, found.end(), end)
            if shown.isalpha() and len(shown) < 3
            else found.end()
        )
        return shown, self.skip(patterns.EMPTY_GROUP, at, end)

    def abbreviation(self, found: re.Match[str], end: int) -> _Converted:
        at = self.skip(patterns.EMPTY_GROUP, found.end(), end)
        return f"{symbols.ABBREVIATIONS[found[0][1:]]}{'' if self._after(at) == '.' else '.'}", at

    def url(self, found: re.Match[str], end: int) -> _Converted:
        start, closing = self._raw_argument(found.end(), end)
        return patterns.ESCAPED_IN_ADDRESS.sub(r"\1", self._source[start:closing]), closing + 1

    def href(self, found: re.Match[str], end: int) -> _Converted:
        address, at = self.url(found, end)
        shown, at = self.argument(at, end)
        return (address if shown.strip(" /") in address else f"{shown} ({address})"), at

    def reference(self, found: re.Match[str], end: int) -> _Converted:
        """The label and its notes, in brackets."""
        at = self.skip(patterns.OPTIONS, found.end(), end)
        start, closing = self._raw_argument(at, end)
        notes = patterns.NOTE.findall(self._source, found.end(), at)
        return f"[{', '.join((self._source[start:closing], *notes))}]", closing + 1

    def coloured(self, found: re.Match[str], end: int) -> _Converted:
        _, closing = self._raw_argument(found.end(), end)
        return self.argument(closing + 1, end)

    def quantity(self, found: re.Match[str], end: int) -> _Converted:
        number, at = self.argument(found.end(), end)
        unit, at = self.argument(at, end)
        if "\\" in unit:
            raise Unreadable
        return f"{number} {unit}", at

    def argument(self, at: int, end: int) -> _Converted:
        """The converted group at this position. Raises Unreadable if there is none."""
        start, closing = self._raw_argument(at, end)
        return self.convert(start, closing), closing + 1

    def _raw_argument(self, at: int, end: int) -> tuple[int, int]:
        """Where the group at this position begins and ends, without its braces. Raises Unreadable."""
        start = self.skip(patterns.GAP, at, end)
        closing = self._closing_braces.get(start, end)
        if closing >= end:
            raise Unreadable
        return start + 1, closing

    def skip(self, pattern: re.Pattern[str], at: int, end: int) -> int:
        found = pattern.match(self._source, at, end)
        return found.end() if found else at

    def _before(self, found: re.Match[str]) -> str:
        return self._source[max(found.start() - 1, 0) : found.start()]

    def _after(self, at: int) -> str:
        return self._source[at : at + 1]


_Method = Callable[[_Converter, re.Match[str], int], _Converted]


def _with_argument(transform: Callable[[str], str]) -> _Method:
    """The method of a macro with one argument."""

    def method(text: _Converter, found: re.Match[str], end: int) -> _Converted:
        shown, at = text.argument(found.end(), end)
        return transform(shown), at

    return method


def _replacement(shown: str) -> _Method:
    """The method of a macro that is replaced by this text; the spaces after it are dropped."""
    return lambda text, found, end: (shown, text.skip(patterns.BLANKS, found.end(), end))


_PIECES: dict[str, _Method] = {name: getattr(_Converter, name) for name in patterns.PIECE.groupindex}

_MACROS: dict[str, _Method] = {
    **dict.fromkeys(symbols.WRAPPERS, _with_argument(str)),
    **dict.fromkeys(symbols.DECLARATIONS, _replacement("")),
    **dict.fromkeys(symbols.BREAKS, _replacement(" ")),
    **dict.fromkeys(symbols.LETTERS, _Converter.letter),
    **dict.fromkeys(filter(str.isalpha, symbols.TEXT_ACCENTS), _Converter.accent),
    **dict.fromkeys(symbols.REFERENCES, _Converter.reference),
    **dict.fromkeys(symbols.ABBREVIATIONS, _Converter.abbreviation),
    **dict.fromkeys(("footnote", "footnotetext", "thanks"), _with_argument(" ({})".format)),
    **dict.fromkeys(("href", "hyperlink"), _Converter.href),
    **dict.fromkeys(("SI", "qty"), _Converter.quantity),
    "enquote": _with_argument("“{}”".format),
    "textcolor": _Converter.coloured,
    "textsubscript": _with_argument(lowered),
    "textsuperscript": _with_argument(raised),
    "url": _Converter.url,
}

_RESTORABLE = KNOWN | frozenset(_MACROS)
