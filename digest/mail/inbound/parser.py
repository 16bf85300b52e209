"""Find out what an incoming message is: an unsubscribe request, a bounce, or neither.

The sender is not trusted: `From` proves nothing and is not read. Only secrets that nobody can guess count
(domain.tokens): the token of a request, the Message-ID of a returned mail.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from digest.mail.inbound.mime import (
    TooComplex,
    content,
    first_line,
    header,
    headers,
    parsed,
    subject,
    subparts,
)
from digest.system.cpu_time import CpuTimeExceeded, cpu_limit

_MOST_SECONDS = 5  # of CPU time. A message takes a twentieth of a second: this is for what nobody knows yet
_MOST_GROUPS = 50

_REQUEST = r"unsubscribe\s+(?P<token>[a-z2-7]{32})"
_LINE = re.compile(_REQUEST, re.IGNORECASE | re.ASCII)

# Companies' mail servers put marks such as [EXTERNAL] before a subject. `Re:` is not allowed: a reply in a
# thread that began with a request may say that its author wants the mails back.
_SUBJECT = re.compile(rf"(?:\[[^\[\]]{{1,40}}\] ?)*{_REQUEST}", re.IGNORECASE | re.ASCII)
_UNWANTED_PRECEDENCE = {"bulk", "junk", "list", "auto_reply"}
_AUTOMATIC = ("X-Autoreply", "X-Autorespond")
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}

_RETURNED_TYPES = {
    "message/rfc822",
    "message/global",
    "message/global-headers",
    "text/rfc822-headers",
}

_ARRIVED = {"delivered", "relayed", "expanded"}
_STATUS = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?!\.?\d)")  # no part of an IP address
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")

# Permanent statuses (5.x.x) that say the address does not exist: RFC 3463, section 3; RFC 5248.
_GONE = {
    "5.1.1",  # no such mailbox
    "5.1.6",  # moved, with no forwarding address
    "5.1.10",  # no such recipient, says Exchange; its domain takes no mail at all (RFC 7505, section 4.2)
}

# Not among them: 5.1.2 (no such domain) and 5.1.3 (syntax), which also occur while a name server or a
# gateway is broken, and 5.2.1 (disabled), which Gmail also uses for mailboxes that get too much at once.
_NOT_THE_ADDRESS = {
    "5.1.7",  # the sender's address
    "5.1.8",
    "5.2.3",  # this message is too large
    "5.3.4",
}

_NOT_THE_ADDRESS_EITHER = ("5.5.", "5.6.", "5.7.")  # the protocol, the content; policy: our sender or machine


@dataclass(frozen=True, slots=True)
class UnsubscribeRequest:
    """The subscriber with this token wants no more mail."""

    token: str = field(repr=False)
    """32 letters and digits, in lower case."""
    name: str = ""
    """The same in every copy of the request: its Message-ID, or else its date as written; or else empty."""
    latest_date: datetime | None = None
    """The latest of the times that its sender and the mail servers on its way wrote into it, if any."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that was permanently refused (RFC 3464)."""

    message_id: str
    """Of that mail, with its angle brackets."""
    recipient: str = field(repr=False)
    """The address that failed, as written in the report; empty if it names none."""
    status: str
    """Such as `5.1.1` (RFC 3463)."""
    gone: bool
    """The address does not exist. If false, the refusal may end, although its status is permanent."""


def read(message: bytes) -> UnsubscribeRequest | Bounce | None:
    """The request or the bounce that the message is; None for any other. Raises TooComplex.

    Main thread only.
    """
    try:
        with cpu_limit(_MOST_SECONDS):
            parts = parsed(message)
            return _bounce(parts) if _is_report(parts) else _unsubscribe_request(parts)
    except CpuTimeExceeded as exc:
        raise TooComplex from exc
    except TooComplex:
        raise
    except Exception:  # the email package raises a dozen types of errors for what strangers write
        return None


