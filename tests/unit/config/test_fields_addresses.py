from collections.abc import Callable

import pytest

from digest.config.fields import address, display_name, mailbox
from digest.config.quoting import quoted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("you@example.org", "you@example.org"),
        ("Ada.L+papers@EXAMPLE.Org", "Ada.L+papers@example.org"),
        ("you@Bücher.example", "you@xn--bcher-kva.example"),
        ("you@xn--bcher-kva.example", "you@xn--bcher-kva.example"),
        ("you@faß.example", "you@xn--fa-hia.example"),
        ("you@例え。テスト", "you@xn--r8jz45g.xn--zckzah"),
        ("jörg@example.org", "jörg@example.org"),
        ("jo\u0308rg@example.org", "jörg@example.org"),
        ("Jörg+α@Bücher.example", "Jörg+α@xn--bcher-kva.example"),
        ("読者@example.org", "読者@example.org"),
        ("reader@trial.test", "reader@trial.test"),
    ],
    ids=[
        *("plain", "case of the domain alone", "international domain", "the same in ASCII"),
        *("sharp s by IDNA 2008", "international dot", "beyond ASCII", "composed", "both beyond ASCII"),
        *("another script", "reserved for trials"),
    ],
)
def test_an_address_is_made_normal_and_its_domain_ascii(text: str, expected: str) -> None:
    assert (address(text), address(expected)) == (expected, expected)


@pytest.mark.parametrize(
    "text",
    [
        "you",
        "you@example",
        "@example.org",
        "a b@example.org",
        "a@b@c.org",
        "you@example.org\r\nBcc: x@example.org",
        "you@localhost",
        "jö rg@example.org",
        "jörg\u2028@example.org",
        "\u202ejörg@example.org",
        "j\ud800rg@example.org",
        '"jörg"@example.org',
        "you@xn--i-7iq.example",
    ],
    ids=[
        *("no @", "no dot", "no name", "space", "two @", "line end", "this machine"),
        *("space beyond ASCII", "other line end", "direction", "surrogate", "quoted", "emoji in ASCII"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an e-mail address; write one such as you@example\.org$"):
        address(text)


def test_a_name_before_the_address_has_a_key_of_its_own() -> None:
    with pytest.raises(ValueError) as caught:
        address("Ada <ada@example.org>")
    assert str(caught.value) == (
        '"Ada <ada@example.org>": write the address alone; a name goes under the key "name"'
    )


@pytest.mark.parametrize(
    "text",
    ["you@😀.example", "you@i❤.example", "you@bücher", "you@a\u200cb.example"],
    ids=["emoji", "sign", "no dot", "joiner"],
)
def test_a_domain_beyond_ascii_that_cannot_be_is_refused_by_that_reason(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        address(text)
    assert str(caught.value) == (
        f'{quoted(text)}: what follows the "@" is no domain; beyond ASCII a domain has letters and digits, '
        "but no emoji or other signs"
    )


@pytest.mark.parametrize("read", [address, mailbox])
def test_an_address_that_looks_like_an_encoded_word_is_refused(read: Callable[[str], str]) -> None:
    with pytest.raises(ValueError) as caught:
        read("=?utf-8?q?x?=@example.org")
    assert str(caught.value) == ('"=?utf-8?q?x?=": "=?" begins an encoded word in mail headers; delete it')


@pytest.mark.parametrize("text", ["jörg@example.org", "Jörg <jörg@example.org>"], ids=["bare", "named"])
def test_what_answers_a_mail_must_reach_it_from_everywhere(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        mailbox(text)
    assert str(caught.value) == (
        '"jörg@example.org": only ASCII characters can stand before the "@" here, since not every mail '
        "server could return a mail or a reply to it; use another address of yours"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("digest@Example.org", "digest@example.org"),
        ("Daily Papers <digest@example.org>", "Daily Papers <digest@example.org>"),
        ('"Papers, Daily" <digest@example.org>', '"Papers, Daily" <digest@example.org>'),
        ("Täglich <digest@example.org>", "Täglich <digest@example.org>"),
        ("<digest@example.org>", "digest@example.org"),
        ("Papers <digest@bücher.example>", "Papers <digest@xn--bcher-kva.example>"),
    ],
    ids=["bare", "named", "a name with a comma", "a name beyond ASCII", "no name", "international domain"],
)
def test_a_mailbox_becomes_a_header_value(text: str, expected: str) -> None:
    assert mailbox(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "A\nBcc: b@c.org <a@b.org>",
            '"A\\nBcc: b@c.org" has the invisible character U+000A; type it anew, on one line',
        ),
        (
            "=?utf-8?q?x?= <a@b.org>",
            '"=?utf-8?q?x?=": "=?" begins an encoded word in mail headers; delete it',
        ),
        ("Ada <ada>", '"ada" is not an e-mail address; write one such as you@example.org'),
    ],
    ids=["line end", "encoded word", "no address"],
)
def test_a_mailbox_that_could_forge_a_header_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        mailbox(text)
    assert str(caught.value) == problem


def test_a_display_name_has_single_spaces() -> None:
    assert display_name(" Ada   Example ") == "Ada Example"
