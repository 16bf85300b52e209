import pytest

from digest.config.addresses import address, display_name, mailbox


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("you@example.org", "you@example.org"),
        ("Ada.L+papers@EXAMPLE.Org", "Ada.L+papers@example.org"),
        ("you@bücher.example", "you@xn--bcher-kva.example"),
        ("reader@trial.test", "reader@trial.test"),
    ],
    ids=["plain", "case of the domain alone", "international domain", "reserved for trials"],
)
def test_an_address_is_made_normal_and_ascii(text: str, expected: str) -> None:
    assert address(text) == expected


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
    ],
    ids=["no @", "no dot", "no name", "space", "two @", "line end", "this machine"],
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


def test_an_address_with_letters_beyond_ascii_before_the_at_is_refused_by_that_reason() -> None:
    with pytest.raises(ValueError) as caught:
        address("jürgen@example.org")
    assert str(caught.value) == (
        '"jürgen@example.org": only ASCII characters can stand before the "@"; use another address of theirs'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("digest@Example.org", "digest@example.org"),
        ("Daily Papers <digest@example.org>", "Daily Papers <digest@example.org>"),
        ('"Papers, Daily" <digest@example.org>', '"Papers, Daily" <digest@example.org>'),
        ("Täglich <digest@example.org>", "Täglich <digest@example.org>"),
        ("<digest@example.org>", "digest@example.org"),
    ],
    ids=["bare", "named", "a name with a comma", "a name beyond ASCII", "no name"],
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
