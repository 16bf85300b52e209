"""Unsubscribe requests, complaints and delivery reports, as real mail programs write them."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from email import policy
from email.header import Header
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.domain.fault import Fault
from digest.domain.preferences import Action
from digest.mail.inbound.answers import ActionRequest, Bounce, UnsubscribeRequest
from digest.mail.inbound.mime import TooComplex
from digest.mail.inbound.parser import needs_nobody, read

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
REQUEST = f"unsubscribe {TOKEN}"
SEVEN = datetime(2026, 6, 23, 7, tzinfo=UTC)
MAIL = "mfrggzdfmztwq2lknnwg23tpobyxe43u"
ID = f"<{MAIL}@daily-papers.invalid>"


def message(subject: str = "", body: str = "", **headers: str) -> bytes:
    """A plain message from somebody; `headers` have _ for -."""
    lines = ["From: Ada <ada@example.org>", "To: digest@example.org", f"Subject: {subject}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body]).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "content",
    [
        message(REQUEST),
        message(f"  Unsubscribe   {TOKEN.upper()} "),
        message(f"unsubscribe\r\n {TOKEN}"),
        message(f"[EXTERNAL] [SPAM?] {REQUEST}"),
        message(Header(REQUEST, "utf-8").encode()),
        message("Re: 4 new papers", f"\r\n  \r\n{REQUEST.upper()}\r\n\r\n> 4 new papers\r\n"),
        message("=?no-such-charset?q?x?=", REQUEST, Content_Type="text/plain; charset=no-such-charset"),
        message(REQUEST, Auto_Submitted="no"),
        message(REQUEST, Auto_Submitted="auto-replied", Precedence="bulk", Return_Path="<>"),
        message(REQUEST, Return_Path="<ada@example.org>", X_Auto_Response_Suppress="All"),
        message(REQUEST, "caf\udce9", Content_Type='text/plain; charset="us-ascii'),
        message(REQUEST).replace(b"\r\n", b"\n"),
        message(REQUEST).replace(b"ada@example.org", b"mallory@example.net"),
    ],
    ids=[
        "the link as it is",
        "in capitals, with spaces",
        "folded",
        "marked by a company's mail server",
        "encoded",
        "first line of an answer",
        "first line in a charset that nobody has",
        "expressly not automatic",
        "from a program: the button of a mail program",
        "with headers that mean nothing here",
        "with a body of broken 8-bit text",
        "with bare line feeds",
        "from any address: the token counts",
    ],
)
def test_a_token_in_the_subject_or_the_first_line_is_a_request(content: bytes) -> None:
    assert read(content) == UnsubscribeRequest((TOKEN,))


QUOTED = f"> To stop, write to digest@example.org with this subject:\r\n>     {REQUEST}\r\n"


@pytest.mark.parametrize(
    "content",
    [
        message("unsubscribe", "unsubscribe"),
        message(f"{REQUEST} is what your mail says"),
        message(f"Re: {REQUEST}", "No, I do want these mails!"),
        message(f"Automatic reply: {REQUEST}", REQUEST),
        message(f"unsubscribe {TOKEN[:-1]}"),
        message(f"unsubscribe {TOKEN[:-1]}1"),
        message("Re: 4 new papers", f"{REQUEST} is what your mail says"),
        message("Re: 4 new papers", f"Thank you!\r\n\r\n{QUOTED}"),
        message("Fwd: 4 new papers", QUOTED),
        message("Fwd: 4 new papers", f"-------- Forwarded --------\r\n{REQUEST}\r\n"),
        message("Re: 4 new papers", REQUEST, Auto_Submitted="auto-replied (vacation)"),
        message("Re: 4 new papers", REQUEST, Auto_Submitted="auto-generated; owner=x"),
        message("Re: 4 new papers", REQUEST, Precedence="Bulk"),
        message("Re: 4 new papers", REQUEST, Precedence="list"),
        message("Re: 4 new papers", REQUEST, Precedence="junk"),
        message("Re: 4 new papers", REQUEST, Precedence="auto_reply"),
        message("Re: 4 new papers", REQUEST, X_Autoreply="yes"),
        message("Re: 4 new papers", REQUEST, X_Autorespond="4 new papers"),
        message("Re: 4 new papers", REQUEST, Return_Path="<>"),
        message(REQUEST, Content_Type="multipart/report; boundary=x"),
        b"",
        b"\xff\x00\r\n\r\n\xfe",
        message(REQUEST)[10:17],
    ],
    ids=[
        "no token",
        "more words in the subject",
        "an answer that says something else",
        "an automatic answer to a request",
        "too short a token",
        "a character that no token has",
        "more words in the first line",
        "a quoted digest",
        "a forwarded digest",
        "a forwarded request",
        "a vacation notice",
        "a program's message",
        "bulk mail",
        "a mailing list",
        "junk",
        "an old automatic reply",
        "X-Autoreply",
        "X-Autorespond",
        "null sender",
        "a report",
        "empty",
        "no message at all",
        "a scrap of one",
    ],
)
def test_nothing_else_is_a_request(content: bytes) -> None:
    assert read(content) is None


def test_the_first_line_counts_in_any_part_that_has_the_text() -> None:
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = "Re: 4 new papers"
    mail.set_content(f"{REQUEST}\n\nAda\n", cte="base64")
    mail.add_alternative(f"<p>{REQUEST}</p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    assert read(mail.as_bytes()) == UnsubscribeRequest((TOKEN,))


def test_a_request_in_an_attached_message_does_not_count() -> None:
    inner = EmailMessage(policy=policy.SMTP)
    inner["Subject"] = REQUEST
    inner.set_content(f"{REQUEST}\n")
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = "what is this?"
    mail.set_content("see below\n")
    mail.add_attachment(inner)
    assert read(mail.as_bytes()) is None


POSTFIX = f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="A1.1750000000/mx.example.net"

This is a MIME-encapsulated message.

--A1.1750000000/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--A1.1750000000/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: A1
Arrival-Date: Tue, 23 Jun 2026 07:00:01 +0000 (UTC)

Final-Recipient: rfc822; ada@example.org
Original-Recipient: rfc822;ada@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 <ada@example.org>: Recipient address rejected:
    User unknown in local recipient table

--A1.1750000000/mx.example.net
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <digest@example.org>
From: Daily Papers <digest@example.org>
To: ada@example.org
Message-ID: {ID}
List-Unsubscribe: <mailto:digest@example.org?subject=unsubscribe%20{TOKEN}>

--A1.1750000000/mx.example.net--
"""
RETURNED = f"""\
From: Daily Papers <digest@example.org>
Subject: {REQUEST}
Message-ID:
 {ID}
Content-Type: multipart/alternative; boundary=digest

--digest
Content-Type: text/plain

{REQUEST}
--digest--
"""
EXIM = f"""\
Auto-Submitted: auto-replied
From: Mail Delivery System <MailBuilder-Daemon@exim.example.net>
Content-Type: multipart/report; report-type=delivery-status; boundary=1750000000-eximdsn-1
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender

--1750000000-eximdsn-1
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

--1750000000-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; exim.example.net

Action: failed
Final-Recipient: rfc822;ada@example.org
Status: 5.0.0
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 No such person here

--1750000000-eximdsn-1
Content-type: message/rfc822

{RETURNED}
--1750000000-eximdsn-1--
"""
SENDMAIL = f"""\
From: Mail Delivery Subsystem <MAILER-DAEMON@sendmail.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="s5N7.1750000000/sendmail.example.net"
Auto-Submitted: auto-generated (failure)

--s5N7.1750000000/sendmail.example.net

The original message was received at Tue, 23 Jun 2026 07:00:01 GMT

--s5N7.1750000000/sendmail.example.net
Content-Type: message/delivery-status

Reporting-MTA: dns; sendmail.example.net
Received-From-MTA: DNS; digest.example.org
Arrival-Date: Tue, 23 Jun 2026 07:00:01 GMT

Final-Recipient: RFC822; <Ada@Example.org>
Action: failed
Status: 5.1.1 (no such mailbox)
Diagnostic-Code: SMTP; 550 5.1.1 User unknown
Last-Attempt-Date: Tue, 23 Jun 2026 07:00:02 GMT

--s5N7.1750000000/sendmail.example.net
Content-Type: message/rfc822

{RETURNED}
--s5N7.1750000000/sendmail.example.net--
"""
EXCHANGE = f"""\
From: <postmaster@tenant.example.net>
MIME-Version: 1.0
X-MS-Exchange-Message-Is-Ndr:
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="b688dfd1"
Content-Language: en-US
Subject: Undeliverable: 4 new papers
Auto-Submitted: auto-replied

--b688dfd1
Content-Type: multipart/alternative; differences=Content-Type; boundary="2e8b8a3c"

--2e8b8a3c
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

ada wasn't found at example.org.

--2e8b8a3c
Content-Type: text/html; charset="us-ascii"

<p>ada wasn't found at example.org.</p>

--2e8b8a3c--

--b688dfd1
Content-Type: message/delivery-status

Reporting-MTA: dns;exchange.example.net
Received-From-MTA: dns;relay.example.net
Arrival-Date: Tue, 23 Jun 2026 07:00:01 +0000

Final-Recipient: rfc822;ada@example.org
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup

--b688dfd1
Content-Type: message/rfc822

{RETURNED}
--b688dfd1--
"""
GMAIL = f"""\
From: Mail Delivery Subsystem <mailer-daemon@mail.example.com>
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
Content-Type: multipart/report; boundary="0000000000005f"; report-type=delivery-status

--0000000000005f
Content-Type: multipart/related; boundary="0000000000005e"

--0000000000005e
Content-Type: text/html; charset="UTF-8"

<b>Address not found</b>

--0000000000005e
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--0000000000005e--

--0000000000005f
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com
Received-From-MTA: dns; digest@example.org
X-Original-Message-ID: {ID}
Arrival-Date: Tue, 23 Jun 2026 00:00:01 -0700 (PDT)

Final-Recipient: rfc822; ada@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.org. (192.0.2.1, the server for the domain example.org.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
Last-Attempt-Date: Tue, 23 Jun 2026 00:00:02 -0700 (PDT)

--0000000000005f
Content-Type: message/rfc822

{RETURNED}
--0000000000005f--
"""
INTERNATIONAL = (
    POSTFIX.replace("message/delivery-status", "message/global-delivery-status")
    .replace("rfc822; ada@example.org", "utf-8; jörg@example.org")
    .replace("text/rfc822-headers", "message/global-headers")
)
RETURNED_WHOLE = INTERNATIONAL.replace("message/global-headers", "message/global")
ADA = "ada@example.org"


