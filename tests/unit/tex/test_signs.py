"""Signs that mean one thing in TeX and another in prose."""

import unicodedata

import pytest

from digest.tex.signs import accented, is_money, is_set, matching_braces, restore_macros, ties


@pytest.mark.parametrize(
    ("inner", "after", "money"),
    [
        ("5 and ", "7", True),
        ("10-", "2", True),
        ("3.2 million to US", "4", True),
        (r"5, a cut of 10\% against ", "7", True),
        (" a year, later ", " ", True),
        ("5", " ", False),
        (r"2\times", "3", False),
        (r"0.34 ms \pm 1", " ", False),
        ("k", "-", False),
        (" x ", " ", False),
        (r"SFT \rightarrow RL", " ", False),
        (r"5 \text{ and more}", " ", False),
        (r" p = \alpha for all ", " ", False),
    ],
)
def test_dollars_are_a_currency_where_words_or_amounts_follow(inner: str, after: str, money: bool) -> None:
    assert is_money(inner, after) is money


@pytest.mark.parametrize(
    ("before", "after", "tie"),
    [
        ("g", "3", True),
        (".", "3", True),
        ("5", "m", True),
        (")", "x", True),
        ("$", "m", True),
        ("1", "2", False),
        ("(", "5", False),
        ("=", "5", False),
        ("/", "u", False),
        (" ", "5", False),
        ("a", "", False),
        ("~", "a", False),
    ],
)
def test_a_tilde_ties_words_and_approximates_numbers(before: str, after: str, tie: bool) -> None:
    assert ties(before, after) is tie


@pytest.mark.parametrize(
    ("inner", "before", "after", "seen"),
    [
        ("yes, no", " ", " ", True),
        ("inst_tau", " ", ">", True),
        ("e", "=", ".", True),
        ("", " ", " ", True),
        ("BERT", " ", ":", False),
        ("S", " ", "i", False),
        (",", "2", "1", False),
        (r"\em a, b", " ", " ", False),
    ],
)
def test_braces_are_seen_where_they_enclose_a_set(inner: str, before: str, after: str, seen: bool) -> None:
    assert is_set(inner, before, after) is seen


@pytest.mark.parametrize(
    ("accent", "rest", "letter"),
    [
        ("'", "e", ("é", 1)),
        ("'", "{e}x", ("é", 3)),
        ("'", r"\i", ("í", 2)),
        ("v", "{s}", ("š", 3)),
        ("v", " s", None),
        ("'", "s", None),
        ("'", "sk", ("ś", 1)),
        ('"', r"a dog\"", None),
        (".", "com", None),
        ("^", "2", None),
        ("'", "{x}", None),
    ],
)
def test_an_accent_needs_a_letter_that_names_have(
    accent: str, rest: str, letter: tuple[str, int] | None
) -> None:
    assert accented(accent, rest, 0) == letter


def test_braces_have_partners_unless_escaped_or_alone() -> None:
    assert matching_braces(r"a{b{c}\}}} {") == {1: 8, 3: 5}


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("e\u0331ta}", r"{\beta}"),
        ("360\u1eb9g}", "360e\u0323g}"),
        ("{e\u0331ta}", "{e\u0331ta}"),
    ],
    ids=["restore_macros", "no macro of that name", "no brace without its partner"],
)
def test_a_macro_that_arxiv_took_for_an_accent_is_restored(text: str, whole: str) -> None:
    assert restore_macros(text, {"beta"}) == unicodedata.normalize("NFC", whole)
