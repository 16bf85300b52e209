"""From a rendered digest to the bytes of a message (RFC 5322, MIME).

The header block is written here, line by line. The email package would fold long links into encoded
words, and before CPython 3.11.10 it decodes encoded words in a header that is being written, line
ends and all, so that a title could add headers: https://github.com/python/cpython/issues/121650
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageDefect, NonASCIILocalPartDefect, UndecodableBytesDefect
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, quote

from digest.domain.mails import Mail, Rendered
from digest.domain.settings import MailSettings
from digest.domain.subscribers import Subscriber
from digest.domain.text import one_line
from digest.errors import RenderError
from digest.mail.addresses import bare_address, display_name, domain, unsubscribe_url

_CRLF = "\r\n"

_BODY = policy.SMTP.clone(max_line_length=76)  # quoted-printable lines (RFC 2045, section 6.7)

_STRUCTURE = ("multipart/alternative", "text/plain", "text/html")

_OF_A_PART = ("Content-Type", "Content-Transfer-Encoding")

_LONGEST_LINE = 998  # octets, without its CRLF (RFC 5322, section 2.1.1)

_LONGEST_ENCODED_LINE = 76  # RFC 2047, section 2

_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')  # RFC 5322, section 3.2.3

_STRAY_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")

_OF_AN_ADDRESS_BEYOND_ASCII = (NonASCIILocalPartDefect, UndecodableBytesDefect)


def header_text(text: str) -> str:
    """The text as one line in which nothing can be taken for an encoded word (RFC 2047, section 2)."""
    return one_line(text).replace("=?", "= ?")


def compose_message(
    rendered: Rendered,
    settings: MailSettings,
    subscriber: Subscriber,
    *,
    message_id: str,
    token: str,
    date: datetime,
) -> Mail:
    """The finished mail: text, then HTML, both in quoted-printable; lines end in CRLF.

    It is ASCII, but for an address of the subscriber's that is not (RFC 6532), which needs SMTPUTF8.
    `token` is what the subscriber unsubscribes with. Raises RenderError as check_message does.
    """
    headers = {
        "From": _sender("From", settings.sender),
        "To": _mailbox("To", subscriber.name, subscriber.email),
        **({"Reply-To": _sender("Reply-To", settings.reply_to)} if settings.reply_to else {}),
        "Subject": _words("Subject", header_text(rendered.subject)),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "List-Id": f"Daily Papers <daily-papers.{domain(settings.sender)}>",
        "List-Unsubscribe": f"<{unsubscribe_url(settings, token)}>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
    }
    content = _block(headers) + _body(rendered)
    check_message(content, (*headers, "Content-Type"), subscriber.email)
    return Mail(message_id, subscriber.email, bare_address(settings.sender), content)


def compose_notice(
    rendered: Rendered, settings: MailSettings, recipient: str, *, message_id: str, date: datetime
) -> Mail:
    """A message to whoever runs the program, of its text alone. Raises RenderError as check_message does."""
    headers = {
        "From": _sender("From", settings.sender),
        "To": recipient,
        "Subject": _words("Subject", header_text(rendered.subject)),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    content = _block(headers) + _part(rendered.text, "plain").as_bytes()
    check_message(content, (*headers, *_OF_A_PART), recipient, structure=["text/plain"])
    return Mail(message_id, recipient, bare_address(settings.sender), content)


def _block(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}{_CRLF}" for name, value in headers.items()).encode()


def check_message(
    content: bytes, intended: Sequence[str], recipient: str, *, structure: Sequence[str] = _STRUCTURE
) -> None:
    """Raises RenderError unless whoever reads the message sees what it was made of, and nothing else.

    That is these header names in this order, a text and a page (or what parts the structure names), and
    lines that every mail server carries unchanged: short, ended by CRLF, in ASCII but for the recipient's
    address.
    """
    for fact, passed in _checks(content, intended, recipient, structure).items():
        if not passed:
            error = RenderError(f"the message would {fact}")
            error.hint = "nothing was sent; please report the titles that arXiv listed"
            raise error


def _checks(
    content: bytes, intended: Sequence[str], recipient: str, structure: Sequence[str]
) -> dict[str, bool]:
    """What would be wrong with the message, and whether it is right."""
    message = message_from_bytes(content, policy=policy.default)
    headers, parts = message.keys(), [part.get_content_type() for part in message.walk()]
    defects = list(_defects(message))
    return {
        f"have the headers {', '.join(headers)}": headers == list(intended),
        f"have the parts {', '.join(parts)}": parts == list(structure),
        f"be malformed: {', '.join(defects)}": not defects,
        "have a line end other than CRLF": not _STRAY_LINE_END.search(content),
        f"have a line of more than {_LONGEST_LINE} octets": _longest_line(content) <= _LONGEST_LINE,
        "have octets beyond ASCII": content.replace(recipient.encode(), b"", 1).isascii(),
    }


def _defects(message: EmailMessage) -> Iterator[str]:
    """The names of what the email package finds wrong with the parts and their headers."""
    for part in message.walk():
        found: list[MessageDefect] = [*part.defects]
        for header in part.values():
            found += header.defects
        for defect in found:
            if not isinstance(defect, _OF_AN_ADDRESS_BEYOND_ASCII):
                yield type(defect).__name__


def _longest_line(content: bytes) -> int:
    return max(map(len, content.split(b"\r\n")))


def _body(rendered: Rendered) -> bytes:
    body = EmailMessage(policy=_BODY)
    body["Content-Type"] = "multipart/alternative"
    body.attach(_part(rendered.text, "plain"))
    body.attach(_part(rendered.html, "html"))
    return body.as_bytes()


def _part(content: str, subtype: str) -> EmailMessage:
    part = EmailMessage(policy=_BODY)
    part.set_content(content, subtype=subtype, charset="utf-8", cte="quoted-printable")
    del part["MIME-Version"]  # which belongs to the message as a whole
    return part


def _sender(header: str, value: str) -> str:
    return _mailbox(header, display_name(value), bare_address(value))


def _mailbox(header: str, name: str, address: str) -> str:
    """A name and an address (RFC 5322, section 3.4); only the name may be encoded (RFC 2047, section 5)."""
    phrase = header_text(name)
    if not phrase:
        return address
    if not phrase.isascii():
        return f"{_words(header, phrase)}{_CRLF} <{address}>"
    return f'"{quote(phrase)}" <{address}>' if _SPECIALS.search(phrase) else f"{phrase} <{address}>"


def _words(header: str, text: str) -> str:
    """A text as it stands in that header: if need be in encoded words, folded; spaces survive."""
    if text.isascii():
        return text
    return Header(text, "utf-8", _LONGEST_ENCODED_LINE, header).encode(linesep=_CRLF)