@pytest.mark.parametrize(
    ("report", "bounce"),
    [
        (POSTFIX, Bounce(MAIL, ADA, "5.1.1", Fault.GONE)),
        (EXIM, Bounce(MAIL, ADA, "5.1.1", Fault.GONE)),
        (SENDMAIL, Bounce(MAIL, "Ada@Example.org", "5.1.1", Fault.GONE)),
        (EXCHANGE, Bounce(MAIL, ADA, "5.1.10", Fault.GONE)),
        (GMAIL, Bounce(MAIL, ADA, "5.1.1", Fault.GONE)),
        (INTERNATIONAL, Bounce(MAIL, "jörg@example.org", "5.1.1", Fault.GONE)),
        (RETURNED_WHOLE, Bounce(MAIL, "jörg@example.org", "5.1.1", Fault.GONE)),
    ],
    ids=["Postfix", "Exim", "sendmail", "Exchange", "Gmail", "international", "international, whole"],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_report_names_the_mail_and_its_failed_recipient(report: str, bounce: Bounce, line_end: str) -> None:
    assert read(report.replace("\n", line_end).encode()) == bounce


def reporting(action: str = "failed", status: str = "5.1.1", said: str = "") -> bytes:
    """Postfix's report with another action, status and reply of the server."""
    report = re.sub(
        r"Diagnostic-Code: .*\n +.*\n", f"Diagnostic-Code: smtp; {said}\n" if said else "", POSTFIX
    )
    report = report.replace("Action: failed", f"Action: {action}")
    return report.replace("Status: 5.1.1", f"Status: {status}").encode()


@pytest.mark.parametrize(
    ("status", "said", "judged", "fault"),
    [
        ("5.1.1", "", "5.1.1", Fault.GONE),
        ("5.1.6", "", "5.1.6", Fault.GONE),
        ("5.1.10", "", "5.1.10", Fault.GONE),
        ("5.0.0 (unknown)", "550 5.1.1 No such person", "5.1.1", Fault.GONE),
        ("", "550 5.1.1 User unknown", "5.1.1", Fault.GONE),
        ("5.1.0", "", "5.1.0", Fault.ADDRESS),
        ("5.1.2", "", "5.1.2", Fault.ADDRESS),
        ("5.1.3", "", "5.1.3", Fault.ADDRESS),
        ("5.1.70", "", "5.1.70", Fault.ADDRESS),
        ("5.2.1", "", "5.2.1", Fault.ADDRESS),
        ("5.2.2", "", "5.2.2", Fault.LATER),
        ("5.4.4", "", "5.4.4", Fault.ADDRESS),
        ("4.4.7", "connection timed out", "4.4.7", Fault.ADDRESS),
        ("4.4.3", "", "4.4.3", Fault.ADDRESS),
        ("4.1.1", "450 4.1.1 unverified address", "4.1.1", Fault.ADDRESS),
        ("5.1.1", "450 4.1.1 unverified address", "4.1.1", Fault.ADDRESS),
        ("5.5.0", "550 5.5.0 sorry", "5.5.0", Fault.UNCLEAR),
        ("", "", "", Fault.UNCLEAR),
        ("five", "550 no", "550", Fault.UNCLEAR),
        ("5.1.1", "550 5.2.1 closed", "5.2.1", Fault.ADDRESS),
        ("5.2.1", "550 5.1.1 User unknown", "5.1.1", Fault.ADDRESS),
        ("5.1.1", "550 5.1.1 Mailbox full", "5.1.1", Fault.LATER),
        ("5.1.7", "", "5.1.7", Fault.OURS),
        ("5.1.8", "", "5.1.8", Fault.OURS),
        ("5.7.1", "", "5.7.1", Fault.OURS),
        ("5.1.1", "550 5.7.1 not you", "5.7.1", Fault.OURS),
        ("5.1.1", "550 5.1.1 your host is on a blacklist", "5.1.1", Fault.OURS),
        ("5.2.3", "", "5.2.3", Fault.MESSAGE),
        ("5.3.4", "", "5.3.4", Fault.MESSAGE),
        ("5.6.0", "", "5.6.0", Fault.MESSAGE),
    ],
)
def test_a_failure_is_final_whatever_its_status_and_judged_by_status_and_words(
    status: str, said: str, judged: str, fault: Fault
) -> None:
    assert read(reporting(status=status, said=said)) == Bounce(MAIL, ADA, judged, fault)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "", "failed-perhaps"])
