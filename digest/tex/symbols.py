"""The meaning of TeX macros, in characters that phones can show. Wraps pylatexenc's tables."""

from pylatexenc.latex2text import get_default_latex_context_db


def words(text: str) -> frozenset[str]:
    """The words of a table that is written as one string."""
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    found = text.split()
    return dict(zip(found[::2], found[1::2], strict=True))


_PREFERRED = {
    **_pairs("epsilon ε phi φ ne ≠ prime ′ bullet • cdots … land ∧ lor ∨ lnot ¬ iff ⇔ implies ⇒ coloneqq ≔"),
    **_pairs("Box □ Diamond ◇ lbrace { rbrace } lbrack [ rbrack ] lvert | rvert | lVert ‖ rVert ‖"),
    **_pairs("geqslant ≥ leqslant ≤ neg ¬ models ⊨"),
    **_pairs("checkmark ✓ cmark ✓ xmark ✗ degree ° textcelsius °C percent % pounds £ euro € copyright ©"),
    **_pairs("textcopyright © texttrademark ™ textasciicircum ^ textunderscore _ textless < textgreater >"),
    "colon": ": ",
    "mid": " | ",
    "textbar": "|",
}

# Macros of rare symbols, whose names authors use for something else.
_WORDS = words("between flat image intercal multimap natural original recorder sharp square")
_ZODIAC_AND_MUSIC = range(0x2600, 0x2700)


def _table() -> dict[str, str]:
    """pylatexenc's macros of one character; its longer replacements are templates, such as \\today."""
    specifications = get_default_latex_context_db().iter_macro_specs()
    texts = ((spec.macroname, spec.simplify_repl) for spec in specifications)
    return {name: text for name, text in texts if name.isalpha() and _is_symbol(name, text)}


def _is_symbol(name: str, text: object) -> bool:
    if not isinstance(text, str) or len(text) != 1 or not text.isprintable() or text.isspace():
        return False
    return name not in _WORDS and ord(text) not in _ZODIAC_AND_MUSIC


_TABLE = {**_table(), **_PREFERRED}

LETTERS = {
    **{name: _TABLE[name] for name in words("AA AE DH DJ L NG O OE TH aa ae dh dj i j l ng o oe ss th")},
    **_pairs("LaTeX LaTeX TeX TeX deg °"),
}
"""Macros (without the backslash) of running text only; in a formula they mean something else."""

SYMBOLS = {name: text for name, text in _TABLE.items() if name not in LETTERS}
"""Macros of formulas and of running text."""

_FUNCTIONS = words(
    "arccos arcsin arctan arg cos cosh cot deg det dim exp gcd inf ker lg lim ln log max min Pr sec sin sinh"
    " sup tan tanh Re Im"
)

# What authors define because LaTeX lacks it: the name is the meaning.
_USUAL = words("argmax argmin Cov diag logdet poly polylog rank sgn sign softmax span supp Tr tr Var")

NAMES = {
    **{name: name for name in _FUNCTIONS | _USUAL},
    **{name: SYMBOLS[name] for name in ("sum", "prod", "int", "bigcup", "bigcap")},
    "bmod": "mod",
    "liminf": "lim inf",
    "limsup": "lim sup",
}
"""Macros of formulas that are set off by spaces, as words are."""

WRAPPERS = words(
    "emph hbox hl mbox num text textbf textit textmd textnormal textrm textsc textsf textsl texttt textup ul"
    " uline underline"
)
"""Macros of which only the argument is shown."""

DECLARATIONS = words(
    "bf bfseries centering em footnotesize it itshape large noindent normalsize protect rm sc scriptsize sf"
    " sl small tiny tt ttfamily xspace"
)
"""Macros that only change the look of what follows."""

UNSHOWN = words("begin color end hspace includegraphics label vspace")
"""Macros whose argument is not shown."""

BREAKS = words("linebreak newline par qquad quad")

REFERENCES = words("autoref cite citealp citeauthor citep citet citeyear cref Cref eqref ref")

ABBREVIATIONS = {"eg": "e.g", "etal": "et al", "ie": "i.e"}
"""Without the last dot, which authors may have typed."""

DOUBLE_STRUCK = str.maketrans("CNQRZ", "ℂℕℚℝℤ")

RAISED = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")

LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")

ACCENTS = {
    "acute": "\u0301",
    "bar": "\u0304",
    "breve": "\u0306",
    "check": "\u030c",
    "ddot": "\u0308",
    "dot": "\u0307",
    "grave": "\u0300",
    "hat": "\u0302",
    "mathring": "\u030a",
    "overline": "\u0304",
    "tilde": "\u0303",
    "vec": "\u20d7",
    "widehat": "\u0302",
    "widetilde": "\u0303",
}
"""Accents of formulas, as combining characters."""

TEXT_ACCENTS = dict(
    zip(
        "'`^\"~=.uvHcdbkr",
        "\u0301\u0300\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0323\u0331\u0328\u030a",
        strict=True,
    )
)
"""Accents of running text, as combining characters."""

_OPERATORS = frozenset("×±∓·⋅∗∘÷∪∩⊕⊖⊗⊙∧∨∖⋊⋉⊎⊔⊓")
_RELATIONS = frozenset("∈∉∋⊢⊨∝∥⟂⊥≔⟵⟶⟷⟸⟹⟺⟼⪅⪆⊑⊒")


def is_relation(symbol: str) -> bool:
    """Whether formulas put spaces around it, as around arrows and comparisons."""
    return symbol in _RELATIONS or "←" <= symbol <= "⇿" or "∼" <= symbol <= "⊋"


def is_operator(symbol: str) -> bool:
    """Whether it joins two operands; it keeps the spaces that its author typed."""
    return symbol in _OPERATORS
