"""Plain text in lines."""

import pytest

from digest.mail.content.wrapping import columns, underlined, wrapped


def test_a_text_is_wrapped_and_a_long_word_keeps_a_line_to_itself() -> None:
    address = "https://example.org/" + "x" * 80
    lines = wrapped(f"{'word ' * 30}{address} end", 4, "7. ").splitlines()
    assert [line for line in lines if len(line) > 76] == [f"    {address}"]
    assert (lines[0][:8], lines[-1]) == ("7.  word", "    end")


def test_a_heading_is_underlined_by_no_more_than_a_line() -> None:
    assert (underlined("Abc"), underlined("x" * 90)) == ("Abc\n---", f"{'x' * 90}\n{'-' * 76}")


def test_chinese_and_japanese_break_at_any_letter_but_not_before_a_full_stop() -> None:
    lines = wrapped(f"A paper: {'漢字だけの題名。' * 12} end", 4, "7. ").splitlines()
    assert [columns(line) <= 76 for line in lines] == [True] * len(lines)
    assert len(lines) == 3
    assert [line for line in lines if line.lstrip().startswith("。")] == []
    assert "".join(line[4:] for line in lines) == f"A paper: {'漢字だけの題名。' * 12} end"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("é", 1)],
    ids=["plain", "wide", "mark", "é"],
)
def test_a_terminal_needs_two_columns_for_a_wide_letter(text: str, expected: int) -> None:
    assert columns(text) == expected
