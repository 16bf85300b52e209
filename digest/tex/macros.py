"""Macros that authors and packages define: what the common ones mean; of others, the bare name."""

import re

from digest.tex.symbols import DOUBLE_STRUCK, UNSHOWN, words

# One or two letters for an alphabet, and the letter: \cG, \bx, \calF, \bbR.
_ALPHABET = re.compile(
    r"(?:(?P<struck>bb|mathbb|BB|ds)|cal|mathcal|scr|frak|bf|bs|bold|rm|sf|mc|mb|mf|ms|[bcfgmsvdthw](?=[A-Z])|[bv](?=[a-z]))"
    r"(?P<letter>[A-Za-z])"
)
_DOUBLED = re.compile(r"([A-Z])\1")

_GREEK = {
    **dict.fromkeys(words("eps veps vareps epsi"), "ε"),
    **dict.fromkeys(words("lam lmb"), "λ"),
    "Lam": "Λ",
    "gam": "γ",
    "Gam": "Γ",
    "sig": "σ",
    "Sig": "Σ",
    "vphi": "φ",
    "om": "ω",
    "Om": "Ω",
    "al": "α",
    "vtheta": "θ",
    "vmu": "μ",
    "vSigma": "Σ",
    "kap": "κ",
    "dd": "d",
    "de": "d",
    "ee": "e",
    **dict.fromkeys(words("bigO bigo BigO bigOh BigOh Oh"), "O"),
    **dict.fromkeys(words("tildeO softO bigOtilde tO Otilde OTilde tbigO"), "Õ"),
    **dict.fromkeys(words("trans transpose tran"), "⊤"),
}

ENCLOSED = {
    **dict.fromkeys(words("norm Norm lVertrVert"), "‖{}‖"),
    **dict.fromkeys(words("abs Abs card"), "|{}|"),
    **dict.fromkeys(words("set Set cbr bigset"), "{{{}}}"),
    **dict.fromkeys(words("paren pars rbr"), "({})"),
    **dict.fromkeys(words("brk sbr bracket"), "[{}]"),
    **dict.fromkeys(words("inner inprod ip dotp innerproduct"), "⟨{}⟩"),
    "ceil": "⌈{}⌉",
    "floor": "⌊{}⌋",
    "ket": "|{}⟩",
    "bra": "⟨{}|",
    "braket": "⟨{}⟩",
    "vev": "⟨{}⟩",
    **dict.fromkeys(words("expval ev mean avg"), "⟨{}⟩"),
    "pmod": "(mod {})",
    "binom": "binom({})",
    "ang": "{}°",
    "order": "O({})",
    **dict.fromkeys(UNSHOWN | words("hphantom phantom tag vphantom"), ""),
    **dict.fromkeys(words("xrightarrow xlongrightarrow"), " → "),
    "xleftarrow": " ← ",
    **dict.fromkeys(
        words(
            "vect vct mat mtx matr tensor tens bvec underbrace overbrace underline cancel boxed fbox mathbbm"
            " substack mathlarger mathclap ensuremath xspace uppercase lowercase textnormal mathnormal hl"
        ),
        "{}",
    ),
}
"""How a macro shows its arguments, which are joined by commas."""


def shortcut(name: str) -> str:
    """What the name of a macro, without the backslash, stands for in a formula; else the name itself."""
    if name in _GREEK:
        return _GREEK[name]
    if doubled := _DOUBLED.fullmatch(name):
        return doubled[1].translate(DOUBLE_STRUCK)
    if found := _ALPHABET.fullmatch(name):
        return found["letter"].translate(DOUBLE_STRUCK) if found["struck"] else found["letter"]
    return name.translate(DOUBLE_STRUCK) if len(name) == 1 else name


def applied(name: str, arguments: list[str]) -> str:
    """The macro with its arguments: `‖x‖`, or `name(x, y)` where its meaning is not known."""
    if name in ENCLOSED:
        return ENCLOSED[name].format(", ".join(arguments))
    return f"{shortcut(name)}({', '.join(arguments)})" if arguments else shortcut(name)


def dingbat(code: str) -> str:
    """The character of pifont's \\ding{code}; empty if there is none."""
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 4 else 0
    if 172 <= number <= 181:
        return chr(0x2460 + number - 172)
    if 33 <= number <= 126:
        return chr(0x2700 + number - 32)
    return chr(0x2761 + number - 161) if 161 <= number <= 254 else ""
