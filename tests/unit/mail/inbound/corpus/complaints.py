"""Complaints (RFC 5965) as mail providers write them, with our mail named in different places."""

# A row a message, however long.
# ruff: noqa: E501
# fmt: off

import base64

from tests.unit.mail.inbound.corpus.case import HEAD, Case, Verdict

COMPLAINT, NOTHING = Verdict.COMPLAINT, Verdict.NOTHING
REDACTED = "From: Daily Papers\nTo: redacted@isp.example\nSubject: 4 new papers"
ENCODED = base64.encodebytes(HEAD.encode()).decode()


def feedback(kind: str, *, fields: str = "", returned: str = "message/rfc822", mail: str = "{head}") -> str:
    return (
        "From: fbl@isp.example\nTo: digest@sender.example\nSubject: Abuse report\nMessage-ID: <f1@isp.example>\n"
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nThis is an abuse report.\n\n--b\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: {kind}\nUser-Agent: Invented/1.0\nVersion: 1\n{fields}\n"
        f"--b\nContent-Type: {returned}\n\n{mail}\n--b--\n"
    )


COMPLAINTS = (
    Case("feedback: abuse", COMPLAINT, feedback("abuse")),
    Case("feedback: opt-out, headers only", COMPLAINT, feedback("opt-out", returned="text/rfc822-headers")),
    Case("feedback: the mail as a text", COMPLAINT, feedback("abuse", returned="text/plain")),
    Case("feedback: the mail as a file", COMPLAINT, feedback("abuse", returned="application/octet-stream; name=mail.eml")),
    Case("feedback: the mail encoded", COMPLAINT, feedback("abuse", returned="message/rfc822\nContent-Transfer-Encoding: base64", mail=ENCODED)),
    Case("feedback: only List-Unsubscribe is left", COMPLAINT, feedback("abuse", mail=REDACTED + "\nMessage-ID: <redacted>\nList-Unsubscribe: <mailto:digest@sender.example?subject=unsubscribe%20{token}>")),
    Case("feedback: only Return-Path is left", COMPLAINT, feedback("abuse", mail="Return-Path: <bounces+{mail}@sender.example>\n" + REDACTED)),
    Case("feedback: the return path as a field", COMPLAINT, feedback("abuse", fields="Original-Mail-From: <bounces+{mail}@sender.example>\n", mail=REDACTED)),
    Case("feedback: the envelope's name as a field", COMPLAINT, feedback("abuse", fields="Original-Envelope-Id: {mail}\n", mail=REDACTED)),
    Case("feedback: the Message-ID as a field", COMPLAINT, feedback("abuse", fields="Original-Message-ID: {id}\n", mail=REDACTED)),
    Case("feedback: nothing is left", NOTHING, feedback("abuse", mail=REDACTED)),
    Case("feedback: no spam", NOTHING, feedback("not-spam")),
    Case("feedback: authentication", NOTHING, feedback("auth-failure")),
    Case("hotmail's older form", COMPLAINT, "From: staff@mail.example\nSubject: complaint about message from 192.0.2.1\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: {to}\n{head}\n\nHello\n--b--\n"),
)