def test_only_a_failure_counts(action: str) -> None:
    assert read(reporting(action)) is None


@pytest.mark.parametrize(
    ("said", "status", "fault"),
    [
        ("smtp; 550 5.1.1 No such person", "5.1.1", Fault.GONE),
        ("smtp; 550-5.1.1 No such\n 550 5.1.1 person", "5.1.1", Fault.GONE),
        ("smtp; 550 Sorry", "5.0.0", Fault.UNCLEAR),
        ("smtp; 550 No such user", "5.0.0", Fault.ADDRESS),
        ("smtp; 550 asked 192.5.1.1 in vain", "5.0.0", Fault.UNCLEAR),
        ("smtp; 550 asked 5.1.1.9 in vain", "5.0.0", Fault.UNCLEAR),
    ],
)
def test_where_the_reporter_has_no_status_the_servers_own_words_count(
    said: str, status: str, fault: Fault
) -> None:
    report = EXIM.replace("smtp; 550 5.1.1 No such person here", said)
    assert read(report.encode()) == Bounce(MAIL, ADA, status, fault)


def test_capitals_and_comments_do_not_change_a_field() -> None:
    assert read(reporting("FAILED (permanently)")) == Bounce(MAIL, ADA, "5.1.1", Fault.GONE)


@pytest.mark.parametrize(
    ("final", "original", "recipient"),
    [
        ("rfc822; ada@example.net", "rfc822;ada@example.org", "ada@example.net"),
        ("x400; /S=ada/", "rfc822;ada@example.org", ADA),
        ("rfc822; ada", "unknown", ""),
    ],
    ids=["the final one", "the original one", "none"],
)
def test_the_address_that_failed_is_named(final: str, original: str, recipient: str) -> None:
    report = POSTFIX.replace("rfc822; ada@example.org", final).replace("rfc822;ada@example.org", original)
    assert read(report.encode()) == Bounce(MAIL, recipient, "5.1.1", Fault.GONE)


