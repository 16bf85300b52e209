"""Find out what an incoming message is: an unsubscribe request, a bounce, or neither. Pure.

The sender is not trusted: `From` proves nothing and is not read. Only secrets that nobody can guess count
(domain.tokens): the token of a request, the Message-ID of a returned mail.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage, Message
from typing import cast

MOST_BYTES = 5_000_000
"""Larger messages are not read. Digests and what comes back of them are far smaller."""

_MOST_LINES = 100_000
_MOST_PARTS = 50  # this limits their nesting too
_PARTS = re.compile(rb"^content-type:", re.IGNORECASE | re.MULTILINE)

# The email package takes quadratic time for a long header, and most for one with parameters. These are the
# headers that are read here.
_LONG_HEADER = re.compile(
    rb"^(?:content-[a-z-]+:(?:[^\n]|\n[ \t]){1000}"
    rb"|(?:subject|auto-submitted|precedence|return-path|message-id|action|status"
    rb"|(?:final|original)-recipient|diagnostic-code):(?:[^\n]|\n[ \t]){4000})",
    re.IGNORECASE | re.MULTILINE,
)

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


def read(content: bytes) -> UnsubscribeRequest | Bounce | None:
    """The request or the bounce that the message is; None for any other or unreadable message."""
    if _is_excessive(content):
        return None
    try:
        # as UTF-8, since a header may be (RFC 6532); all else that is read here is ASCII
        message = cast(EmailMessage, _parsed(content.decode("utf-8", "replace")))
        return _bounce(message) if _is_report(message) else _unsubscribe_request(message)
    except Exception:  # the email package raises a dozen types of errors for what disputed can write
        return None


def _is_excessive(content: bytes) -> bool:
    """Whether parsing it could take more than a few seconds."""
    return (
        len(content) > MOST_BYTES
        or max(content.count(b"\n"), content.count(b"\r")) > _MOST_LINES
        or len(_PARTS.findall(content)) > _MOST_PARTS
        or _LONG_HEADER.search(content) is not None
    )


def _unsubscribe_request(message: EmailMessage) -> UnsubscribeRequest | None:
    """A request is the whole subject, or the whole first line of the text.

    A quoted or forwarded digest has the token further down, where it is no request.
    """
    if _is_automatic(message):
        return None
    subject = " ".join(str(message["Subject"] or "").split())
    found = _SUBJECT.fullmatch(subject) or _LINE.fullmatch(_first_line(message))
    return UnsubscribeRequest(found["token"].lower()) if found else None


def _is_automatic(message: EmailMessage) -> bool:
    """Whether a program answered (RFC 3834, section 2), or a list passed the message on."""
    return (
        any(_word(value) != "no" for value in message.get_all("Auto-Submitted", []))
        or _word(message["Precedence"]) in _UNWANTED_PRECEDENCE
        or any(name in message for name in _AUTOMATIC)
        or str(message["Return-Path"] or "").strip() == "<>"
    )


def _first_line(message: EmailMessage) -> str:
    """The first line of the text that is not empty, read as ASCII: a request is ASCII in any charset."""
    part = message.get_body(("plain",))
    text = part.get_payload(decode=True) if part else b""
    lines = text.decode("ascii", "replace").splitlines() if isinstance(text, bytes) else []
    return next((line.strip() for line in lines if line.strip()), "")


def _is_report(message: EmailMessage) -> bool:
    return message.get_content_type() == "multipart/report"


def _bounce(message: EmailMessage) -> Bounce | None:
    parts = list(message.iter_parts())
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
    actions = [(_word(group["Action"]), group) for group in recipients]
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
    fields = (str(group["Status"] or ""), str(group["Diagnostic-Code"] or ""))
    status, said = (found[0] if (found := _STATUS.search(text)) else "" for text in fields)
    return said or status if status == "5.0.0" else status


def _address(group: Message) -> str:
    """`rfc822; ada@example.org` → `ada@example.org`, of the final recipient or else the original one."""
    for name in ("Final-Recipient", "Original-Recipient"):
        _, _, address = str(group[name] or "").partition(";")
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
    for group in cast(list[Message], part.get_payload()):
        yield group
        yield from map(_parsed, filter(None, re.split(r"\n\s*\n", str(group.get_payload()).strip())))


def _returned_id(part: Message) -> str:
    """The Message-ID of the returned mail, which is whole or headers only; empty for other parts."""
    if part.get_content_type() not in _RETURNED_TYPES:
        return ""
    if part.is_multipart():
        inner = cast(Message, part.get_payload(0))
    else:
        inner = _parsed(cast(bytes, part.get_payload(decode=True)).decode("utf-8", "replace"))
    found = _MESSAGE_ID.search(str(inner["Message-ID"] or ""))
    return found[0] if found else ""


def _parsed(text: str) -> Message:
    return message_from_string(text, policy=policy.default)


def _word(value: object) -> str:
    """`auto-replied (vacation)` → `auto-replied`"""
    found = re.match(r"\s*([\w-]*)", str(value or ""))
    return found[1].lower() if found else ""
