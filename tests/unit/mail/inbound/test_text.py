"""The words of a message, in the charset that it names."""

from base64 import b64encode
from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.inbound.mime import parsed
from digest.mail.inbound.text import readable, readable_subject


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (Header("unsubscribe me", "utf-8").encode(), "unsubscribe me"),
        ("unsubscribe =?us-ascii?q?me?=", "unsubscribe me"),
        ("=?utf-8?q?unsub?=\n =?utf-8?b?c2NyaWJl?=", "unsubscribe"),
        ("=?no-such?q?a?= =?idna?b?Yg?=", "ab"),
        ("=?a\0b?q?a_b?=", "a b"),
        ("=?utf-8?q?=C3=A9t=C3=A9?=", "été"),
        ("=?iso-8859-1?q?=E9t=E9?=", "été"),
        ("=?gb2312?b?zcu2qQ==?=", "退订"),
        ("=?utf-8?q?=E9?=", "\ufffd"),
        ("=?utf-8?b?a?= x", "=?utf-8?b?a?= x"),
        ("été", "été"),
        ("", ""),
    ],
    ids=["encoded", "half of it", "in pieces", "strange charsets", "NUL", "UTF-8", "Latin-1", "Chinese",
         "wrong charset",
         "no base64", "not encoded", "empty"],
)  # fmt: skip
def test_a_subject_is_decoded(written: str, read: str) -> None:
    assert readable_subject(parsed(f"Subject: {written}\n\n".encode())) == read


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("abmelden, möchte", "ISO-8859-15"),
        ("отписаться", "koi8-r"),
        ("отписаться", "windows-1251"),
        ("退订", "gbk"),
        ("退訂", "big5"),
        ("配信停止", "iso-2022-jp"),
        ("配信停止", "shift_jis"),
        ("수신거부", "euc-kr"),
        ("unsubscribe", "utf-16"),
    ],
)
def test_a_text_is_read_in_its_charset(text: str, charset: str) -> None:
    start = f'Content-Type: text/plain; charset="{charset}"\nContent-Transfer-Encoding: base64\n\n'
    assert readable(parsed(start.encode() + b64encode(text.encode(charset)))) == text


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "iso-8859-99", "zlib", "", "=;"])
def test_any_other_charset_is_read_as_utf_8(charset: str) -> None:
    assert readable(parsed(f"Content-Type: text/plain; charset={charset}\n\nstop".encode())) == "stop"


@given(st.text(max_size=200))
def test_a_subject_never_raises(value: str) -> None:
    message = parsed(f"Subject: {value}\n\n".encode("utf-8", "surrogatepass"))
    assert isinstance(readable_subject(message), str)
