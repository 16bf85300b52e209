"""Format foreign text for display."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.text import counted, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  two\r\n lines\tand\u00a0more ", "two lines and more"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("a\x00b\x1bc\x7fd\x9be", "abcde"),
        ("gnp\u202eexe\u2066\u200f", "gnpexe"),
        ("half \ud83d a pair \ude00", "half \ufffd a pair \ufffd"),
        ("a \U000e0042\U000e0063\U000e007f tag", "a tag"),
        ("\ufeffno\u200b\u2060\u2064\xad \ufff9r\u180eo\u206fom", "no room"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("not a character \ufffe\uffff", "not a character"),
        ("e\u0301", "é"),
        (
            "family \U0001f468\u200d\U0001f469, $x < y$ & “quotes”",
            "family \U0001f468\u200d\U0001f469, $x < y$ & “quotes”",
        ),
    ],
    ids=[
        *("white space", "line ends", "controls", "direction", "surrogates", "tags", "no room"),
        *("joiner", "noncharacters", "NFC", "kept"),
    ],
)
def test_text_becomes_one_line_of_visible_characters(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text(st.characters()))
def test_whatever_the_text_its_line_can_be_written_and_is_clean_already(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    assert line.encode().decode() == line
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cs", "Zl", "Zp"}


def test_a_noun_agrees_with_its_number() -> None:
    assert [counted(number, "new paper") for number in (0, 1, 2)] == [
        "0 new papers",
        "1 new paper",
        "2 new papers",
    ]
