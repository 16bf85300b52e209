"""What the sender of a message wrote, apart from what they quote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.inbound.mime import parsed
from digest.mail.inbound.own_text import own_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\n\n  two\x0bthree", ["one", "two", "three"]),
        ("one\n> two\n>three\n\nfour", ["one", "four"]),
        ("one\n-- \nAda", ["one"]),
        ("one\n-----Original Message-----\ntwo", ["one"]),
        ("one\n________________________________\nFrom: x", ["one"]),
        ("one\n\nFrom: x\nSubject: y", ["one"]),
        ("one\n\n差出人: x", ["one"]),
        ("one\nSent from my iPhone\ntwo", ["one"]),
        ("one\n\nOn 24 Jun 2026, Ada wrote:\n> two\n\nthree", ["one", "three"]),
        ("one\n\nOn 24 Jun 2026, Ada\n<a@b.example> wrote:\n> two\n\nthree", ["one", "three"]),
        ("one\n\nAm 24.06.2026 schrieb Ada:\n\ntwo", ["one"]),
        ("one\nAda wrote:\n> two", ["one"]),
        ("", []),
    ],
    ids=["lines", "quoted", "signature", "original message", "rule", "headers", "Japanese headers", "phone",
         "attribution", "broken attribution", "quotation without signs",
         "attribution without a date", "nothing"],
)  # fmt: skip
def test_what_is_quoted_is_left_out(text: str, lines: list[str]) -> None:
    assert own_lines(parsed(f"Subject: x\n\n{text}".encode())) == lines


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>one <b>t</b>wo</p>three<br>four", ["one two", "three", "four"]),
        ("<head><title>x</title><style>y</style></head>one<script>z</script> two", ["one two"]),
        ("<!-- x > y -->one<?xml:namespace x?><![if !a]>two<![endif]>", ["onetwo"]),
        ("one<blockquote>two<div>three</div></blockquote>four", ["one", "four"]),
        ("one<hr>two", ["one"]),
        ("<div style='Display : none'>x</div>one<span style='visibility:hidden'>y</span>", ["one"]),
        ("&#8203;one&nbsp;&amp; two", ["\u200bone & two"]),
        ("one\ntwo", ["one two"]),
        ("<", ["<"]),
        ("", []),
    ],
    ids=["blocks", "not shown", "comments", "quoted", "rule", "hidden", "entities", "white space",
         "no HTML", "nothing"],
)  # fmt: skip
def test_of_html_what_it_shows_is_read(html: str, lines: list[str]) -> None:
    assert own_lines(parsed(f"Content-Type: text/html\n\n{html}".encode())) == lines


@pytest.mark.parametrize("kind", ["mixed", "related", "alternative"])
def test_the_first_plain_text_counts(kind: str) -> None:
    parts = [
        "Content-Type: text/html\n\n<p>no</p>\n",
        "Content-Disposition: attachment\n\nno\n",
        "Content-Type: message/rfc822\n\nSubject: no\n\nno\n",
        "\n \n",
        "Content-Transfer-Encoding: base64\n\nCiAgaGVsbG8K\n",
        "\nno\n",
    ]
    text = f"Content-Type: multipart/{kind}; boundary=b\n\n--b\n" + "--b\n".join(parts) + "--b--\n"
    assert own_lines(parsed(text.encode())) == ["hello"]


@given(st.text(max_size=300), st.sampled_from(["plain", "html"]))
def test_any_text_has_lines(text: str, kind: str) -> None:
    message = parsed(f"Content-Type: text/{kind}; charset=utf-8\n\n{text}".encode("utf-8", "surrogatepass"))
    assert all(line == line.strip() != "" for line in own_lines(message))
