"""Turn the TeX in titles, abstracts, comments and names into plain text.

arXiv gives out what authors typed: prose with some TeX, some Markdown, prices and paths, and macros
that only their own paper defines. What is surely TeX is converted, and a macro without a known meaning
shows its arguments or its name; everything else stays exactly as it was written. A general converter
would take every dollar and backslash for TeX, and drop what it does not know.
"""

import re
from collections.abc import Callable

from digest.tex import arguments, patterns, symbols, units
from digest.tex.formula import KNOWN, Unreadable, first_atom, formula, lowered, raised
from digest.tex.macros import ENCLOSED, applied
from digest.tex.signs import accented, composed, is_money, is_set, restore_macros, ties
from digest.tex.source import Converted, Source

_MOST_ARGUMENTS = 4

_ESCAPED = {
    **{character: character for character in "%&#_${}"},
    **dict.fromkeys(" ,;:", " "),
    "<": "<",
    ">": ">",
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
    source = patterns.VERBATIM.sub(r"\2", restore_macros(text, _RESTORABLE))
    if not patterns.TEX.search(source):
        return source
    converter = _Converter(source)
    converted = " ".join(converter.convert(0, len(source)).split()) or text
    return f"{converted})" if converter.notes_unclosed else converted


class _Converter(Source):
    """Converts a text. Each group of patterns.PIECE has a method of its name, which takes the match and the
    end of the stretch that is converted, and raises Unreadable for what must stay as written."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._quote_ends: set[int] = set()

    def convert(self, start: int, end: int) -> str:
        parts, at = [], start
        while sign := patterns.SIGN.search(self.text, at, end):
            parts.append(self.text[at : sign.start()])
            part, at = self._piece(sign.start(), end)
            parts.append(part)
        return "".join((*parts, self.text[at:end]))

    def _piece(self, at: int, end: int) -> Converted:
        found = patterns.PIECE.match(self.text, at, end)
        if not found:
            return self.text[at], at + 1
        try:
            return _PIECES[str(found.lastgroup)](self, found, end)
        except Unreadable:
            return self.as_written(found, end)

    def address(self, found: re.Match[str], end: int) -> Converted:
        """The rest of a web address, from a slash on."""
        return patterns.ESCAPED_IN_ADDRESS.sub(r"\1", found[0]), found.end()

    def path(self, found: re.Match[str], end: int) -> Converted:
        raise Unreadable

    def macro(self, found: re.Match[str], end: int) -> Converted:
        name = found[0][1:]
        if name in _MACROS:
            return _MACROS[name](self, found, end)
        if name not in KNOWN:
            return self.unknown(found, end)
        if name in symbols.ACCENTS and not patterns.GAP.match(self.text, found.end(), end):
            raise Unreadable
        return self._symbol(found, end)

    def unknown(self, found: re.Match[str], end: int) -> Converted:
        """A macro that only the paper defines: what its braces hold, or else its name."""
        name, at = found[0][1:], found.end()
        shown: list[str] = []
        while (options := patterns.OPTIONS.match(self.text, at, end)) and len(shown) < _MOST_ARGUMENTS:
            argument, at = self.argument(options.end(), end)
            shown.append(argument)
        if any(shown):
            return (applied(name, shown) if name in ENCLOSED else " ".join(shown)), at
        before = self.before(found)
        if len(name) == 1 or before == "\\" or before.isalpha():  # as in `a\n` and `server\share`
            raise Unreadable
        return ("" if name in ENCLOSED else name), at

    def _symbol(self, found: re.Match[str], end: int) -> Converted:
        """A piece of a formula outside dollars; here an apostrophe is no prime, and spaces count."""
        apostrophe = self.text.find("'", found.start(), end)
        shown, at = self._first_atom(found, end if apostrophe < 0 else apostrophe)
        at = self.skip(patterns.BLANKS, at, end) if self._joins(found) else at
        return shown, self.skip(patterns.EMPTY_GROUP, at, end)

    def _joins(self, found: re.Match[str]) -> bool:
        r"""Whether the space after a macro only ends its name, as in `data\textemdash are`."""
        opens = found[0] in (r"\textless", r"\textbackslash")
        return opens or (found[0].startswith(r"\text") and not self.before(found).isspace())

    def script(self, found: re.Match[str], end: int) -> Converted:
        return self._first_atom(found, end)

    def index(self, found: re.Match[str], end: int) -> Converted:
        """The number of a chemical formula or of a size of dust: `CO_2`, `PM_2.5`."""
        return lowered(found[0][1:]), found.end()

    def _first_atom(self, found: re.Match[str], end: int) -> Converted:
        brace = patterns.GAP.match(self.text, found.end(), end)
        if brace and brace.end() not in self.closing_braces:
            raise Unreadable
        shown, at = first_atom(self.text, found.start(), end)
        return shown, at - self.text[at - 1].isspace()

    def escape(self, found: re.Match[str], end: int) -> Converted:
        character = found[0][1]
        if character in "([":
            return self._delimited(found, end)
        if character in symbols.TEXT_ACCENTS:
            return self.accent(found, end)
        if character in _ESCAPED:
            return _ESCAPED[character], found.end()
        if character == "\\" and not self.after(found.end()).strip():
            return " ", found.end()
        raise Unreadable

    def _delimited(self, found: re.Match[str], end: int) -> Converted:
        closing = self.text.find(r"\)" if found[0] == r"\(" else r"\]", found.end(), end)
        if closing < 0:
            raise Unreadable
        return self._formula((found.start(), closing + 2), (found.end(), closing))

    def math(self, found: re.Match[str], end: int) -> Converted:
        """A formula between dollars, unless they are a currency."""
        pattern = patterns.CLOSING_DOLLAR if found[0] == "$" else patterns.CLOSING_DOLLARS
        closing = pattern.match(self.text, found.end(), end)
        if not closing or is_money(closing[0].rstrip("$"), self.after(closing.end())):
            return "$", found.start() + 1
        inner = (found.end(), closing.end() - len(found[0]))
        return self._formula((found.start(), closing.end()), inner)

    def _formula(self, outer: tuple[int, int], inner: tuple[int, int]) -> Converted:
        if patterns.LINK.match(self.text, *inner):
            return self.convert(*inner), outer[1]
        try:
            return formula(self.text, *inner), outer[1]
        except Unreadable:
            return self.text[outer[0] : outer[1]], outer[1]

    def group(self, found: re.Match[str], end: int) -> Converted:
        start, closing = self.raw_argument(found.start(), end)
        inner, after = self.text[start:closing], closing + 1
        if inner[:1] == "\\" and inner[1:] in symbols.TEXT_ACCENTS and self.after(after).isalpha():
            return composed(inner[1:], self.after(after)), after + 1
        shown = self.convert(start, closing)
        if inner.startswith("{") or (inner == shown and "\\" in inner):
            return f"{{{inner}}}", after
        return (f"{{{shown}}}" if is_set(inner, self.before(found), self.after(after)) else shown), after

    def opening(self, found: re.Match[str], end: int) -> Converted:
        pattern, quote = (patterns.DOUBLE_QUOTED, "“") if found[0] == "``" else (patterns.SINGLE_QUOTED, "‘")
        quoted = pattern.match(self.text, found.start(), end)
        if not quoted:
            raise Unreadable
        self._quote_ends.add(quoted.start("end"))
        return quote, found.end()

    def closing(self, found: re.Match[str], end: int) -> Converted:
        if found.start() not in self._quote_ends:
            return found[0], found.end()
        return ("’" if found[0] == "'" else "”"), found.end()

    def dash(self, found: re.Match[str], end: int) -> Converted:
        return ("–" if len(found[0]) == 2 else "—"), found.end()

    def tie(self, found: re.Match[str], end: int) -> Converted:
        return (" " if ties(self.before(found), self.after(found.end())) else "~"), found.end()

    def accent(self, found: re.Match[str], end: int) -> Converted:
        mark = found[0][1:]
        letter = accented(mark, self.text[:end], found.end()) or self._spaced_letter(found, end)
        if not letter:
            raise Unreadable
        return letter

    def _spaced_letter(self, found: re.Match[str], end: int) -> Converted | None:
        r"""The letter of `{\c c}`, where the braces are around the accent too."""
        letter = patterns.ACCENTED_AFTER_SPACE.match(self.text, found.end(), end + 1)
        if not letter or not found[0][1:].isalpha() or self.before(found) != "{":
            return None
        return composed(found[0][1:], letter[1]), letter.end()

    def letter(self, found: re.Match[str], end: int) -> Converted:
        """The space that ends the name of a letter is dropped; words such as LaTeX keep it."""
        shown = symbols.LETTERS[found[0][1:]]
        at = (
            self.skip(patterns.BLANKS, found.end(), end)
            if shown.isalpha() and len(shown) < 3
            else found.end()
        )
        return shown, self.skip(patterns.EMPTY_GROUP, at, end)

    def abbreviation(self, found: re.Match[str], end: int) -> Converted:
        at = self.skip(patterns.EMPTY_GROUP, found.end(), end)
        return f"{symbols.ABBREVIATIONS[found[0][1:]]}{'' if self.after(at) == '.' else '.'}", at


_Method = Callable[[_Converter, re.Match[str], int], Converted]


def _with_argument(transform: Callable[[str], str]) -> _Method:
    """The method of a macro with one argument."""

    def method(text: _Converter, found: re.Match[str], end: int) -> Converted:
        brace = text.skip(patterns.GAP, found.end(), end)
        if text.is_unclosed(brace):
            return "", brace + 1
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
    **dict.fromkeys(symbols.REFERENCES, arguments.reference),
    **dict.fromkeys(symbols.ABBREVIATIONS, _Converter.abbreviation),
    **dict.fromkeys(("footnote", "footnotetext", "thanks"), arguments.footnote),
    **dict.fromkeys(("href", "hyperlink"), arguments.href),
    **dict.fromkeys(units.MACROS, arguments.quantity),
    **dict.fromkeys(symbols.UNSHOWN, arguments.dropped),
    "ding": arguments.ding,
    "item": _replacement(" • "),
    "enquote": _with_argument("“{}”".format),
    "textcolor": arguments.coloured,
    "textsubscript": _with_argument(lowered),
    "textsuperscript": _with_argument(raised),
    "url": arguments.url,
}

_RESTORABLE = KNOWN | frozenset(_MACROS)
