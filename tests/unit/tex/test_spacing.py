"""Where the spaces of a formula are."""

import pytest

from digest.tex.spacing import Atom, Kind, kind, line, symbol

_FRACTION = Atom("a/b", Kind.FRACTION)


@pytest.mark.parametrize(
    ("atoms", "shown"),
    [
        ([], ""),
        ([Atom("2"), Atom("n", spaced=True)], "2 n"),
        ([Atom("x"), symbol("≤"), Atom("1")], "x ≤ 1"),
        ([Atom("2"), symbol("×"), Atom("n")], "2×n"),
        ([Atom("2"), Atom("×", Kind.OPERATOR, spaced=True), Atom("n")], "2 × n"),
        ([Atom("T"), Atom("log", Kind.NAME), Atom("T")], "T log T"),
        ([Atom("log", Kind.NAME), Atom("("), Atom("T")], "log(T"),
        ([Atom("x_i", Kind.SCRIPTED), Atom("y")], "x_i y"),
        ([_FRACTION], "a/b"),
        ([Atom("2"), _FRACTION], "2(a/b)"),
        ([_FRACTION, Atom("x")], "(a/b)x"),
        ([_FRACTION, Atom("x", spaced=True)], "a/b x"),
    ],
)
def test_atoms_become_a_line_with_the_spaces_that_they_need(atoms: list[Atom], shown: str) -> None:
    assert line(atoms) == shown


@pytest.mark.parametrize("before", [[], [Atom("(")], [symbol("=")], [symbol("∈")]], ids=str)
def test_a_sign_with_nothing_to_its_left_belongs_to_what_follows(before: list[Atom]) -> None:
    assert kind(symbol("±"), before) is Kind.ORDINARY


def test_a_sign_between_two_things_is_an_operator() -> None:
    assert kind(symbol("±"), [Atom("2")]) is Kind.OPERATOR
