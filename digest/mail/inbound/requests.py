"""Find an unsubscribe request in a message from a person, or from the button of a mail program."""

import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from digest.mail.inbound.answers import UnsubscribeRequest
from digest.mail.inbound.mime import first_line, header, headers, message_id, subject, word

_REQUEST = r"unsubscribe\s+(?P<token>[a-z2-7]{32})"
_LINE = re.compile(_REQUEST, re.IGNORECASE | re.ASCII)

# Companies' mail servers put marks such as [EXTERNAL] before a subject. `Re:` is not allowed: a reply in a
# thread that began with a request may say that its author wants the mails back.
_SUBJECT = re.compile(rf"(?:\[[^\[\]]{{1,40}}\] ?)*{_REQUEST}", re.IGNORECASE | re.ASCII)
_UNWANTED_PRECEDENCE = {"bulk", "junk", "list", "auto_reply"}
_AUTOMATIC = ("X-Autoreply", "X-Autorespond")


def unsubscribe_request(message: Message) -> UnsubscribeRequest | None:
    """A request is the whole subject, or the whole first line of the text.

    A quoted or forwarded digest has the token further down, where it is no request.
    """
    if _is_automatic(message):
        return None
    found = _SUBJECT.fullmatch(subject(message)) or _LINE.fullmatch(first_line(message))
    if not found:
        return None
    name = message_id(message) or header(message, "Date").strip()
    return UnsubscribeRequest(found["token"].lower(), name, _latest_date(message))


def _is_automatic(message: Message) -> bool:
    """Whether a program answered (RFC 3834, section 2), or a list passed the message on."""
    return (
        any(word(value) != "no" for value in headers(message, "Auto-Submitted"))
        or word(header(message, "Precedence")) in _UNWANTED_PRECEDENCE
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
