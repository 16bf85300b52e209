"""Turn a TeX formula into one line of characters; refuse, as a whole, one that is not well-formed.

A macro that is not known shows its name, with its arguments in parentheses.

Scripts become small digits where Unicode has them, else `x_i` and `x^(n+1)`; fractions get a slash;
letters lose their alphabet (except ℝ and its like), since many phones lack such letters.
"""

import re
import unicodedata
from collections.abc import Callable

from digest.tex import units
from digest.tex.macros import ENCLOSED, applied
from digest.tex.spacing import Atom, Kind, kind, line, symbol
from digest.tex.symbols import ACCENTS, DOUBLE_STRUCK, LOWERED, NAMES, RAISED, SYMBOLS, words


class Unreadable(Exception):
    """A piece of TeX has no plain form; it is shown as it was written."""


_FONTS = words(
    "bm boldsymbol emph ensuremath hbox mathbf mathbin mathcal mathfrak mathit mathnormal mathop mathord"
    " mathrel mathrm mathscr mathsf mathtt mbox pmb smash text textbf textit textnormal textrm textsc textsf"
    " textsl texttt textup underline"
)

_DOUBLE_STRUCK_FONTS = words("Bbb mathbb mathds")
_FRACTIONS = words("cfrac dfrac frac nicefrac sfrac tfrac")
_DELIMITERS = words("left right middle")

_UNSEEN = _DELIMITERS | words(
    "! bf big Big bigg Bigg biggl Biggl biggr Biggr bigl Bigl bigm bigr Bigr cal displaystyle em it limits"
    " mathstrut nolimits rm sc scriptstyle sf textstyle tt"
)

_SPACES = words(r"~ \, \; \: \> \quad \qquad") | {"\\ "}
_ESCAPED = {**{character: character for character in "{}%&$#_"}, "|": "‖", "\\": "; "}
_OWN_SIGNS = words("th st nd rd ° ′ * † ‡ ® ™")

KNOWN = frozenset(
    (
        *SYMBOLS,
        *NAMES,
        *ACCENTS,
        *_FONTS,
        *_DOUBLE_STRUCK_FONTS,
        *_FRACTIONS,
        *_UNSEEN,
        "operatorname",
        "sqrt",
        "unicode",
    )
)
"""The names of all macros that have a meaning in a formula."""

# A macro takes the space with it that ends its name; not the one before a sign that is spaced on both sides.
_TOKEN = re.compile(r"\\[A-Za-z]+(?:\s+(?![=<>+\-*/|:]\s))?|\\.|\s+|.", re.DOTALL)
_SCRIPT_SIGN = re.compile(r"\s*([_^]|'+)")
_EMPTY_DELIMITER = re.compile(r"\s*(\.)")
_STAR = re.compile(r"(\*)")
_BRACE = re.compile(r"\s*\{")
_RAW = re.compile(r"\s*(?:\[[^\[\]]*\])?\s*\{((?:[^{}]|\{[^{}]{0,40}\}){0,200})\}")
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_CODE = re.compile(r"\{x([0-9A-Fa-f]{2,6})\}")
_ROOT_INDEX = re.compile(r"\s*\[(\d+)\]")
_SIMPLE_SCRIPT = re.compile(r"(?:[^\W_₀-₉]|[.∞⊤⊥′\u0300-\u036f\u20d7])+|\([^()]*\)|[^\w\s]")
_SIMPLE_NUMERATOR = re.compile(r"√?(?:[\w.…]|[\u0300-\u036f])+|\([^()]*\)|[|‖][^|‖]*[|‖]")
_SIMPLE_DENOMINATOR = re.compile(r"[\d.]+|√?\w[\u0300-\u036f]?[²³′]?(?:_\w+)?|[A-Za-z]{3,}|\([^()]*\)")
_SIMPLE_RADICAND = re.compile(r"[\d.]+|\w|\([^()]*\)")
_ACCENTED = re.compile(r"(\S)([_^₀-₉′²³].*)?", re.DOTALL)
_DEEPEST = 16


