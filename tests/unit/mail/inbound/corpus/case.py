"""A message of the corpus and what it is to do; and what all messages have in common.

The forms are those of real servers and mail programs; names, addresses and words are invented.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Verdict(Enum):
    """What becomes of the subscriber."""

    STRUCK_OFF = auto()
    COUNTED = auto()
    NOT_CHARGED = auto()
    """Our own trouble: it is told, and nobody is charged."""
    NOTHING = auto()
    WISH = auto()
    COMPLAINT = auto()


@dataclass(frozen=True, slots=True)
class Case:
    """`text` has LF at its line ends, and the words of `PLACES` in braces."""

    name: str
    verdict: Verdict
    text: str

    @property
    def message(self) -> bytes:
        text = self.text
        for word, value in PLACES.items():
            text = text.replace("{" + word + "}", value)
        return text.encode()


MAIL = "mfrggzdfmztwq2lknnwg23tpobyxe43u"
TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
HEAD = f"""\
Return-Path: <bounces@sender.example>
Received: from digest.sender.example by relay.example.net with ESMTPSA id 4X7Q;
 Tue, 23 Jun 2026 07:00:01 +0000
Date: Tue, 23 Jun 2026 07:00:00 +0000
From: Daily Papers <digest@sender.example>
To: ada@reader.example
Subject: 4 new papers
Message-ID: <{MAIL}@sender.example>
List-Unsubscribe: <mailto:digest@sender.example?subject=unsubscribe%20{TOKEN}>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=digest"""
PLACES = {
    "head": HEAD,
    "quoted head": "\n".join(f"> {line}" for line in HEAD.splitlines()),
    "mail": MAIL,
    "id": f"<{MAIL}@sender.example>",
    "to": "ada@reader.example",
    "token": TOKEN,
    "link": f"unsubscribe {TOKEN}",
}


def daemon(
    subject: str, sender: str = "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>", more: str = ""
) -> str:
    """The header of a mail server's message, up to its Content-Type."""
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: digest@sender.example\nSubject: {subject}\n"
        f"Date: Tue, 23 Jun 2026 07:05:00 +0000\nMessage-ID: <r1@mx.example.net>\n{more}MIME-Version: 1.0\n"
    )


def report(head: str, words: str, fields: str, returned: str, kind: str = "multipart/report") -> str:
    """A report in three parts; `returned` is the type of the last one, or empty if it has none."""
    parameter = "; report-type=delivery-status" if kind == "multipart/report" else ""
    parts = [
        f'Content-Type: {kind}{parameter}; boundary="=_b1"\n\nThis is a MIME-formatted message.\n',
        f"Content-Type: text/plain; charset=utf-8\n\n{words}\n",
        f"Content-Type: message/delivery-status\n\n{fields}\n",
        *([f"Content-Type: {returned}\n\n{{head}}\n\n--digest\n\nHello\n--digest--\n"] if returned else []),
    ]
    return head + "\n--=_b1\n".join(parts) + "\n--=_b1--\n"


def plain(head: str, words: str, charset: str = "utf-8") -> str:
    """A text for a person."""
    return f"{head}Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n{words}\n"
