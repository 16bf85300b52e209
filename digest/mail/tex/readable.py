"""TeX in titles, abstracts, comments and names becomes text that anybody can read in a mail.

arXiv hands out what authors typed: prose with some TeX, some Markdown, prices and paths, and macros
that only their own paper defines. What is surely TeX and has a plain form gets it; everything else, a
macro with its arguments or a formula as a whole, stays exactly as it was written.
"""

import re
from collections.abc import Callable

from digest.mail.tex import symbols
from digest.mail.tex.formula import KNOWN, Unreadable, first_atom, formula, lowered, raised
from digest.mail.tex.signs import accented, is_money, is_set, mended, partners, ties

_Shown = tuple[str, int]
"""What is shown, and where in the source to go on."""

_TEX = re.compile(r"[\\${}~`]|--")

_SIGN = re.compile(r"[\\{$_^`'\"~:/-]")

_PIECE = re.compile(
    r"""(?P<address>(?:(?<=[ps]:)|(?<=\.[a-z][a-z])|(?<=\.[a-z]{3}))/(?:[^\s\\{}$'"`]|\\[_%&\#~])*)
      | (?P<path>(?<=\b[A-Za-z]):\\\w+(?:\\[\w.\\-]+|\.\w+))  # on Windows
      | (?P<macro>\\[A-Za-z]+)
      | (?P<escape>\\.)
      | (?P<group>\{)
      | (?P<math>\$\$?)
      | (?P<script>(?:(?<=[\w)\]])_|\^)(?=\{|\\[A-Za-z]))
      | (?P<opening>(?<!`)``(?!`)|(?<![\w`])`(?![\s`]))
      | (?P<closing>''|['"])
      | (?P<dash>(?<![-<!])-{2,3}(?![->]))
      | (?P<tie>~)""",
    re.VERBOSE,
)

_CLOSING_DOLLAR = re.compile(r"(?:[^\\$]|\\.)*\$", re.DOTALL)

_CLOSING_DOLLARS = re.compile(r"(?:[^\\$]|\\.)*\$\$", re.DOTALL)

_LINK = re.compile(r"\s*\\(?:href|url)\s*\{")

_BLANKS = re.compile(r"\s*")

_GAP = re.compile(r"\s*(?=\{)")

_OPTIONS = re.compile(r"(?:\[[^\[\]{}]*\])*(?=\{)")

_NOTE = re.compile(r"\[([^\[\]{}]+)\]")

_EMPTY_GROUP = re.compile(r"\{\}")

_ESCAPED_IN_ADDRESS = re.compile(r"\\([_%&#~$])(?:\{\})?")

_DOUBLE_QUOTED = re.compile(r"``(?:(?!``|'').){1,400}?(?P<end>''|\"(?!\w))", re.DOTALL)

_SINGLE_QUOTED = re.compile(r"`[^`]{1,200}?(?P<end>')(?![\w'])")

_ESCAPED = {
    **{character: character for character in "%&#_${}"},
    **dict.fromkeys(" ,;:", " "),
    **dict.fromkeys("!-@", ""),
}


def readable(text: str) -> str:
    """One line of text without its TeX; a text that has none is returned as it is."""
    source = mended(text, _RESTORABLE)
    if not _TEX.search(source):
        return source
    return " ".join(_Text(source).shown(0, len(source)).split()) or text