def formula(source: str, start: int, end: int) -> str:
    """The formula `source[start:end]`, without its delimiters, as plain text. Raises Unreadable."""
    return line(_Parser(source, start, end).atoms()).strip()


def first_atom(source: str, start: int, end: int) -> tuple[str, int]:
    """The macro or script at `start`, with its arguments and scripts, and its end. Raises Unreadable."""
    parser = _Parser(source, start, end)
    return parser.atom().shown, parser.at


def raised(shown: str) -> str:
    """As a superscript: `²`, `^T`, `^(n+1)`; ordinals, stars and degrees need no sign."""
    shown = {"∘": "°", "⋆": "*", "∗": "*"}.get(shown, shown)
    return shown if shown in _OWN_SIGNS else _script("^", shown, RAISED)


def lowered(shown: str) -> str:
    """As a subscript: `₂`, `_i`, `_(i,j)`."""
    return _script("_", shown, LOWERED)


def _script(sign: str, shown: str, small: dict[int, int]) -> str:
    decimal = small is LOWERED and _DECIMAL.fullmatch(shown)
    if decimal or all(ord(character) in small for character in shown):
        return shown.translate(small)
    return f"{sign}{_enclosed(shown, _SIMPLE_SCRIPT)}"


def _enclosed(shown: str, simple: re.Pattern[str]) -> str:
    """In parentheses, unless it is simple."""
    return shown if simple.fullmatch(shown) else f"({shown})"


