"""What macros mean that authors and packages define."""

import pytest

from digest.tex.macros import applied, dingbat, shortcut


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cG", "G"), ("bx", "x"), ("vx", "x"), ("calF", "F"), ("bbR", "ℝ"), ("RR", "ℝ"), ("R", "ℝ"),
        ("EE", "E"), ("eps", "ε"), ("bigO", "O"), ("softO", "Õ"), ("ours", "ours"), ("db", "db"),
    ],
)  # fmt: skip
def test_a_name_stands_for_what_is_common_or_for_itself(name: str, shown: str) -> None:
    assert shortcut(name) == shown


@pytest.mark.parametrize(
    ("name", "arguments", "shown"),
    [
        ("norm", ["x"], "‖x‖"),
        ("set", ["a", "b"], "{a, b}"),
        ("ket", ["0"], "|0⟩"),
        ("label", ["eq:1"], ""),
        ("KL", ["p", "q"], "KL(p, q)"),
        ("ours", [], "ours"),
    ],
)
def test_a_macro_encloses_its_arguments(name: str, arguments: list[str], shown: str) -> None:
    assert applied(name, arguments) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [("182", "❶"), ("172", "①"), ("51", "✓"), ("55", "✗"), ("1", ""), ("x", ""), ("9999", "")],
)
def test_a_dingbat_is_a_character(code: str, shown: str) -> None:
    assert dingbat(code) == shown