SECOND = "\nFinal-Recipient: rfc822; bo@example.org\nAction: {}\nStatus: {}\n"


@pytest.mark.parametrize(
    ("action", "status", "bounce"),
    [
        ("failed", "5.1.1", Bounce(MAIL, ADA, "5.1.1", Fault.ADDRESS)),
        ("failed", "5.7.1", Bounce(MAIL, ADA, "5.1.1", Fault.ADDRESS)),
        ("delayed", "4.4.1", Bounce(MAIL, ADA, "5.1.1", Fault.ADDRESS)),
        ("delivered", "2.0.0", None),
        ("relayed", "2.0.0", None),
    ],
    ids=["nobody", "nobody, by policy", "one later perhaps", "one got it", "one is further on"],
)
def test_an_address_that_forwards_to_several_exists(action: str, status: str, bounce: Bounce | None) -> None:
    words = "    User unknown in local recipient table\n"
    report = POSTFIX.replace(words, words + SECOND.format(action, status))
    assert read(report.encode()) == bounce


@pytest.mark.parametrize(
    "report",
    [
        POSTFIX.replace("text/rfc822-headers", "text/plain"),
        POSTFIX.replace("multipart/report", "multipart/mixed"),
        POSTFIX.replace("--A1", "--A2"),
        POSTFIX.replace(f"Message-ID: {ID}\n", "").replace(
            "Subject:", f"Envelope-To: b+{MAIL}@a.example\nSubject:"
        ),
    ],
    ids=["as a text", "no report", "without its boundary", "at the return path"],
)
def test_a_report_is_read_in_whatever_it_is_packed(report: str) -> None:
    assert read(report.encode()) == Bounce(MAIL, ADA, "5.1.1", Fault.GONE)


