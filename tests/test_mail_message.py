"""From a rendered digest to the bytes of a message."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RenderError
from digest.mail.message import check_headers, compose_message, header_text, new_message_id
from digest.models import MailSettings, Rendered

BASIC = Rendered(subject="1 new paper: Agents · 22 Jun", html="<p>ünï</p>\n", text="ünï\n")
NAMES = [
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe"),
    *("Auto-Submitted", "Precedence", "MIME-Version", "Content-Type"),
]
BCC = "x =?utf-8?q?y=0d=0aBcc=3a_evil=40example.org?="
END = "x =?utf-8?q?y=0d=0a=0d=0aA_body?= z"


def composed(
    rendered: Rendered = BASIC,
    *,
    sender: str = "Daily Papers <papers@example.org>",
    reply_to: str | None = None,
    recipient_name: str = "",
) -> bytes:
    return compose_message(
        rendered,
        MailSettings(sender, reply_to, when_empty="skip"),
        recipient="reader@example.org",
        recipient_name=recipient_name,
        message_id="<1@example.org>",
        date=datetime(2026, 6, 22, 7, tzinfo=UTC),
    ).content


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def bodies(message: EmailMessage) -> list[tuple[str, str]]:
    parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
    return [(part.get_content_type(), part.get_content().replace("\r\n", "\n")) for part in parts]


def test_a_message_has_each_header_once() -> None:
    message = read(composed())
    assert [(name, str(value)) for name, value in message.items()][:-1] == [
        ("From", "Daily Papers <papers@example.org>"),
        ("To", "reader@example.org"),
        ("Subject", "1 new paper: Agents · 22 Jun"),
        ("Date", "Mon, 22 Jun 2026 07:00:00 +0000"),
        ("Message-ID", "<1@example.org>"),
        ("List-Id", "Daily Papers <daily-papers.example.org>"),
        ("List-Unsubscribe", "<mailto:papers@example.org?subject=unsubscribe>"),
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "bulk"),
        ("MIME-Version", "1.0"),
    ]
    assert message.get_content_type() == "multipart/alternative"


def test_a_mail_knows_its_envelope() -> None:
    mail = compose_message(
        BASIC,
        MailSettings("Daily Papers <papers@example.org>", None, when_empty="skip"),
        recipient="reader@example.org",
        recipient_name="Reader",
        message_id="<1@example.org>",
        date=datetime(2026, 6, 22, 7, tzinfo=UTC),
    )
    assert (mail.sender, mail.recipient, mail.message_id, mail.papers) == (
        "papers@example.org",
        "reader@example.org",
        "<1@example.org>",
        (),
    )


def test_replies_and_wishes_to_stop_go_where_the_configuration_says() -> None:
    message = read(composed(reply_to="Ops <ops+papers@example.net>"))
    assert message.keys() == [*NAMES[:2], "Reply-To", *NAMES[2:]]
    assert (message["Reply-To"], message["List-Unsubscribe"]) == (
        "Ops <ops+papers@example.net>",
        "<mailto:ops%2Bpapers@example.net?subject=unsubscribe>",
    )


def test_the_text_comes_before_the_page_and_both_arrive_as_written() -> None:
    assert bodies(read(composed())) == [("text/plain", "ünï\n"), ("text/html", "<p>ünï</p>\n")]


def test_the_parts_repeat_no_header_of_the_message() -> None:
    parts = [part.keys() for part in read(composed()).iter_parts()]
    assert parts == [["Content-Type", "Content-Transfer-Encoding"]] * 2


def test_lines_end_in_crlf_and_are_short_and_ascii() -> None:
    long = Rendered(subject="s", html="<p>" + "数" * 5000 + "</p>\n", text="x" * 5000 + "\n.\nFrom here\n")
    content = composed(long)
    assert (content.isascii(), re.findall(rb"(?<!\r)\n|\r(?!\n)", content)) == (True, [])
    body = content.partition(b"\r\n\r\n")[2]
    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    assert bodies(read(content)) == [("text/plain", long.text), ("text/html", long.html)]


def test_long_identifiers_and_links_stay_what_they_are() -> None:
    domain = f"{'x' * 60}.{'y' * 60}.example"
    content = composed(sender=f"papers@{domain}")
    assert f"\r\nList-Id: Daily Papers <daily-papers.{domain}>\r\n".encode() in content
    assert f"\r\nList-Unsubscribe: <mailto:papers@{domain}?subject=unsubscribe>\r\n".encode() in content


def test_encoded_words_are_no_longer_than_rfc_2047_allows() -> None:
    subject = "新しい論文 " * 12 + "· 22 Jun"
    content = composed(Rendered(subject, "", ""), recipient_name="Александра " * 5)
    words = re.findall(rb"=\?utf-8\?[bq]\?[^?]*\?=", content)
    assert (len(words) > 4, max(len(word) for word in words) <= 75) == (True, True)
    assert read(content)["Subject"] == subject


@pytest.mark.parametrize(
    "name",
    ["Ada Example", "Große, Jörg", 'Example, "Ada" <x@evil.example>', "数"],
    ids=["plain", "comma", "quotes", "short"],
)
def test_a_readers_name_is_a_name_and_never_an_address(name: str) -> None:
    to = read(composed(recipient_name=name))["To"].addresses
    assert [(address.display_name, address.addr_spec) for address in to] == [(name, "reader@example.org")]


@pytest.mark.parametrize(
    ("subject", "seen"),
    [
        (BCC, "x = ?utf-8?q?y=0d=0aBcc=3a_evil=40example.org?="),
        (END, "x = ?utf-8?q?y=0d=0a=0d=0aA_body?= z"),
        ("a\r\nBcc: evil@example.org", "a Bcc: evil@example.org"),
        ("a\u2028Bcc: b\x85c\x0bd\x1ce", "a Bcc: b c d e"),
        ("gnp\u202eexe \ud800", "gnpexe"),
        ("=?utf-8?b?数?=", "= ?utf-8?b?数?="),
    ],
    ids=["encoded Bcc", "encoded end", "line end", "other line ends", "unseen", "foreign encoded word"],
)
@pytest.mark.parametrize("place", ["subject", "name"])
def test_no_foreign_text_adds_a_header(subject: str, seen: str, place: str) -> None:
    named = {"recipient_name": subject} if place == "name" else {}
    message = read(composed(Rendered(subject, "h\n", "t\n"), **named))
    assert (message.keys(), message["Subject"]) == (NAMES, seen)
    assert [address.addr_spec for address in message["To"].addresses] == ["reader@example.org"]
    assert bodies(message) == [("text/plain", "t\n"), ("text/html", "h\n")]


@given(subject=st.text(st.characters(), max_size=120), name=st.text(st.characters(), max_size=60))
def test_whatever_the_subject_and_the_name_the_message_reads_as_intended(subject: str, name: str) -> None:
    message = read(composed(Rendered(subject, "<p>h</p>\n", "t\n"), recipient_name=name))
    assert (message.keys(), str(message["Subject"])) == (NAMES, header_text(subject))
    assert [address.addr_spec for address in message["To"].addresses] == ["reader@example.org"]
    assert bodies(message) == [("text/plain", "t\n"), ("text/html", "<p>h</p>\n")]


def test_a_message_that_would_show_other_headers_is_refused() -> None:
    with pytest.raises(RenderError) as caught:
        check_headers(b"From: a@b.example\r\nSubject: x\r\nBcc: c@d.example\r\n\r\n", ["From", "Subject"])
    assert str(caught.value) == "the message would have the headers From, Subject, Bcc"
    assert caught.value.hint == "nothing was sent; please report the titles that arXiv listed"


def test_message_ids_are_random_and_at_the_senders_domain() -> None:
    first, second = (new_message_id("Daily Papers <papers@example.org>") for _ in range(2))
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", first)
    assert first != second


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("x =?utf-8?q?y=0d=0aBcc=3a_evil=40example.org?=", "x = ?utf-8?q?y=0d=0aBcc=3a_evil=40example.org?="),
        ("=\x00?utf-8?q?y?=", "= ?utf-8?q?y?="),
        ("==??", "== ??"),
    ],
    ids=["encoded word", "hidden by a control character", "doubled"],
)
def test_a_header_text_holds_nothing_that_looks_like_an_encoded_word(text: str, header: str) -> None:
    assert header_text(text) == header
