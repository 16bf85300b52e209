"""What a subject says: tests.support.answers has many more, with what becomes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.preferences import Action
from digest.mail.inbound.said import Asked, Said, said, said_in_subject, tokens_in

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
        (f"Pause: {TOKEN}", Said(is_reply=True)),
        (f"Please pause until 6 July: {TOKEN}", Said(is_reply=True)),
        (f"pause until 6 July - {TOKEN}", Said()),
        (f"Learn more - unsubscribe {TOKEN}", Said(TOKEN, is_reply=True)),
        (f"{TOKEN}{TOKEN}", Said()),
        ("4 new papers", Said()),
        ("", Said(is_nothing=True)),
    ],
)
def test_a_subject_says_a_wish_or_nothing(subject: str, found: Said) -> None:
    assert said_in_subject(subject) == found


@pytest.mark.parametrize(
    ("subject", "asked"),
    [
        (f"mute 3f9a2c1b {TOKEN}", Asked(Action.MUTE, "3f9a2c1b", TOKEN)),
        (f"[EXT] {{Spam?}} MUTE 3F9A2C1B {TOKEN.upper()}", Asked(Action.MUTE, "3f9a2c1b", TOKEN)),
        (f"mute 3f9a2c1b{TOKEN[:20]} {TOKEN[20:]}", Asked(Action.MUTE, "3f9a2c1b", TOKEN)),
        (f"mailto:a@b.example?subject=weekly%20{TOKEN}&body=Send%20this", Asked(Action.WEEKLY, "", TOKEN)),
        (f"***SPAM*** weekly {TOKEN}.", Asked(Action.WEEKLY, "", TOKEN)),
        (f"pause until 2026-07-06 {TOKEN}", Asked(Action.PAUSE, "2026-07-06", TOKEN)),
        (f"Subject: pause 2026 07 06 {TOKEN}", Asked(Action.PAUSE, "2026-07-06", TOKEN)),
        (f"more like 2606.12345 {TOKEN}", Asked(Action.LIKE, "2606.12345", TOKEN)),
        (f"more like 0704.0001 2{TOKEN[1:]}", Asked(Action.LIKE, "0704.0001", f"2{TOKEN[1:]}")),
        (f"reset {TOKEN}", Asked(Action.RESET, "", TOKEN)),
        (f"Weekly: {TOKEN}", Asked(Action.WEEKLY, "", TOKEN)),
        (f"Re: pause until: 2026-07-06 {TOKEN}", Asked(Action.PAUSE, "2026-07-06", TOKEN)),
        (f"mute: 3f9a2c1b {TOKEN}", Asked(Action.MUTE, "3f9a2c1b", TOKEN)),
        (f"pause until 2026-13-06 {TOKEN}", None),
        (f"pause until Monday {TOKEN}", None),
        (f"mute {TOKEN}", None),
        (f"do not reset {TOKEN}", None),
        (f"weekly {TOKEN} or not", None),
        (f"weekly {TOKEN[1:]}", None),
        ("weekly", None),
    ],
)
def test_a_subject_asks_for_an_action_whatever_gateways_made_of_it(subject: str, asked: Asked | None) -> None:
    assert said_in_subject(subject).asked == asked


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