class _Parser:
    """Reads atoms from a stretch of the source; `at` is the position of the next one."""

    def __init__(self, source: str, start: int, end: int) -> None:
        self._source, self.at, self._end = source, start, end
        self._depth = 0

    def atoms(self, closing: str = "") -> list[Atom]:
        """All atoms up to the closing piece, which is consumed, or up to the end."""
        atoms: list[Atom] = []
        spaced = False
        while (piece := self._peek(_TOKEN)) != closing:
            if piece.isspace() or piece in _SPACES or piece.rstrip() in _SPACES:
                spaced = bool(self._next())
            elif piece[:1] == "\\" and piece[1:].strip() in _UNSEEN:
                self._skip_delimiter()
            else:
                atom = self.atom()
                atoms.append(Atom(atom.shown, kind(atom, atoms), spaced))
                spaced = False
        self._next()
        return [*atoms, Atom("", spaced=True)] if spaced else atoms

    def atom(self) -> Atom:
        """The next one, with all scripts and primes that follow it. Raises Unreadable at the end."""
        atom = Atom("") if self._peek(_SCRIPT_SIGN) else self._nucleus()
        while sign := self._taken(_SCRIPT_SIGN):
            base = f"({atom.shown})" if atom.kind is Kind.FRACTION else atom.shown
            script = "′" * len(sign) if sign[0] == "'" else self._script(sign)
            stays = atom.kind in (Kind.NAME, Kind.RELATION)
            scripted = Kind.SCRIPTED if base and script[0] in "^_" else Kind.ORDINARY
            atom = Atom(base + script, atom.kind if stays else scripted)
        return atom

    def _peek(self, pattern: re.Pattern[str]) -> str:
        """What matches at this position; empty if nothing does."""
        found = pattern.match(self._source, self.at, self._end)
        return found[0] if found else ""

    def _taken(self, pattern: re.Pattern[str]) -> str:
        """The first group of a match at this position, which is consumed; empty if there is none."""
        found = pattern.match(self._source, self.at, self._end)
        if not found:
            return ""
        self.at = found.end()
        return found[1]

    def _next(self) -> str:
        piece = self._peek(_TOKEN)
        self.at += len(piece)
        return piece

    def _skip_delimiter(self) -> None:
        if self._next()[1:].strip() in _DELIMITERS:
            self._taken(_EMPTY_DELIMITER)

    def _script(self, sign: str) -> str:
        shown = self._argument()
        if not shown:
            raise Unreadable
        return raised(shown) if sign == "^" else lowered(shown)

    def _argument(self) -> str:
        """A group, or a single piece where there are no braces."""
        return self._text().strip()

    def _text(self) -> str:
        """An argument with the spaces at its ends."""
        if self._peek(_TOKEN).isspace():
            self._next()
        return self._nucleus().shown

    def _nucleus(self) -> Atom:
        self._depth += 1
        piece = self._next()
        if self._depth > _DEEPEST or piece in ("", "}", "$", "\\", "^", "_"):
            raise Unreadable
        atom = self._meaning(piece)
        self._depth -= 1
        return atom

    def _meaning(self, piece: str) -> Atom:
        name = piece[1:].strip()
        if piece == "{":
            return Atom(line(self.atoms("}")))
        if piece[0] != "\\":
            return Atom(" " if piece == "&" else piece)
        return Atom(_ESCAPED[name]) if name in _ESCAPED else self._macro(name)

    def _macro(self, name: str) -> Atom:
        if name in NAMES:
            return Atom(NAMES[name], Kind.NAME)
        if name in SYMBOLS:
            return symbol(SYMBOLS[name])
        if name in _FONTS:
            return Atom(self._text())
        if name in _FRACTIONS:
            return self._fraction()
        if name in ACCENTS:
            return Atom(_accented(self._argument(), ACCENTS[name]))
        return self._special(name)

    def _special(self, name: str) -> Atom:
        if name in _SPECIAL:
            return _SPECIAL[name](self)
        if name in _DOUBLE_STRUCK_FONTS:
            return Atom(self._argument().translate(DOUBLE_STRUCK))
        if name in units.MACROS:
            arguments, shown = units.MACROS[name]
            return Atom(shown(*(self._taken(_RAW) for _ in range(arguments))), Kind.SCRIPTED)
        return self._unknown(name)

    def operator(self) -> Atom:
        self._taken(_STAR)
        return Atom(self._argument(), Kind.NAME)

    def root(self) -> Atom:
        index = self._taken(_ROOT_INDEX).translate(RAISED)
        return Atom(f"{index}√{_enclosed(self._argument(), _SIMPLE_RADICAND)}", Kind.SCRIPTED)

    def character(self) -> Atom:
        return Atom(_character(self._taken(_CODE)))

    def coloured(self) -> Atom:
        self._argument()
        return Atom(self._text())

    def negated(self) -> Atom:
        return Atom(unicodedata.normalize("NFC", f"{self._argument()}\u0338"), Kind.RELATION)

    def with_script_above(self) -> Atom:
        script = raised(self._argument())
        return Atom(self._argument() + script)

    def with_script_below(self) -> Atom:
        script = lowered(self._argument())
        return Atom(self._argument() + script)

    def _unknown(self, name: str) -> Atom:
        """A macro with the arguments that follow it in braces."""
        arguments = []
        while self._peek(_BRACE):
            arguments.append(self._argument())
        named = len(name) > 1 and not arguments and name not in ENCLOSED
        shown = applied(name, arguments)
        return Atom(shown, Kind.NAME if named and shown == name else Kind.ORDINARY)

    def _fraction(self) -> Atom:
        above, below = self._argument(), self._argument()
        above, below = _enclosed(above, _SIMPLE_NUMERATOR), _enclosed(below, _SIMPLE_DENOMINATOR)
        return Atom(f"{above}/{below}", Kind.FRACTION)


_SPECIAL: dict[str, Callable[[_Parser], Atom]] = {
    "operatorname": _Parser.operator,
    "sqrt": _Parser.root,
    "unicode": _Parser.character,
    "textcolor": _Parser.coloured,
    "not": _Parser.negated,
    "overset": _Parser.with_script_above,
    "stackrel": _Parser.with_script_above,
    "underset": _Parser.with_script_below,
}


def _character(code: str) -> str:
    """The character with this hexadecimal code, if it is printable. Raises Unreadable."""
    number = int(code or "0", 16)
    if number > 0x10FFFF or not chr(number).isprintable():
        raise Unreadable
    return chr(number)


def _accented(shown: str, mark: str) -> str:
    found = _ACCENTED.fullmatch(shown)
    if not found:
        return unicodedata.normalize("NFC", shown[:1] + mark) + shown[1:]
    return unicodedata.normalize("NFC", found[1] + mark) + (found[2] or "")
