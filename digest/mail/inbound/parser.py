"""What an incoming message wants of us. Pure: its bytes in, a wish or a notice out, or nothing.

Whoever wrote it is not trusted: `From` proves nothing and is not looked at. What counts is what nobody
can guess (digest.signing): the token of a wish, the Message-ID of a mail that came back.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage, Message
from typing import cast

MOST_BYTES = 5_000_000
"""Of a message that is read at all. Digests are far smaller, and so is what comes back of them."""

_MOST_LINES = 100_000

_MOST_PARTS = 50  # bounds how deep they are nested, too

_PARTS = re.compile(rb"^content-type:", re.IGNORECASE | re.MULTILINE)

# The email package takes quadratic time over a long header, and most over one with parameters. These are
# the ones that are looked at.
_LONG_HEADER = re.compile(
    rb"^(?:content-[a-z-]+:(?:[^\n]|\n[ \t]){1000}"
    rb"|(?:subject|auto-submitted|precedence|return-path|message-id|action|status"
    rb"|(?:final|original)-recipient|diagnostic-code):(?:[^\n]|\n[ \t]){4000})",
    re.IGNORECASE | re.MULTILINE,
)

_WISH = r"unsubscribe\s+(?P<token>[a-z2-7]{32})"

_LINE = re.compile(_WISH, re.IGNORECASE | re.ASCII)

# Mail servers of companies put marks such as [EXTERNAL] before a subject. `Re:` is none: whoever answers
# in a thread that began with a wish may well write that they want the mails back.
_SUBJECT = re.compile(rf"(?:\[[^\[\]]{{1,40}}\] ?)*{_WISH}", re.IGNORECASE | re.ASCII)

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

# RFC 3463, section 3; the registry of RFC 5248. What a permanent status (5.x.x) says of the address.
_GONE = {
    "5.1.1",  # no such mailbox
    "5.1.6",  # moved, nobody knows where to
    "5.1.10",  # no such recipient, says Exchange; its domain takes no mail at all (RFC 7505, section 4.2)
}

# Not among them: 5.1.2 (no such domain) and 5.1.3 (syntax), which are also told while a name server or a
# gateway is broken, and 5.2.1 (disabled), which Gmail also says of mailboxes that get too much at once.
_NOT_THE_ADDRESS = {
    "5.1.7",  # the sender's address
    "5.1.8",
    "5.2.3",  # this message is too large
    "5.3.4",
}

_NOT_THE_ADDRESS_EITHER = ("5.5.", "5.6.", "5.7.")  # the protocol, the content; policy: our sender or machine


@dataclass(frozen=True, slots=True)
class UnsubscribeRequest:
    """Whoever holds this token wants no more mail."""

    token: str = field(repr=False)
    """32 letters and digits, in lower case."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that was not delivered, and never will be (RFC 3464)."""

    message_id: str
    """Of that mail, with its angle brackets."""
    recipient: str = field(repr=False)
    """The address that failed, as the report has it; empty if it names none."""
    status: str
    """Such as `5.1.1` (RFC 3463)."""
    gone: bool
    """There is no such address; else it was refused for now, however permanent the status is called."""


def read(content: bytes) -> UnsubscribeRequest | Bounce | None:
    """What the message says to us; None for everything that is neither, or not to be made out."""
    if _is_excessive(content):
        return None
    try:
        # as UTF-8, since a header may be so (RFC 6532); whatever else matters is ASCII
        message = cast(EmailMessage, _parsed(content.decode("utf-8", "replace")))
        return _bounce(message) if _is_report(message) else _wish(message)
    except Exception:  # the email package fails in a dozen ways on what strangers can write
        return None


def _is_excessive(content: bytes) -> bool:
    """Whether reading it could take more than seconds."""
    return (
        len(content) > MOST_BYTES
        or max(content.count(b"\n"), content.count(b"\r")) > _MOST_LINES
        or len(_PARTS.findall(content)) > _MOST_PARTS
        or _LONG_HEADER.search(content) is not None
    )


def _wish(message: EmailMessage) -> UnsubscribeRequest | None:
    """A wish is the whole subject, or the whole first line of the text.

    A digest that is quoted or forwarded has the token further down, where it is nobody's wish.
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
    """The first line of the text that is not empty. What matters is ASCII, so no charset is believed."""
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
    # Our mails have one recipient. Where there are more, the address exists, and leads on to these.
    return Bounce(message_id, _address(failed), status, len(recipients) == 1 and status in _GONE)


def _failed(recipients: Iterable[Message]) -> Message | None:
    """The first recipient whose failure says something of the address, if the mail reached nobody."""
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
    """The permanent status; the server's own words where the reporter has nothing better than 5.0.0."""
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
    """The groups of fields of a report (RFC 3464, section 2.1), of which one is for the whole message.

    The email package splits `message/delivery-status` into groups, and takes the rest of an international
    one (RFC 6533) for the text below the first.
    """
    if part.get_content_type() not in _STATUS_TYPES:
        return
    for group in cast(list[Message], part.get_payload()):
        yield group
        yield from map(_parsed, filter(None, re.split(r"\n\s*\n", str(group.get_payload()).strip())))


def _returned_id(part: Message) -> str:
    """The Message-ID of the mail that came back, whole or with its headers alone; empty in other parts."""
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
