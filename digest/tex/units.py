r"""Write numbers and units of the package siunitx: `\SI{2.8}{\micro\meter}` is `2.8 μm`."""

import re
from collections.abc import Callable

from digest.tex.symbols import RAISED

_PIECE = re.compile(r"\\([A-Za-z]+)|\^\{?([+-]?\d+)\}?|([^\\^\s.~{}]+)")
_EXPONENT = re.compile(r"([\d.,()]*)[eEdD]([+-]?)(\d+)")


def _pairs(text: str) -> dict[str, str]:
    found = text.split()
    return dict(zip(found[::2], found[1::2], strict=True))


_PREFIXES = _pairs(
    "femto f pico p nano n micro μ milli m centi c deci d deca da hecto h kilo k mega M giga G"
    " tera T peta P exa E kibi Ki mebi Mi gibi Gi tebi Ti"
)

_UNITS = _pairs(
    "meter m metre m second s gram g kilogram kg kelvin K ampere A mole mol candela cd hertz Hz"
    " newton N pascal Pa joule J watt W coulomb C volt V farad F ohm Ω siemens S weber Wb tesla"
    " T henry H lumen lm lux lx becquerel Bq gray Gy sievert Sv electronvolt eV minute min hour"
    " h day d year yr degree ° arcminute ′ arcsecond ″ percent % celsius °C degreeCelsius °C"
    " liter L litre L tonne t bar bar decibel dB dB dB bel B bit bit byte B parsec pc hectare ha"
    " dalton Da angstrom Å mmHg mmHg astronomicalunit au radian rad steradian sr neper Np barn b"
    " kg kg m m s s cm cm mm mm um μm nm nm km km ms ms us μs ns ns Hz Hz kHz kHz MHz MHz GHz"
    " GHz THz THz eV eV meV meV keV keV MeV MeV GeV GeV TeV TeV V V mV mV W W mW mW kW kW K K mK"
    " mK N N kN kN Pa Pa kPa kPa MPa MPa GPa GPa"
)
_POWERS = {"squared": "²", "cubed": "³"}
_POWERS_BEFORE = {"square": "²", "cubic": "³"}


def number(text: str) -> str:
    """`2.8`, `3×10⁻⁵` for `3e-5`."""
    found = _EXPONENT.fullmatch(text.strip())
    if not found:
        return text.strip().replace("+-", " ± ")
    raised = f"10{(found[2].replace('+', '') + found[3]).translate(RAISED)}"
    return f"{found[1]}×{raised}" if found[1] else raised


def unit(text: str) -> str:
    r"""`μm` for `\micro\meter`, `m/s²` for `\meter\per\second\squared`; an unknown macro shows its name."""
    parts: list[str] = []
    sign = prefix = power = ""
    for macro, exponent, literal in _PIECE.findall(text):
        if macro == "per":
            sign = "/"
        elif macro in _PREFIXES:
            prefix += _PREFIXES[macro]
        elif macro in _POWERS_BEFORE:
            power = _POWERS_BEFORE[macro]
        elif macro in _POWERS or exponent:
            parts.append(f"{parts.pop() if parts else ''}{_POWERS.get(macro) or exponent.translate(RAISED)}")
        else:
            parts.append(f"{sign}{prefix}{_UNITS.get(macro, macro) or literal}{power}")
            sign = prefix = power = ""
    return " ".join((*parts, *([prefix] if prefix else []))).replace(" /", "/")


def quantity(amount: str, of: str) -> str:
    """The number and its unit, with a space between them where one is usual: `3 m`, `3%`, `3°`."""
    apart = "" if not amount or of in ("°", "′", "″", "%") or not of else " "
    return f"{amount}{apart}{of}"


def _range(first: str, last: str, of: str) -> str:
    return quantity(f"{number(first)}–{number(last)}", unit(of))


MACROS: dict[str, tuple[int, Callable[..., str]]] = {
    **dict.fromkeys(("SI", "qty"), (2, lambda amount, of: quantity(number(amount), unit(of)))),
    **dict.fromkeys(("si", "unit"), (1, unit)),
    **dict.fromkeys(("SIrange", "qtyrange"), (3, _range)),
    "qtyproduct": (2, lambda sizes, of: quantity(sizes.replace("x", "×"), unit(of))),
    "num": (1, number),
    "numrange": (2, lambda first, last: f"{number(first)}–{number(last)}"),
}
"""How many arguments each macro of siunitx has, and how to show them as they are written."""
