"""Make the bytes of a message from a rendered digest (RFC 5322, MIME).

The header block is written here, line by line. The email package would fold long links into encoded
words, and before CPython 3.11.10 it decodes encoded words in a header that is being written, with their
line ends, so that a title could add headers: https://github.com/python/cpython/issues/121650
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageDefect, NonASCIILocalPartDefect, UndecodableBytesDefect
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, quote

from digest.domain.mails import Mail, Rendered
from digest.domain.settings import MailSettings
from digest.domain.subscribers import Subscriber
from digest.domain.text import one_line, shortened
from digest.errors import RenderError
from digest.mail.addresses import bare_address, display_name, envelope_sender
from digest.mail.list_headers import list_headers

Sign = Callable[[bytes], bytes]
"""Returns the signature of a message as a header field that goes before it; empty if it is not signed."""

_CRLF = "\r\n"
_BODY = policy.SMTP.clone(max_line_length=76)  # quoted-printable lines (RFC 2045, section 6.7)
_STRUCTURE = ("multipart/alternative", "text/plain", "text/html")
_SIGNATURE = "DKIM-Signature"
_LONGEST_LINE = 998  # octets, without its CRLF (RFC 5322, section 2.1.1)
_LONGEST_ENCODED_LINE = 76  # RFC 2047, section 2
_LONGEST_NAME = 200  # characters of a recipient's name
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')  # RFC 5322, section 3.2.3
_STRAY_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_DEFECTS_OF_NON_ASCII_ADDRESSES = (NonASCIILocalPartDefect, UndecodableBytesDefect)


def unsigned(content: bytes) -> bytes:
    """The signature of a program that has no key."""
    return b""


def header_text(text: str) -> str:
    """The text as one line that no mail program decodes as an encoded word (RFC 2047, section 2)."""
    return one_line(text).replace("=?", "= ?")


def compose_message(
    rendered: Rendered,
    settings: MailSettings,
    subscriber: Subscriber,
    *,
    message_id: str,
    token: str,
    date: datetime,
    references: Sequence[str] = (),
    sign: Sign = unsigned,
) -> Mail:
    """The finished mail: text, then HTML, both in quoted-printable; lines end in CRLF.

    All is ASCII, except a subscriber's address that is not (RFC 6532); that one needs SMTPUTF8.
    `token` is the subscriber's unsubscribe token, `date` the Date header, `references` the mails that this
    one belongs to. Raises RenderError as check_message does.
    """
    headers = {
        "From": _sender_header("From", settings.sender),
        "To": _address_header("To", shortened(subscriber.name, _LONGEST_NAME), subscriber.email),
        **({"Reply-To": _sender_header("Reply-To", settings.reply_to)} if settings.reply_to else {}),
        "Subject": _encoded("Subject", header_text(rendered.subject)),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        **({"References": " ".join(references)} if references else {}),
        **list_headers(settings, token),
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
    }
    content = _content(headers, _body(rendered), subscriber.email, sign=sign)
    return Mail(message_id, subscriber.email, envelope_sender(settings, message_id), content)


def compose_notice(
    rendered: Rendered,
    settings: MailSettings,
    recipient: str,
    *,
    message_id: str,
    date: datetime,
    sign: Sign = unsigned,
) -> Mail:
    """A message to the operator, text only. Raises RenderError as check_message does.

    If it fails, the report goes to the sender, where a person sees it: it is about no subscriber.
    """
    headers = {
        "From": _sender_header("From", settings.sender),
        "To": recipient,
        "Subject": _encoded("Subject", header_text(rendered.subject)),
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    text = _part(rendered.text, "plain")
    content = _content(headers, text, recipient, sign=sign, structure=["text/plain"])
    return Mail(message_id, recipient, bare_address(settings.sender), content)


def _content(
    headers: Mapping[str, str],
    body: EmailMessage,
    recipient: str,
    *,
    sign: Sign,
    structure: Sequence[str] = _STRUCTURE,
) -> bytes:
    """The bytes of the message, with its signature. Raises RenderError as check_message does."""
    content = _header_block(headers) + body.as_bytes()
    signature = sign(content)
    names = (*([_SIGNATURE] if signature else []), *headers, *body.keys())
    check_message(signature + content, names, recipient, structure=structure)
    return signature + content


def _header_block(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}{_CRLF}" for name, value in headers.items()).encode()


def check_message(
    content: bytes, intended: Sequence[str], recipient: str, *, structure: Sequence[str] = _STRUCTURE
) -> None:
    """Raise RenderError unless the message, parsed again, is what was intended and nothing else.

    That is the `intended` header names in this order, the content types of `structure`, and lines that
    every mail server passes on unchanged: at most 998 octets, CRLF at the end, ASCII except for the
    recipient's address. It is the last defence against a title that adds a header or a part.
    """
    for fact, passed in _checks(content, intended, recipient, structure).items():
        if not passed:
            error = RenderError(f"the message would {fact}")
            error.hint = "nothing was sent; please report the titles that arXiv listed"
            raise error


def _checks(
    content: bytes, intended: Sequence[str], recipient: str, structure: Sequence[str]
) -> dict[str, bool]:
    """Each possible fault of the message, and whether the check passed."""
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
    """The names of the defects that the email package finds in the parts and their headers."""
    for part in message.walk():
        found: list[MessageDefect] = [*part.defects]
        for header in part.values():
            found += header.defects
        for defect in found:
            if not isinstance(defect, _DEFECTS_OF_NON_ASCII_ADDRESSES):
                yield type(defect).__name__


def _longest_line(content: bytes) -> int:
    return max(map(len, content.split(b"\r\n")))


def _body(rendered: Rendered) -> EmailMessage:
    body = EmailMessage(policy=_BODY)
    body["Content-Type"] = "multipart/alternative"
    body.attach(_part(rendered.text, "plain"))
    body.attach(_part(rendered.html, "html"))
    return body


def _part(content: str, subtype: str) -> EmailMessage:
    # Base64 would make every mail a third larger, and 8bit is not accepted by every server.
    part = EmailMessage(policy=_BODY)
    part.set_content(content, subtype=subtype, charset="utf-8", cte="quoted-printable")
    del part["MIME-Version"]  # which belongs to the message as a whole
    return part


def _sender_header(header: str, value: str) -> str:
    return _address_header(header, display_name(value), bare_address(value))


def _address_header(header: str, name: str, address: str) -> str:
    """A name and an address (RFC 5322, section 3.4); only the name may be encoded (RFC 2047, section 5)."""
    phrase = header_text(name)
    if not phrase:
        return address
    if not phrase.isascii():
        return f"{_encoded(header, phrase)}{_CRLF} <{address}>"
    return f'"{quote(phrase)}" <{address}>' if _SPECIALS.search(phrase) else f"{phrase} <{address}>"


def _encoded(header: str, text: str) -> str:
    """The text for that header: as it is if ASCII, else in folded encoded words that keep its spaces."""
    if text.isascii():
        return text
    return Header(text, "utf-8", _LONGEST_ENCODED_LINE, header).encode(linesep=_CRLF)
