"""The tables of macros."""

import pytest

from digest.tex.symbols import LETTERS, NAMES, SYMBOLS, is_operator, is_relation, words


def test_a_table_is_written_as_one_text() -> None:
    assert words("a b  c") == {"a", "b", "c"}


def test_symbols_come_from_the_library_and_from_here() -> None:
    wanted = ("alpha", "leq", "textemdash", "epsilon", "ne")
    assert [SYMBOLS[name] for name in wanted] == ["α", "≤", "—", "ε", "≠"]


@pytest.mark.parametrize("name", ["today", "gemini", "image", "mercury", "natural", "original", "frac"])
def test_names_that_authors_give_to_their_own_are_no_symbols(name: str) -> None:
    assert name not in SYMBOLS


def test_letters_of_running_text_are_no_symbols_of_formulas() -> None:
    assert LETTERS.keys().isdisjoint(SYMBOLS)


def test_names_stand_for_themselves_or_a_large_symbol() -> None:
    assert (NAMES["log"], NAMES["limsup"], NAMES["sum"]) == ("log", "lim sup", "∑")


@pytest.mark.parametrize(
    ("symbol", "relation", "operator"),
    [("≤", True, False), ("→", True, False), ("∈", True, False), ("×", False, True), ("α", False, False)],
)
def test_symbols_are_spaced_by_their_kind(symbol: str, relation: bool, operator: bool) -> None:
    assert (is_relation(symbol), is_operator(symbol)) == (relation, operator)
