"""What a subject says: tests.support.answers has many more, with what becomes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.inbound.said import Said, said, said_in_subject, tokens_in

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        (f"[EXT] unsubscribe%20{TOKEN.upper()}.", Said(TOKEN)),
        (f"AW: [EXT] Re: unsubscribe {TOKEN}", Said(TOKEN, is_reply=True)),
        (f"unsubscribe {TOKEN[:9]} {TOKEN[9:]}", Said(TOKEN)),
        (f"subject=unsubscribe%20{TOKEN}&body=unsubscribe", Said(TOKEN)),
        (f"Sender unverified - unsubscribe {TOKEN}", Said(TOKEN, is_reply=True)),
        (f"This may be a threat. unsubscribe {TOKEN}", Said(TOKEN, is_reply=True)),
        (f"Do not unsubscribe {TOKEN}", Said()),
        ("Unsubscribe: me", Said(is_wish=True)),
        ("Re: stop", Said(is_wish=True, is_reply=True)),
        ("[unsubscribe]", Said(is_wish=True)),
        (f"unsubscribe {TOKEN} or not", Said()),
        (f"{TOKEN}{TOKEN}", Said()),
        ("4 new papers", Said()),
        ("", Said(is_nothing=True)),
    ],
)
def test_a_subject_says_a_wish_or_nothing(subject: str, found: Said) -> None:
    assert said_in_subject(subject) == found


def test_tokens_in_a_text_are_found_once_and_in_order() -> None:
    other = TOKEN[::-1]
    assert tokens_in(f"<mailto:a@b.example?subject=unsubscribe%20{TOKEN}> {other}, {TOKEN}!") == [
        TOKEN,
        other,
    ]


PIECES = st.sampled_from(
    ["[", "]", "{", "*", "Re:", "%20", "%25", "&amp;", "=20", "unsubscribe", TOKEN, "EXT", ":", " "]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_any_subject_says_something_or_nothing(subject: str) -> None:
    for found in (said_in_subject(subject), said(subject)):
        assert found.token in ("", TOKEN) or len(found.token) == 32
        assert not (found.token and (found.is_wish or found.is_nothing))