@pytest.mark.parametrize("separator", "+-=")
@pytest.mark.parametrize(
    "name",
    ["To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "Received"],
)
def test_the_return_path_that_a_report_was_sent_to_names_the_mail(name: str, separator: str) -> None:
    recipient = f"<Bounces{separator}{MAIL.upper()}@sender.example>"
    header = f"{name}: from a by b for {recipient}; date" if name == "Received" else f"{name}: {recipient}"
    report = f"{header}\nFrom: MAILER-DAEMON@a.example\nSubject: failure notice\n\n550 5.1.1 User unknown\n"
    assert read(report.encode()) == Bounce(MAIL, "", "5.1.1", Fault.GONE)


@pytest.mark.parametrize(
    "report",
    [
        POSTFIX.replace(f"Message-ID: {ID}\n", ""),
        POSTFIX.replace(ID, "not an id"),
        POSTFIX.replace("message/delivery-status", "message/feedback-report"),
        POSTFIX[: POSTFIX.index("Content-Description: Undelivered")],
        POSTFIX[: POSTFIX.index("This is a MIME")],
        "Subject: fwd\nContent-Type: message/rfc822\n\n" + POSTFIX,
    ],
    ids=[
        "no Message-ID",
        "a Message-ID that is none",
        "a complaint",
        "cut off before the returned headers",
        "headers alone",
        "a report that somebody passed on",
    ],
)
def test_an_incomplete_report_is_ignored(report: str) -> None:
    assert read(report.encode()) is None


@pytest.mark.parametrize(
    ("headers", "name", "latest"),
    [
        ({}, "", None),
        ({"Date": "Tue, 23 Jun 2026 09:00:00 +0200"}, "Tue, 23 Jun 2026 09:00:00 +0200", SEVEN),
        ({"Date": "Tue, 23 Jun 2026 07:00:00 -0000", "Message-ID": " <a@b> "}, "<a@b>", SEVEN),
        (
            {"Date": "yesterday", "Received": "from x by y; Tue, 23 Jun 2026 07:00:00 GMT (UTC)"},
            "yesterday",
            SEVEN,
        ),
        (
            {"Date": "Thu, 1 Jan 1970 00:00:00 +0000", "Received": "by y; Tue, 23 Jun 2026 07:00:00 +0000"},
            "Thu, 1 Jan 1970 00:00:00 +0000",
            SEVEN,
        ),
        (
            {"Date": "Tue, 23 Jun 99999999999 07:00:00 +9999999999"},
            "Tue, 23 Jun 99999999999 07:00:00 +9999999999",
            None,
        ),
    ],
    ids=[
        "nothing",
        "a date",
        "no zone, a Message-ID",
        "a server's date",
        "the latest date",
        "no date at all",
    ],
)
def test_a_request_says_which_it_is_and_how_late_it_was_under_way(
    headers: dict[str, str], name: str, latest: datetime | None
) -> None:
    fields = {key.replace("-", "_"): value for key, value in headers.items()}
    assert read(message(REQUEST, **fields)) == UnsubscribeRequest((TOKEN,), (), name, latest)


def test_a_wish_without_a_token_is_about_the_mail_that_it_answers() -> None:
    answer = message("Re: 4 new papers", "unsubscribe", In_Reply_To=ID, References=f"<1@example.org> {ID}")
    assert read(answer) == UnsubscribeRequest((), (ID,))
    assert read(answer.replace(b"In-Reply-To", b"X")) == UnsubscribeRequest((), ("<1@example.org>", ID))
    assert read(answer.replace(ID.encode(), b"", 1)) == UnsubscribeRequest((), ("<1@example.org>", ID))
    assert read(message("x", f"unsubscribe\r\n\r\n{QUOTED}")) == UnsubscribeRequest((TOKEN,))


def test_a_complaint_is_about_the_innermost_mail_that_it_returns() -> None:
    report = (
        "Content-Type: multipart/report; boundary=b\nMessage-ID: <report@isp.example>\n\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n"
        "--b\nContent-Type: message/rfc822\n\n"
        "Message-ID: <outer@isp.example>\nContent-Type: message/rfc822\n\n"
        f"Message-ID: {ID}\nDate: Tue, 23 Jun 2026 07:00:00 +0000\n"
        f"List-Unsubscribe: <mailto:d@example.org?subject=unsubscribe%20{TOKEN}>\n\n--b--\n"
    )
    mails = (ID, "<outer@isp.example>")
    assert read(report.encode()) == UnsubscribeRequest((TOKEN,), mails, ID, SEVEN, is_complaint=True)


def test_neither_token_nor_address_shows_in_a_traceback() -> None:
    shown = repr((read(message(REQUEST)), read(POSTFIX.encode())))
    assert TOKEN not in shown
    assert ADA not in shown


LINES = st.sampled_from(
    [
        f"Subject: {REQUEST}",
        "Subject: =?utf-8?b?=?=",
        "Content-Type: multipart/report; boundary=b",
        "Content-Type: multipart/report; boundary*0*=x''%; boundary*1=",
        "Content-Type: message/delivery-status",
        "Content-Type: message/rfc822",
        "Content-Type: message/global-delivery-status",
        "Content-Type: text/rfc822-headers",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: ;;=",
        "Return-Path: <",
        "Auto-Submitted:",
        f"Message-ID: {ID}",
        "Message-ID: <[]@[",
        "Action: failed",
        "Content-Type: message/feedback-report",
        "Feedback-Type: abuse",
        f"In-Reply-To: {ID}",
        f"To: digest+{TOKEN}@example.org",
        "unsubscribe",
        "> quoted",
        "On 1 Jan 2026 Ada wrote:",
        "Content-Type: text/html",
        "<blockquote>",
        "Status: 5.1.1",
        "Final-Recipient: rfc822; a@b",
        "From: MAILER-DAEMON",
        f"Delivered-To: b+{MAIL}@a.example",
        "Content-Type: text/html; charset=utf-7",
        "Content-Type: text/plain; charset=cp0",
        "550 5.1.1 a@b: user unknown",
        "could not be delivered",
        'From: "(<@,:;',
        "--b",
        "--b--",
        "",
        "\ud800\udcff",
    ]
)


@settings(max_examples=3 * settings().max_examples, deadline=None)
@given(st.lists(LINES | st.text(max_size=20), max_size=25), st.sampled_from(["\n", "\r\n", "\r"]))
def test_all_that_strangers_write_is_read_or_ignored(lines: list[str], line_end: str) -> None:
    with suppress(TooComplex):
        content = line_end.join(lines).encode("utf-8", "replace")
        assert isinstance(read(content), UnsubscribeRequest | Bounce | None)
        assert isinstance(needs_nobody(content), bool)


WEEKLY = f"weekly {TOKEN}"


@pytest.mark.parametrize(
    "content",
    [
        message(WEEKLY),
        message(WEEKLY, "Send this mail: one mail a week comes.", Auto_Submitted="auto-generated"),
        message(f"Fwd: {WEEKLY}", "Send this mail: one mail a week comes."),
        message("Re: 4 new papers", f"{WEEKLY}\r\n\r\n> 4 new papers"),
        message(f"[EXT] {WEEKLY}", In_Reply_To="<a@example.net>"),
    ],
    ids=["the link", "from a program", "passed on", "first line of an answer", "in a thread"],
)
def test_an_action_is_understood(content: bytes) -> None:
    assert read(content) == ActionRequest(Action.WEEKLY, "", TOKEN)


@pytest.mark.parametrize(
    "content",
    [
        message(f"Re: {WEEKLY}", "What does this do?"),
        message(f"Re: {WEEKLY}", Auto_Submitted="auto-replied"),
        message(WEEKLY, Auto_Submitted="auto-replied", In_Reply_To="<a@example.net>"),
        message("Out of office", WEEKLY, Auto_Submitted="auto-replied"),
        message("4 new papers", f"> {WEEKLY}"),
    ],
    ids=["a question", "an automatic reply", "one without a prefix", "in its text", "quoted"],
)
def test_an_action_that_is_only_repeated_is_none(content: bytes) -> None:
    assert read(content) is None


@pytest.mark.parametrize("body", [REQUEST, "Unsubscribe me, please."])
def test_who_wants_to_leave_gets_no_action_instead(body: str) -> None:
    content = message(WEEKLY, body)
    assert read(content) == UnsubscribeRequest((TOKEN,))
