"""The structure of a message, and the limits within which it is read."""

from email.header import Header
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.inbound.mime import (
    BYTES_READ,
    TooComplex,
    content,
    first_line,
    header,
    headers,
    parsed,
    subject,
    subparts,
)

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
    assert first_line(parsed(in_multiparts(20))) == "hello"


def test_headers_are_no_parts_whatever_they_say() -> None:
    assert first_line(parsed(b"Content-Type: text/plain\n" * MANY + b"\nhello")) == "hello"


@pytest.mark.parametrize(
    ("filler", "found"),
    [(b"x" * (BYTES_READ - 100) + b"\n", True), (b"x" * BYTES_READ + b"\n", False), (b"\n" * 9_900, True),
     (b"\n" * 10_000, False), (b"\r" * 9_900, True), (b"\r" * 10_000, False), (b"\r\n" * 10_000, False)],
    ids=["short", "long", "few lines", "many lines", "few lines by CR", "many by CR", "many by CRLF"],
)  # fmt: skip
def test_of_a_long_message_the_beginning_is_read(filler: bytes, found: bool) -> None:
    start = b"Content-Type: multipart/mixed; boundary=b\n\n"
    message = parsed(start + filler + b"--b\n\nhello\n")
    assert first_line(message) == ("hello" if found else "")


@pytest.mark.parametrize("fold", [b" ", b"\r\n ", b"\r ", b"\n\t"], ids=["", "CRLF", "CR", "LF"])
def test_of_a_long_header_the_beginning_is_read(fold: bytes) -> None:
    message = parsed(b"Subject: hello" + fold * 5000 + b"world\nX: x" + fold * 5000 + b"y\n\n")
    assert subject(message) == "hello"
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
    assert subject(message) == "a b"
    assert headers(message, "X") == ["1\x0b2\x0c3\x1c4\x855", "6\u20287"]
    assert first_line(message) == "one"
    assert content(message).splitlines() == [b"", b" one\x0b", b"two"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (Header("unsubscribe me", "utf-8").encode(), "unsubscribe me"),
        ("unsubscribe =?us-ascii?q?me?=", "unsubscribe me"),
        ("=?no-such?q?a?= =?idna?b?Yg?=", "ab"),
        ("=?a\0b?q?a_b?=", "a b"),
        ("=?utf-8?q?=C3=A9t=C3=A9?=", "\ufffd\ufffdt\ufffd\ufffd"),
        ("=?utf-8?b?a?= x", "=?utf-8?b?a?= x"),
        ("été", "été"),
        ("", ""),
    ],
    ids=["encoded", "half of it", "strange charsets", "NUL", "no ASCII", "no base64", "UTF-8", "empty"],
)
def test_the_subject_is_read_as_ascii_in_whatever_charset(written: str, read: str) -> None:
    assert subject(parsed(f"Subject: {written}\n\n".encode())) == read


@pytest.mark.parametrize(
    ("kind", "line"),
    [("mixed", "hello"), ("related", "hello"), ("alternative", "hello")],
)
def test_the_first_line_is_of_the_first_plain_text(kind: str, line: str) -> None:
    parts = [
        "Content-Type: text/html\n\n<p>no</p>\n",
        "Content-Disposition: attachment\n\nno\n",
        "Content-Type: message/rfc822\n\nSubject: no\n\nno\n",
        "Content-Transfer-Encoding: base64\n\n" + "CiAgaGVsbG8KCm5vCg==\n",
        "\nno\n",
    ]
    text = f"Content-Type: multipart/{kind}; boundary=b\n\n--b\n" + "--b\n".join(parts) + "--b--\n"
    assert first_line(parsed(text.encode())) == line


def test_a_multipart_without_parts_has_none() -> None:
    message = parsed(b"Content-Type: multipart/mixed; boundary=b\n\n--b--\n")
    assert (subparts(message), content(message), first_line(message)) == ([], b"", "")


@given(st.text(max_size=200), st.sampled_from(["Subject", "X"]))
def test_a_header_never_raises(value: str, name: str) -> None:
    message = parsed(f"{name}: {value}\n\n".encode("utf-8", "surrogatepass"))
    assert isinstance(subject(message), str)
    assert isinstance(header(message, name), str)


@given(st.binary(max_size=500))
def test_any_bytes_are_a_message(message: bytes) -> None:
    assert isinstance(parsed(message), Message)
