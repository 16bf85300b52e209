r"""Numbers and units of siunitx: `\SI{2.8}{\micro\meter}`."""

import pytest

from digest.tex.units import number, quantity, unit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"\micro\meter", "μm"),
        (r"\meter\per\second\squared", "m/s²"),
        (r"\square\centi\metre", "cm²"),
        (r"\cubic\meter", "m³"),
        (r"\kilo\gram\per\cubic\meter", "kg/m³"),
        ("kg.m^{-3}", "kg m⁻³"),
        (r"\degreeCelsius", "°C"),
        (r"\furlong", "furlong"),
        (r"\nm", "nm"),
        ("ms", "ms"),
        (r"\kilo", "k"),
        ("^2", "²"),
        ("", ""),
    ],
)
def test_a_unit_is_written_with_its_signs(text: str, shown: str) -> None:
    assert unit(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("2.8", "2.8"), ("3e-5", "3×10⁻⁵"), ("1.5E+6", "1.5×10⁶"), ("e9", "10⁹"), ("2 +- 1", "2  ±  1")],
)
def test_a_number_is_written_with_its_power_of_ten(text: str, shown: str) -> None:
    assert " ".join(number(text).split()) == " ".join(shown.split())


@pytest.mark.parametrize(("of", "shown"), [("m", "5 m"), ("%", "5%"), ("°", "5°"), ("°C", "5 °C"), ("", "5")])
def test_a_number_stands_apart_from_its_unit_where_that_is_usual(of: str, shown: str) -> None:
    assert quantity("5", of) == shown