def _unsubscribe_request(message: Message) -> UnsubscribeRequest | None:
    """A request is the whole subject, or the whole first line of the text.

    A quoted or forwarded digest has the token further down, where it is no request.
    """
    if _is_automatic(message):
        return None
    found = _SUBJECT.fullmatch(subject(message)) or _LINE.fullmatch(first_line(message))
    if not found:
        return None
    name = _message_id(message) or header(message, "Date").strip()
    return UnsubscribeRequest(found["token"].lower(), name, _latest_date(message))


def _is_automatic(message: Message) -> bool:
    """Whether a program answered (RFC 3834, section 2), or a list passed the message on."""
    return (
        any(_word(value) != "no" for value in headers(message, "Auto-Submitted"))
        or _word(header(message, "Precedence")) in _UNWANTED_PRECEDENCE
        or any(name in message for name in _AUTOMATIC)
        or header(message, "Return-Path").strip() == "<>"
    )


def _latest_date(message: Message) -> datetime | None:
    written = [*headers(message, "Date"), *headers(message, "Received")]
    return max(filter(None, map(_date, written)), default=None)


def _date(text: str) -> datetime | None:
    """The date at the end of a header, behind any semicolon."""
    try:
        date = parsedate_to_datetime(text.rpartition(";")[2])
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _is_report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report"


def _bounce(message: Message) -> Bounce | None:
    parts = subparts(message)
    message_id = next(filter(None, map(_returned_id, parts)), "")
    groups = [group for part in parts for group in _groups(part)]
    recipients = [group for group in groups if "Action" in group]
    failed = _failed(recipients)
    if failed is None or not message_id:
        return None
    status = _status(failed)
    # Our mails have one recipient. If a report names more, the address exists and forwards to them.
    return Bounce(message_id, _address(failed), status, len(recipients) == 1 and status in _GONE)


def _failed(recipients: Iterable[Message]) -> Message | None:
    """The first recipient with a failure of the address; None if the mail reached any recipient."""
    actions = [(_word(header(group, "Action")), group) for group in recipients]
    if any(action in _ARRIVED for action, _ in actions):
        return None
    failed = (group for action, group in actions if action == "failed")
    return next((group for group in failed if _counts(_status(group))), None)


def _counts(status: str) -> bool:
    """Whether the status is permanent and about the address."""
    elsewhere = status in _NOT_THE_ADDRESS or status.startswith(_NOT_THE_ADDRESS_EITHER)
    return bool(status) and not elsewhere


def _status(group: Message) -> str:
    """The permanent status; the one in the server's own words if the reporter has only 5.0.0."""
    fields = (header(group, "Status"), header(group, "Diagnostic-Code"))
    status, said = (found[0] if (found := _STATUS.search(text)) else "" for text in fields)
    return said or status if status == "5.0.0" else status


def _address(group: Message) -> str:
    """`rfc822; ada@example.org` → `ada@example.org`, of the final recipient or else the original one."""
    for name in ("Final-Recipient", "Original-Recipient"):
        _, _, address = header(group, name).partition(";")
        if "@" in address:
            return address.strip().strip("<>")
    return ""


def _groups(part: Message) -> Iterator[Message]:
    """The groups of fields of a report (RFC 3464, section 2.1); one of them is for the whole message.

    The email package splits `message/delivery-status` into groups, but takes all but the first group of
    an international one (RFC 6533) as its text.
    """
    if part.get_content_type() not in _STATUS_TYPES:
        return
    for group in subparts(part):
        yield group
        rest = re.split(rb"\n\s*\n", content(group).strip(), maxsplit=_MOST_GROUPS)[:_MOST_GROUPS]
        yield from map(parsed, filter(None, rest))


def _returned_id(part: Message) -> str:
    """The Message-ID of the returned mail, which is whole or headers only; empty for other parts."""
    if part.get_content_type() not in _RETURNED_TYPES:
        return ""
    inner, *_ = subparts(part) or [parsed(content(part))]
    return _message_id(inner)


def _message_id(message: Message) -> str:
    found = _MESSAGE_ID.search(header(message, "Message-ID"))
    return found[0] if found else ""


def _word(value: str) -> str:
    """`auto-replied (vacation)` → `auto-replied`"""
    found = re.match(r"\s*([\w-]*)", value)
    return found[1].lower() if found else ""
