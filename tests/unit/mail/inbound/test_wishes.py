"""Wishes in words: tests.support.answers has many more, with what becomes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.inbound.phrases import SPACED, UNSPACED
from digest.mail.inbound.wishes import is_greeting, is_thanks, is_wish, plain

PHRASES = [phrase for wishes, _ in [*SPACED.values(), *UNSPACED.values()] for phrase in wishes.split(",")]


def test_each_phrase_is_a_wish_and_is_none_with_a_strange_word() -> None:
    assert [phrase for phrase in PHRASES if not is_wish(phrase.strip())] == []
    assert [phrase for phrase in PHRASES if is_wish(f"quark {phrase}")] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dés-abonner!", "des abonner"),
        ("Ｓｔｏｐ　", "stop"),
        ("un\u00adsub\u200bscribe", "unsubscribe"),
        ("구독\u00a0취소", "구독 취소"),
        ("", ""),
    ],
)
def test_words_are_plain(text: str, words: str) -> None:
    assert plain(text) == words


@pytest.mark.parametrize(
    ("line", "greets", "thanks"),
    [
        ("Hi,", True, False),
        ("Dear Daily Papers team,", True, False),
        ("Sehr geehrte Damen und Herren,", True, False),
        ("Thank you!", False, True),
        ("Hi, I stay", False, False),
        ("Thanks, I stay", False, False),
        ("", False, False),
    ],
)
def test_greetings_and_thanks_say_nothing(line: str, greets: bool, thanks: bool) -> None:
    assert (is_greeting(line), is_thanks(line)) == (greets, thanks)


@given(st.text(max_size=300))
def test_any_text_is_a_wish_or_none(text: str) -> None:
    assert is_wish(text) in (True, False)
    assert plain(plain(text)) == plain(text)
