"""From a rendered digest to the bytes of a message."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.mails import Mail, Rendered
from digest.domain.settings import MailSettings
from digest.errors import RenderError
from digest.mail.mime import check_message, compose_message, header_text
from tests.support.builders import subscriber

BASIC = Rendered(subject="1 new paper: Agents · 22 Jun", html="<p>ünï</p>\n", text="ünï\n")
NAMES = [
    *("From", "To", "Subject", "Date", "Message-ID"),
    *("List-Id", "List-Help", "List-Unsubscribe", "List-Owner", "Feedback-ID"),
    *("Auto-Submitted", "Precedence", "MIME-Version", "Content-Type"),
]
BCC = "x =?utf-8?q?y=0d=0aBcc=3a_evil=40example.org?="
END = "x =?utf-8?q?y=0d=0a=0d=0aA_body?= z"


def mail(
    rendered: Rendered = BASIC,
    *,
    sender: str = "Daily Papers <papers@example.org>",
    reply_to: str | None = None,
    recipient: str = "rita@example.org",
    recipient_name: str = "",
) -> Mail:
    return compose_message(
        rendered,
        MailSettings(sender, reply_to, when_empty="skip"),
        subscriber(recipient, name=recipient_name),
        message_id="<1@daily-papers.invalid>",
        token="q7",
        date=datetime(2026, 6, 22, 7, tzinfo=UTC),
    )


def composed(rendered: Rendered = BASIC, **changes: str) -> bytes:
    return mail(rendered, **changes).content


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def mailboxes(content: bytes, header: str) -> list[tuple[str, str]]:
    """The names and addresses in a header.

    EmailMessage's own addresses have spaces between two encoded words (but RFC 2047, section 6.2).
    """
    value = message_from_bytes(content, policy=policy.compat32)[header]
    return [(str(make_header(decode_header(name))), address) for name, address in getaddresses([value])]


def bodies(message: EmailMessage) -> list[tuple[str, str]]:
    parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
    return [(part.get_content_type(), part.get_content().replace("\r\n", "\n")) for part in parts]


def test_a_message_has_each_header_once() -> None:
    message = read(composed())
    assert [(name, str(value)) for name, value in message.items()][:-1] == [
        ("From", "Daily Papers <papers@example.org>"),
        ("To", "rita@example.org"),
        ("Subject", "1 new paper: Agents · 22 Jun"),
        ("Date", "Mon, 22 Jun 2026 07:00:00 +0000"),
        ("Message-ID", "<1@daily-papers.invalid>"),
        ("List-Id", "Daily Papers <daily-papers.example.org>"),
        ("List-Help", "<mailto:papers@example.org?subject=help>"),
        ("List-Unsubscribe", "<mailto:papers@example.org?subject=unsubscribe%20q7>"),
        ("List-Owner", "<mailto:papers@example.org>"),
        ("Feedback-ID", "digest:daily-papers:example.org:bfabc3743295"),
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "bulk"),
        ("MIME-Version", "1.0"),
    ]
    assert message.get_content_type() == "multipart/alternative"


def test_a_mail_knows_its_envelope() -> None:
    made = mail(recipient_name="KnownSubscriber")
    assert made == Mail(
        "<1@daily-papers.invalid>", "rita@example.org", "papers@example.org", made.content, papers=()
    )


def test_with_a_return_path_the_envelope_names_the_mail_and_the_message_stays_the_same() -> None:
    settings = MailSettings("Daily Papers <papers@example.org>", return_path="bounces@example.org")
    token = "mfrggzdfmztwq2lknnwg23tpobyxe43u"
    made = compose_message(
        BASIC,
        settings,
        subscriber("rita@example.org"),
        message_id=f"<{token}@example.org>",
        token="q7",
        date=datetime(2026, 6, 22, 7, tzinfo=UTC),
    )
    assert made.sender == f"bounces+{token}@example.org"
    assert (b"bounces" in made.content, read(made.content).keys()) == (False, NAMES)


def test_a_signature_stands_above_the_message_that_it_signs() -> None:
    signed: list[bytes] = []

    def sign(content: bytes) -> bytes:
        signed.append(content)
        return b"DKIM-Signature: v=1;\r\n b=c2lnbmVk\r\n"

    made = compose_message(
        BASIC,
        MailSettings("papers@example.org"),
        subscriber("rita@example.org"),
        message_id="<1@example.org>",
        token="q7",
        date=datetime(2026, 6, 22, 7, tzinfo=UTC),
        sign=sign,
    )
    assert read(made.content).keys() == ["DKIM-Signature", *NAMES]
    assert made.content.endswith(signed[0])


def test_replies_and_wishes_to_stop_go_where_the_configuration_says() -> None:
    message = read(composed(reply_to="Ops <ops+papers@example.net>"))
    assert message.keys() == [*NAMES[:2], "Reply-To", *NAMES[2:]]
    assert (message["Reply-To"], message["List-Unsubscribe"]) == (
        "Ops <ops+papers@example.net>",
        "<mailto:ops%2Bpapers@example.net?subject=unsubscribe%20q7>",
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


def test_long_identifiers_and_links_stay_what_they_are_on_one_line() -> None:
    domain = ".".join(letter * 60 for letter in "wxyz")
    content = composed(sender=f"papers@{domain}.example")
    assert f"\r\nList-Id: Daily Papers <daily-papers.{domain}.example>\r\n".encode() in content
    link = f"<mailto:papers@{domain}.example?subject=unsubscribe%20q7>"
    assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in content


def test_encoded_words_and_their_lines_are_no_longer_than_rfc_2047_allows() -> None:
    subject = "新しい論文 " * 12 + "· 22 Jun"
    content = composed(Rendered(subject, "", ""), recipient_name="Александра " * 5)
    words = re.findall(rb"=\?utf-8\?[bq]\?[^?]*\?=", content)
    lines = [line for line in content.split(b"\r\n") if b"=?" in line]
    assert (len(words) > 4, max(map(len, words)) <= 75, max(map(len, lines)) <= 76) == (True, True, True)
    assert read(content)["Subject"] == subject


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("", b"To: j\xc3\xb6rg@example.org\r\n"),
        ("Ada", b"To: Ada <j\xc3\xb6rg@example.org>\r\n"),
        ("Jörg", b"To: =?utf-8?b?SsO2cmc=?=\r\n <j\xc3\xb6rg@example.org>\r\n"),
    ],
    ids=["bare", "plain name", "name beyond ASCII"],
)
def test_an_address_beyond_ascii_is_not_encoded_and_everything_else_is_ascii(
    name: str, header: bytes
) -> None:
    made = mail(recipient="jörg@example.org", recipient_name=name)
    message = message_from_string(made.content.decode(), policy=policy.SMTPUTF8)
    assert [(each.display_name, each.addr_spec) for each in message["To"].addresses] == [
        (name, "jörg@example.org")
    ]
    assert (made.recipient, header in made.content) == ("jörg@example.org", True)
    assert made.content.replace("jörg@".encode(), b"").isascii()


@pytest.mark.parametrize(
    "name",
    [
        *("Ada Example", "Große, Jörg", 'Example, "Ada" <x@evil.example>', "数"),
        *("Александра" * 9, "Dr. Ada (of [Example])", "a\\", 'a" <x@evil.example>, "b'),
        *("x@evil.example", "a: b;"),
    ],
    ids=[
        *("plain", "comma", "quotes", "short"),
        *("long", "brackets", "backslash", "broken out of quotes", "an address", "a group"),
    ],
)
def test_a_subscribers_name_is_a_name_and_never_an_address(name: str) -> None:
    assert mailboxes(composed(recipient_name=name), "To") == [(name, "rita@example.org")]


@pytest.mark.parametrize(
    ("subject", "seen"),
    [
        (BCC, "x = ?utf-8?q?y=0d=0aBcc=3a_evil=40example.org?="),
        (END, "x = ?utf-8?q?y=0d=0a=0d=0aA_body?= z"),
        ("a\r\nBcc: evil@example.org", "a Bcc: evil@example.org"),
        ("a\u2028Bcc: b\x85c\x0bd\x1ce", "a Bcc: b c d e"),
        ("gnp\u202eexe \ud800", "gnpexe \ufffd"),
        ("=?utf-8?b?数?=", "= ?utf-8?b?数?="),
    ],
    ids=["encoded Bcc", "encoded end", "line end", "other line ends", "unseen", "foreign encoded word"],
)
@pytest.mark.parametrize("place", ["subject", "name"])
def test_no_foreign_text_adds_a_header(subject: str, seen: str, place: str) -> None:
    named = {"recipient_name": subject} if place == "name" else {}
    content = composed(Rendered(subject, "h\n", "t\n"), **named)
    message = read(content)
    assert (message.keys(), message["Subject"]) == (NAMES, seen)
    assert mailboxes(content, "To") == [(seen if named else "", "rita@example.org")]
    assert bodies(message) == [("text/plain", "t\n"), ("text/html", "h\n")]


@given(subject=st.text(st.characters(), max_size=120), name=st.text(st.characters(), max_size=60))
def test_whatever_the_subject_and_the_name_the_message_reads_as_intended(subject: str, name: str) -> None:
    content = composed(Rendered(subject, "<p>h</p>\n", "t\n"), recipient_name=name)
    message = read(content)
    assert (message.keys(), str(message["Subject"])) == (NAMES, header_text(subject))
    assert mailboxes(content, "To") == [(header_text(name), "rita@example.org")]
    assert bodies(message) == [("text/plain", "t\n"), ("text/html", "<p>h</p>\n")]


GOOD = composed()


@pytest.mark.parametrize(
    ("content", "fact"),
    [
        (
            GOOD.replace(b"Date:", b"Bcc: evil@example.org\r\nDate:"),
            f"have the headers {', '.join([*NAMES[:3], 'Bcc', *NAMES[3:]])}",
        ),
        (
            GOOD.replace(b"Precedence:", b"Subject: x\r\nPrecedence:"),
            f"have the headers {', '.join([*NAMES[:11], 'Subject', *NAMES[11:]])}",
        ),
        (
            GOOD.replace(b"List-Id:", b"\r\nList-Id:"),
            f"have the headers {', '.join(NAMES[:5])}",
        ),
        (
            GOOD.replace(b"text/html", b"text/calendar"),
            "have the parts multipart/alternative, text/plain, text/calendar",
        ),
        (GOOD.replace(b"text/html", b"text"), "have the parts multipart/alternative, text/plain, text/plain"),
        (
            GOOD.replace(b"multipart/alternative", b"multipart/mixed"),
            "have the parts multipart/mixed, text/plain, text/html",
        ),
        (GOOD[: GOOD.rindex(b"--=")], "be malformed: CloseBoundaryNotFoundDefect"),
        (GOOD.replace(b"Date: Mon", b"Date: some day"), "be malformed: InvalidDateDefect"),
        (GOOD.replace(b'charset="utf-8"', b'charset="utf-8', 1), "be malformed: InvalidHeaderDefect"),
        (GOOD.replace(b"</p>\r\n", b"</p>\n"), "have a line end other than CRLF"),
        (GOOD.replace(b"</p>\r\n", b"</p>\r"), "have a line end other than CRLF"),
        (GOOD.replace(b"<p>", b"x" * 999), "have a line of more than 998 octets"),
        (GOOD.replace(b"<p>", "ü".encode()), "have octets beyond ASCII"),
    ],
    ids=[
        *("other header", "header twice", "early end of headers", "other part", "no type", "other whole"),
        *("no end", "no date", "broken parameter", "bare LF", "bare CR", "long line", "beyond ASCII"),
    ],
)
def test_a_message_that_would_be_read_otherwise_is_not_sent(content: bytes, fact: str) -> None:
    with pytest.raises(RenderError) as caught:
        check_message(content, NAMES, "rita@example.org")
    assert str(caught.value) == f"the message would {fact}"
    assert caught.value.hint == "nothing was sent; please report the titles that arXiv listed"


def test_the_longest_line_that_is_allowed_passes() -> None:
    content = GOOD.replace(b"<p>", b"x" * (998 - len("=C3=BCn=C3=AF</p>")))
    check_message(content, NAMES, "rita@example.org")
    assert max(map(len, content.split(b"\r\n"))) == 998


def test_an_address_beyond_ascii_is_allowed_in_one_place_only() -> None:
    content = composed(recipient="jörg@example.org")
    check_message(content, NAMES, "jörg@example.org")
    with pytest.raises(RenderError, match=r"^the message would have octets beyond ASCII$"):
        check_message(content.replace(b"<p>", "jörg@example.org".encode()), NAMES, "jörg@example.org")


def test_a_mail_is_checked_as_it_is_made() -> None:
    with pytest.raises(RenderError, match=r"^the message would have a line of more than 998 octets$"):
        composed(replace(BASIC, subject="x" * 1000))


def test_a_very_long_name_of_a_recipient_is_cut() -> None:
    assert mailboxes(composed(recipient_name="x" * 1000), "To") == [("x" * 199 + "…", "rita@example.org")]


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
