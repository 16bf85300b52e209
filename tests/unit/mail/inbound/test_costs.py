"""Messages that are made to take long: none of 1 MB takes more than seconds or much memory."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mail.inbound.mime import TooComplex
from digest.mail.inbound.parser import needs_nobody, read
from tests.support.cost import require_cheap
from tests.unit.mail.inbound.corpus import CORPUS

pytestmark = pytest.mark.exhaustive

MOST = 1_000_000


def filled(start: bytes, piece: bytes, end: bytes = b"") -> bytes:
    """A message of 1 MB: the start, the piece again and again, the end."""
    return start + piece * ((MOST - len(start) - len(end)) // len(piece)) + end


def in_multiparts(depth: int, line: bytes) -> bytes:
    inner = filled(b"Content-Type: text/plain\n\n", line)
    for level in range(depth):
        boundary = b"b%d" % level
        inner = b"Content-Type: multipart/mixed; boundary=%s\n--%s\n%s" % (boundary, boundary, inner)
    return inner[:MOST]


REQUEST = b"Subject: unsubscribe " + b"a" * 32 + b"\n"
CONTENT_TYPE = b"Content-Type: multipart/mixed; "
PARTS = CONTENT_TYPE + b"boundary=b\n\n"
DAEMON = b"Return-Path: <>\nFrom: MAILER-DAEMON\nDelivered-To: b+" + b"a" * 32 + b"@b\n"
REPORT = b"Content-Type: multipart/report; boundary=b\n\n"
HTML = b"Content-Type: text/html\n\n"
FEEDBACK = (
    REPORT
    + b"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b\n"
    + b"Content-Type: text/rfc822-headers\n\n"
)
HEAVY = {
    "encoded words": filled(b"Subject: ", b"=?utf-8?q?a?= "),
    "encoded words without end": filled(b"Subject: ", b"=?a?q?"),
    "encoded words in strange lines": filled(b"Subject: ", b"\x0b=?utf-8?q?a?=\xc2\x85"),
    "marks before the subject": filled(b"Subject: ", b"[a] "),
    "a mark without end": filled(b"Subject: ", b"["),
    "parameters": filled(CONTENT_TYPE, b"a=b; "),
    "folded parameters": filled(CONTENT_TYPE, b"\n a=b;"),
    "quoted parameters": filled(CONTENT_TYPE, b'a=";"; '),
    "quotes": filled(CONTENT_TYPE, b'";'),
    "a quote without end": filled(CONTENT_TYPE + b'"', b";"),
    "continued parameters": CONTENT_TYPE + b"".join(b"boundary*%d*=%%41;" % n for n in range(45_000)),
    "a boundary in a strange charset": filled(CONTENT_TYPE + b"boundary*=punycode''", b"%41-"),
    "parts in each other": in_multiparts(48, b"y\n"),
    "too many of them": in_multiparts(5000, b"y\n"),
    "messages in each other": filled(b"", b"Content-Type: message/rfc822\n\n"),
    "boundaries": filled(PARTS, b"--b\n"),
    "almost boundaries": filled(PARTS, b"--b" + b" " * 5000 + b"x\n"),
    "headers": filled(b"", b"X:\n"),
    "the same header": filled(b"", b"Auto-Submitted: no\n"),
    "dates": filled(REQUEST, b"Received: ; Mon, 22 Jun 2026 07:00:00 +0000\n"),
    "a date": filled(REQUEST + b"Date: ", b"1:"),
    "marks of a gateway": filled(b"Subject: ", b"*a*[b]{"),
    "stars": filled(b"Subject: ", b"*"),
    "prefixes": filled(b"Subject: ", b"Re: "),
    "per cents": filled(b"Subject: ", b"%2525"),
    "recipients": filled(b"To: ", b"<a+" + b"b" * 32 + b"@c>, "),
    "references": filled(b"References: ", b"<a@b> "),
    "wishes": filled(b"\n", b"stop unsubscribe "),
    "wishes in lines": filled(b"\n", b"stop sending please\n"),
    "attributions": filled(b"\n", b"2026 2026 a@ wrote:\n"),
    "an attribution": filled(b"\n", b"2026 wrote @ ") + b":",
    "marks on letters": filled(b"Content-Type: text/plain; charset=utf-8\n\n", "\u0301".encode()),
    "tags": filled(HTML, b"<div>"),
    "tags without end": filled(HTML, b"<a b"),
    "comments without end": filled(HTML, b"<!--"),
    "quotations": filled(HTML, b"<blockquote>a"),
    "attributes": filled(HTML + b"<p ", b"a='b' "),
    "entities": filled(HTML, b"&amp;&#1;&"),
    "styles": filled(HTML, b"<p style='display   :   '>"),
    "tables": filled(HTML, b"<table><tr><td>"),
    "returned headers in each other": filled(FEEDBACK, b"Content-Type: text/rfc822-headers\n\n"),
    "returned mails": filled(FEEDBACK, b"\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <a@b>\n"),
    "envelopes": filled(b"", b"From a@b\n"),
    "empty lines": filled(b"\n", b"\n"),
    "NUL": filled(b"", b"\0"),
    "base64": filled(b"Content-Transfer-Encoding: base64\n\n", b"QUFB\n"),
    "quoted-printable": filled(b"Content-Transfer-Encoding: quoted-printable\n\n", b"=41=\n"),
    "uuencoded": filled(b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n", b"#0V%T\n"),
    "groups": filled(REPORT + b"--b\nContent-Type: message/delivery-status\n\n", b"Action: failed\n\n"),
    "international groups": filled(
        REPORT, b"--b\nContent-Type: message/global-delivery-status\n\n" + b"Action: failed\n\n" * 400
    ),
    "white space between groups": filled(
        REPORT + b"--b\nContent-Type: message/global-delivery-status\n\nAction: failed\n\n", b"\n ", b"x"
    ),
    "statuses": filled(
        REPORT + b"--b\nContent-Type: message/delivery-status\n\n",
        b"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: " + b"5.1.1." * 800 + b"\n\n",
    ),
    "words of a failure": filled(DAEMON + b"\n", b"The message could not be delivered "),
    "almost such words": filled(DAEMON + b"\n", b"message delivery error not nicht mail "),
    "addresses": filled(DAEMON + b"\n", b" a@b.example:\n"),
    "an address": filled(DAEMON + b"\n", b"a@"),
    "codes": filled(DAEMON + b"\n", b"550 5.1.1 "),
    "tags of a mail server": filled(DAEMON + b"Content-Type: text/html\n\n", b"<b <!-- "),
    "quoted lines": filled(DAEMON + b"\n", b"> > | \n"),
    "quoted Message-IDs": filled(DAEMON + b"\n", b"Message-ID:  > "),
    "fields in a text": filled(DAEMON + b"\n", b"Final-Recipient: x;a@b\nAction: failed\n\n"),
    "return paths": filled(b"From: MAILER-DAEMON\n", b"Received: for <b+" + b"a" * 31 + b"@b>\n"),
    "a return path": filled(b"From: MAILER-DAEMON\nTo: ", b"+a-"),
    "a subject in Japanese": filled(DAEMON + b"Subject: ", b"=?iso-2022-jp?b?GyRC?= "),
    "a text in Korean": filled(DAEMON + b"Content-Type: text/plain; charset=euc-kr\n\n", b"\xb0\xa1 "),
    "empty names": filled(b"From: ", b"<> "),
    "Message-IDs": filled(
        REPORT, b"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: " + b"<" * 5000 + b"\n\n"
    ),
}


@pytest.mark.parametrize("line_end", [b"\n", b"\r", b"\r\n"], ids=["LF", "CR", "CRLF"])
@pytest.mark.parametrize("message", HEAVY.values(), ids=HEAVY.keys())
def test_no_message_takes_long(message: bytes, line_end: bytes) -> None:
    require_cheap(
        lambda: (read(message.replace(b"\n", line_end)), needs_nobody(message)),
        refused_by=(TooComplex,),
        seconds=1,
        megabytes=100,
    )


WORDS = (
    b"Content-Type: |Content-Disposition: |Content-Transfer-Encoding: |Subject: |Date: |Message-ID: |"
    b"Received: |Auto-Submitted: |Action: |Status: |Final-Recipient: |multipart/report|multipart/mixed|"
    b"text/plain|base64|message/rfc822|message/delivery-status|message/global-delivery-status|"
    b"text/rfc822-headers|; boundary=b|; boundary*0*=|idna''|punycode|utf-8|=?|?q?|?b?|?=|5.1.1|failed|"
    b"unsubscribe |%41|; |a|<div>|<!--|<blockquote>|text/html|message/feedback-report|"
    b"Feedback-Type: |> |wrote:|From: MAILER-DAEMON|message-id: |"
    b"Delivered-To: b+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b|"
    b"550 |could not be delivered|delivery |message |nicht |envelope expired"
).split(b"|")
SIGNS = b'"|\\|<|[|(|=| |\n|\r|\r\n|\n\n|\r\r|\n |\n\t|--b\n|--b--\n|\0|\x0b|\x1c|\xc2\x85|\xe2\x80\xa8|\xff'
PIECES = st.sampled_from([*WORDS, *SIGNS.split(b"|")])
RUNS = st.lists(PIECES, min_size=1, max_size=6).map(b"".join)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Pieces of headers and bodies, some of them thousands of times, 1 MB at most."""
    runs = draw(st.lists(st.tuples(RUNS, st.sampled_from([1, 1, 2, 60, 5000, 100_000])), max_size=12))
    return b"".join(run * count for run, count in runs)[:MOST]


@settings(deadline=None)
@given(messages())
def test_no_mixture_takes_long_or_raises(message: bytes) -> None:
    require_cheap(
        lambda: (read(message), needs_nobody(message)), refused_by=(TooComplex,), seconds=1, megabytes=100
    )


def test_ten_thousand_bounces_are_read_in_half_a_minute() -> None:
    messages = [case.message for case in CORPUS] * (10_000 // len(CORPUS) + 1)
    require_cheap(lambda: [read(message) for message in messages], seconds=30, megabytes=100)