class _Text:
    """A text being read; its methods take what was found and where the stretch that is read ends."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._partners = partners(source)
        self._quote_ends: set[int] = set()

    def shown(self, start: int, end: int) -> str:
        parts, at = [], start
        while sign := _SIGN.search(self._source, at, end):
            parts.append(self._source[at : sign.start()])
            part, at = self._piece(sign.start(), end)
            parts.append(part)
        return "".join((*parts, self._source[at:end]))

    def _piece(self, at: int, end: int) -> _Shown:
        found = _PIECE.match(self._source, at, end)
        if not found:
            return self._source[at], at + 1
        try:
            return _PIECES[str(found.lastgroup)](self, found, end)
        except Unreadable:
            return self._as_written(found, end)

    def _as_written(self, found: re.Match[str], end: int) -> _Shown:
        """A macro or a script with all its arguments; of anything else, only what was found."""
        at = found.end()
        while found.lastgroup in ("macro", "script") and (options := _OPTIONS.match(self._source, at, end)):
            closing = self._partners.get(options.end(), end)
            if closing >= end:
                break
            at = closing + 1
        return self._source[found.start() : at], at

    def address(self, found: re.Match[str], end: int) -> _Shown:
        """The rest of an address, from a slash on."""
        return _ESCAPED_IN_ADDRESS.sub(r"\1", found[0]), found.end()

    def path(self, found: re.Match[str], end: int) -> _Shown:
        raise Unreadable

    def macro(self, found: re.Match[str], end: int) -> _Shown:
        name = found[0][1:]
        if name in _MACROS:
            return _MACROS[name](self, found, end)
        if name not in KNOWN or (name in symbols.ACCENTS and not _GAP.match(self._source, found.end(), end)):
            raise Unreadable
        return self._symbol(found, end)

    def _symbol(self, found: re.Match[str], end: int) -> _Shown:
        """A piece of a formula without its dollars; here an apostrophe is no prime, and spaces count."""
        apostrophe = self._source.find("'", found.start(), end)
        shown, at = self._first_atom(found, end if apostrophe < 0 else apostrophe)
        at = self.past(_BLANKS, at, end) if self._joins(found) else at
        return shown, self.past(_EMPTY_GROUP, at, end)

    def _joins(self, found: re.Match[str]) -> bool:
        r"""Whether the space after a macro only ends its name, as in `data\textemdash are`."""
        opens = found[0] in (r"\textless", r"\textbackslash")
        return opens or (found[0].startswith(r"\text") and not self._before(found).isspace())

    def script(self, found: re.Match[str], end: int) -> _Shown:
        return self._first_atom(found, end)

    def _first_atom(self, found: re.Match[str], end: int) -> _Shown:
        brace = _GAP.match(self._source, found.end(), end)
        if brace and brace.end() not in self._partners:
            raise Unreadable
        shown, at = first_atom(self._source, found.start(), end)
        return shown, at - self._source[at - 1].isspace()

    def escape(self, found: re.Match[str], end: int) -> _Shown:
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

    def _delimited(self, found: re.Match[str], end: int) -> _Shown:
        closing = self._source.find(r"\)" if found[0] == r"\(" else r"\]", found.end(), end)
        if closing < 0:
            raise Unreadable
        return self._formula((found.start(), closing + 2), (found.end(), closing))

    def math(self, found: re.Match[str], end: int) -> _Shown:
        """A formula between dollars, unless they are a currency."""
        pattern = _CLOSING_DOLLAR if found[0] == "$" else _CLOSING_DOLLARS
        closing = pattern.match(self._source, found.end(), end)
        if not closing or is_money(closing[0].rstrip("$"), self._after(closing.end())):
            return "$", found.start() + 1
        inner = (found.end(), closing.end() - len(found[0]))
        return self._formula((found.start(), closing.end()), inner)

    def _formula(self, outer: tuple[int, int], inner: tuple[int, int]) -> _Shown:
        if _LINK.match(self._source, *inner):
            return self.shown(*inner), outer[1]
        try:
            return formula(self._source, *inner), outer[1]
        except Unreadable:
            return self._source[outer[0] : outer[1]], outer[1]

    def group(self, found: re.Match[str], end: int) -> _Shown:
        start, closing = self._raw_argument(found.start(), end)
        inner, after = self._source[start:closing], closing + 1
        shown = self.shown(start, closing)
        if inner.startswith("{") or (inner == shown and "\\" in inner):
            return f"{{{inner}}}", after
        return (f"{{{shown}}}" if is_set(inner, self._before(found), self._after(after)) else shown), after

    def opening(self, found: re.Match[str], end: int) -> _Shown:
        pattern, quote = (_DOUBLE_QUOTED, "“") if found[0] == "``" else (_SINGLE_QUOTED, "‘")
        quoted = pattern.match(self._source, found.start(), end)
        if not quoted:
            raise Unreadable
        self._quote_ends.add(quoted.start("end"))
        return quote, found.end()

    def closing(self, found: re.Match[str], end: int) -> _Shown:
        if found.start() not in self._quote_ends:
            return found[0], found.end()
        return ("’" if found[0] == "'" else "”"), found.end()

    def dash(self, found: re.Match[str], end: int) -> _Shown:
        return ("–" if len(found[0]) == 2 else "—"), found.end()

    def tie(self, found: re.Match[str], end: int) -> _Shown:
        return (" " if ties(self._before(found), self._after(found.end())) else "~"), found.end()

    def accent(self, found: re.Match[str], end: int) -> _Shown:
        letter = accented(found[0][1:], self._source[:end], found.end())
        if not letter:
            raise Unreadable
        return letter

    def letter(self, found: re.Match[str], end: int) -> _Shown:
        """A letter takes the space with it that ends its name; words such as LaTeX are better off with it."""
        shown = symbols.LETTERS[found[0][1:]]
        at = self.past(_BLANKS, found.end(), end) if shown.isalpha() and len(shown) < 3 else found.end()
        return shown, self.past(_EMPTY_GROUP, at, end)

    def abbreviation(self, found: re.Match[str], end: int) -> _Shown:
        at = self.past(_EMPTY_GROUP, found.end(), end)
        return f"{symbols.ABBREVIATIONS[found[0][1:]]}{'' if self._after(at) == '.' else '.'}", at

    def url(self, found: re.Match[str], end: int) -> _Shown:
        start, closing = self._raw_argument(found.end(), end)
        return _ESCAPED_IN_ADDRESS.sub(r"\1", self._source[start:closing]), closing + 1

    def href(self, found: re.Match[str], end: int) -> _Shown:
        address, at = self.url(found, end)
        shown, at = self.argument(at, end)
        return (address if shown.strip(" /") in address else f"{shown} ({address})"), at

    def reference(self, found: re.Match[str], end: int) -> _Shown:
        """What it names, and its notes, in brackets."""
        at = self.past(_OPTIONS, found.end(), end)
        start, closing = self._raw_argument(at, end)
        notes = _NOTE.findall(self._source, found.end(), at)
        return f"[{', '.join((self._source[start:closing], *notes))}]", closing + 1

    def coloured(self, found: re.Match[str], end: int) -> _Shown:
        _, closing = self._raw_argument(found.end(), end)
        return self.argument(closing + 1, end)

    def quantity(self, found: re.Match[str], end: int) -> _Shown:
        number, at = self.argument(found.end(), end)
        unit, at = self.argument(at, end)
        if "\\" in unit:
            raise Unreadable
        return f"{number} {unit}", at

    def argument(self, at: int, end: int) -> _Shown:
        """The group that stands here. Raises Unreadable if there is none."""
        start, closing = self._raw_argument(at, end)
        return self.shown(start, closing), closing + 1

    def _raw_argument(self, at: int, end: int) -> tuple[int, int]:
        """Where the group that stands here begins and ends, without its braces."""
        start = self.past(_GAP, at, end)
        closing = self._partners.get(start, end)
        if closing >= end:
            raise Unreadable
        return start + 1, closing

    def past(self, pattern: re.Pattern[str], at: int, end: int) -> int:
        found = pattern.match(self._source, at, end)
        return found.end() if found else at

    def _before(self, found: re.Match[str]) -> str:
        return self._source[max(found.start() - 1, 0) : found.start()]

    def _after(self, at: int) -> str:
        return self._source[at : at + 1]


_Method = Callable[[_Text, re.Match[str], int], _Shown]


def _around(transform: Callable[[str], str]) -> _Method:
    """What a macro does that has one argument."""

    def method(text: _Text, found: re.Match[str], end: int) -> _Shown:
        shown, at = text.argument(found.end(), end)
        return transform(shown), at

    return method


def _instead(shown: str) -> _Method:
    """A macro that is shown so, whatever it stands for; the spaces after it end its name."""
    return lambda text, found, end: (shown, text.past(_BLANKS, found.end(), end))


_PIECES: dict[str, _Method] = {name: getattr(_Text, name) for name in _PIECE.groupindex}

_MACROS: dict[str, _Method] = {
    **dict.fromkeys(symbols.WRAPPERS, _around(str)),
    **dict.fromkeys(symbols.DECLARATIONS, _instead("")),
    **dict.fromkeys(symbols.BREAKS, _instead(" ")),
    **dict.fromkeys(symbols.LETTERS, _Text.letter),
    **dict.fromkeys(filter(str.isalpha, symbols.TEXT_ACCENTS), _Text.accent),
    **dict.fromkeys(symbols.REFERENCES, _Text.reference),
    **dict.fromkeys(symbols.ABBREVIATIONS, _Text.abbreviation),
    **dict.fromkeys(("footnote", "footnotetext", "thanks"), _around(" ({})".format)),
    **dict.fromkeys(("href", "hyperlink"), _Text.href),
    **dict.fromkeys(("SI", "qty"), _Text.quantity),
    "enquote": _around("“{}”".format),
    "textcolor": _Text.coloured,
    "textsubscript": _around(lowered),
    "textsuperscript": _around(raised),
    "url": _Text.url,
}

_RESTORABLE = KNOWN | frozenset(_MACROS)
