"""The structure of a message, and the limits within which it is read."""

from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.inbound.mime import (
    BYTES_READ,
    TooComplex,
    content,
    date_in,
    header,
    headers,
    message_ids,
    parsed,
    parsed_headers,
    subparts,
)
from digest.mail.inbound.own_text import whole_text

MANY = 60


def in_multiparts(depth: int) -> bytes:
    wrapped = "Content-Type: text/plain\n\nhello\n"
    for level in range(depth):
        parts = f"--b{level}\n{wrapped}\n--b{level}--"
        wrapped = f"Content-Type: multipart/mixed; boundary=b{level}\n\n{parts}\n"
    return wrapped.encode()


@pytest.mark.parametrize(
    "message",
    [
        in_multiparts(MANY),
        in_multiparts(5000),
        in_multiparts(MANY).replace(b"\n", b"\r"),
        b"Content-Type: message/rfc822\n\n" * MANY + b"hello\n",
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhello\n" * MANY,
        b"Content-Type: message/delivery-status\n\n" + b"Action: failed\n\n" * MANY,
    ],
    ids=[
        "in each other",
        "thousands in each other",
        "in lines that end in CR",
        "messages in each other",
        "side by side",
        "groups of a report",
    ],
)
def test_a_message_of_too_many_parts_is_not_read(message: bytes) -> None:
    with pytest.raises(TooComplex):
        parsed(message)


def test_a_message_of_ordinary_depth_is_read() -> None:
    assert whole_text(parsed(in_multiparts(20))).strip() == "hello"


def test_headers_are_no_parts_whatever_they_say() -> None:
    assert whole_text(parsed(b"Content-Type: text/plain\n" * MANY + b"\nhello")) == "hello"


@pytest.mark.parametrize(
    ("filler", "found"),
    [(b"x" * (BYTES_READ - 100) + b"\n", True), (b"x" * BYTES_READ + b"\n", False), (b"\n" * 9_900, True),
     (b"\n" * 10_000, False), (b"\r" * 9_900, True), (b"\r" * 10_000, False), (b"\r\n" * 10_000, False)],
    ids=["short", "long", "few lines", "many lines", "few lines by CR", "many by CR", "many by CRLF"],
)  # fmt: skip
def test_of_a_long_message_the_beginning_is_read(filler: bytes, found: bool) -> None:
    start = b"Content-Type: multipart/mixed; boundary=b\n\n"
    message = parsed(start + filler + b"--b\n\nhello\n")
    assert whole_text(message).strip() == ("hello" if found else "")


@pytest.mark.parametrize("fold", [b" ", b"\r\n ", b"\r ", b"\n\t"], ids=["", "CRLF", "CR", "LF"])
def test_of_a_long_header_the_beginning_is_read(fold: bytes) -> None:
    message = parsed(b"Subject: hello" + fold * 5000 + b"world\nX: x" + fold * 5000 + b"y\n\n")
    assert header(message, "Subject").split() == ["hello"]
    assert header(message, "X").strip() == "x"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_lines_end_as_the_parser_ends_them(line_end: bytes) -> None:
    lines = [
        b"Subject: a",
        b" b",
        b"X: 1\x0b2\x0c3\x1c4\xc2\x855",
        b"X: 6\xe2\x80\xa87",
        b"",
        b"",
        b" one\x0b",
        b"two",
    ]
    message = parsed(line_end.join(lines))
    assert header(message, "Subject").split() == ["a", "b"]
    assert headers(message, "X") == ["1\x0b2\x0c3\x1c4\x855", "6\u20287"]
    assert content(message).splitlines() == [b"", b" one\x0b", b"two"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (" <a@b>\t<c@d> ", ("<a@b>", "<c@d>")),
        ("Your mail of Monday <a@b>", ("<a@b>",)),
        ("<a b@c> <> a@b <" + "x" * 300 + "@y>", ()),
    ],
    ids=["two", "among words", "none"],
)
def test_message_ids_have_angle_brackets(value: str, found: tuple[str, ...]) -> None:
    assert message_ids(parsed(f"References: {value}\n\n".encode()), "References") == found


def test_headers_alone_are_read_of_what_is_too_complex() -> None:
    message = b"Subject: hello\n" + b"Content-Type: message/rfc822\n\n" * MANY
    assert header(parsed_headers(message), "Subject") == "hello"


@pytest.mark.parametrize("date", ["", "yesterday", "1 Jan 99999999999 07:00 +99999999"])
def test_what_is_no_date_is_none(date: str) -> None:
    assert date_in(date) is None


def test_a_multipart_without_parts_has_none() -> None:
    message = parsed(b"Content-Type: multipart/mixed; boundary=b\n\n--b--\n")
    assert (subparts(message), content(message), whole_text(message)) == ([], b"", "")


@given(st.text(max_size=200), st.sampled_from(["Subject", "X"]))
def test_a_header_never_raises(value: str, name: str) -> None:
    message = parsed(f"{name}: {value}\n\n".encode("utf-8", "surrogatepass"))
    assert isinstance(header(message, name), str)


@given(st.binary(max_size=500))
def test_any_bytes_are_a_message(message: bytes) -> None:
    assert isinstance(parsed(message), Message)
