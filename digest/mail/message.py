"""From a rendered digest to the bytes of a message (RFC 5322, MIME)."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from digest.errors import RenderError
from digest.mail.addresses import bare_address, display_name, domain, unsubscribe_url
from digest.models import Mail, MailSettings, Rendered
from digest.plaintext import one_line

_BODY = policy.SMTP.clone(max_line_length=76)  # quoted-printable lines (RFC 2045, section 6.7)


class _WirePolicy(EmailPolicy):
    """SMTP's policy for headers that are not folded: folding makes long links and ids encoded words.

    Foreign words are encoded by `Header`, in pieces of up to 75 characters (RFC 2047, section 2)
    whose spaces survive: https://github.com/python/cpython/issues/92081
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if isinstance(value, AddressHeader):
            words, rest = value.addresses[0].display_name, f" <{value.addresses[0].addr_spec}>"
        else:
            words, rest = str(value), ""
        if words.isascii():
            return super().fold_binary(name, value)
        encoded = Header(words, "utf-8", maxlinelen=75, header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{rest}{self.linesep}".encode("ascii")


_WIRE = _WirePolicy(linesep="\r\n", max_line_length=998, cte_type="7bit")


def new_message_id(sender: str) -> str:
    """An identifier that nobody has used, with its angle brackets, at the sender's domain."""
    return f"<{secrets.token_hex(16)}@{domain(sender)}>"


def header_text(text: str) -> str:
    """The text as one line in which nothing can be taken for an encoded word (RFC 2047, section 2).

    CPython before 3.11.10 decodes encoded words in a header that is being written, line ends and
    all, so that a title could add headers: https://github.com/python/cpython/issues/121650
    """
    return one_line(text).replace("=?", "= ?")


def compose_message(
    rendered: Rendered,
    settings: MailSettings,
    *,
    recipient: str,
    recipient_name: str,
    message_id: str,
    date: datetime,
) -> Mail:
    """The finished mail: text, then HTML, both in quoted-printable; lines end in CRLF.

    Raises RenderError if reading the bytes again shows other headers than those intended.
    """
    headers = {
        "From": _mailbox(settings.sender),
        "To": Address(header_text(recipient_name), addr_spec=recipient),
        **({"Reply-To": _mailbox(settings.reply_to)} if settings.reply_to else {}),
        "Subject": header_text(rendered.subject),
        "Date": date,
        "Message-ID": message_id,
        "List-Id": f"Daily Papers <daily-papers.{domain(settings.sender)}>",
        "List-Unsubscribe": f"<{unsubscribe_url(settings)}>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
    }
    content = _written(headers, rendered)
    check_headers(content, (*headers, "Content-Type"))
    return Mail(message_id, recipient, bare_address(settings.sender), content)


def check_headers(content: bytes, intended: Sequence[str]) -> None:
    """Raises RenderError unless a reader of the message sees these header names, in this order."""
    seen = message_from_bytes(content, policy=policy.default).keys()
    if seen != list(intended):
        error = RenderError(f"the message would have the headers {', '.join(seen)}")
        error.hint = "nothing was sent; please report the titles that arXiv listed"
        raise error


def _written(headers: dict[str, Any], rendered: Rendered) -> bytes:
    message = EmailMessage(policy=_WIRE)
    for name, value in headers.items():
        message[name] = value
    message["Content-Type"] = "multipart/alternative"
    message.attach(_part(rendered.text, "plain"))
    message.attach(_part(rendered.html, "html"))
    return message.as_bytes()


def _part(content: str, subtype: str) -> EmailMessage:
    part = EmailMessage(policy=_BODY)
    part.set_content(content, subtype=subtype, charset="utf-8", cte="quoted-printable")
    del part["MIME-Version"]  # which belongs to the message as a whole
    return part


def _mailbox(header: str) -> Address:
    return Address(header_text(display_name(header)), addr_spec=bare_address(header))
