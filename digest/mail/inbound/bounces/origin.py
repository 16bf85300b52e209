"""Find out which of our mails a report is about: by the Message-ID that it returns, or by the return path.

Both have the same 32 letters, which nobody can guess (domain.tokens). No other Message-ID has their shape, so
they are taken from wherever a server puts them.
"""

import re
from collections.abc import Iterator, Sequence
from email.message import Message

from digest.mail.inbound.bounces.status_reports import groups_of
from digest.mail.inbound.mime import header, headers, returned_mail, subparts
from digest.mail.inbound.text import readable

_LETTERS = r"(?P<mail>[a-z2-7]{32})"
_MESSAGE_ID = re.compile(rf"<{_LETTERS}@[^<>\s]{{1,250}}>")
_QUOTED = re.compile(rf"message-id:\s{{0,20}}[>|]?\s{{0,20}}(?:<|&lt;){_LETTERS}@", re.IGNORECASE)
_RETURN_PATH = re.compile(rf"[+=-]{_LETTERS}@", re.IGNORECASE)
_ENVELOPE_ID = re.compile(rf"(?<![a-z2-7]){_LETTERS}(?![a-z2-7])", re.IGNORECASE)

_FIELDS = ("delivery-status", "global-delivery-status", "disposition-notification", "feedback-report")
_IDS_OF_THE_ORIGINAL = ("X-Original-Message-ID", "Original-Message-ID", "Message-ID")
_RECIPIENTS = (
    "To",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "Received",  # "… for <address>; date"
)


def mail_of(message: Message, parts: Sequence[Message]) -> str:
    """The 32 letters of the mail that the report is about; empty if it names none of ours."""
    return next(_names(message, parts), "")


def addressed_mail(message: Message) -> str:
    """The 32 letters in the return path that the message was sent to; empty if it has none."""
    written = (value for name in _RECIPIENTS for value in headers(message, name))
    found = next(filter(None, map(_RETURN_PATH.search, written)), None)
    return found["mail"].lower() if found else ""


def quoted_mail(text: str) -> re.Match[str] | None:
    """Where a text quotes the Message-ID of one of our mails."""
    return _QUOTED.search(text)


def returns_mail(part: Message) -> bool:
    """Whether the part is a returned mail, whole or its headers only."""
    kind = part.get_content_maintype(), part.get_content_subtype()
    return kind == ("text", "rfc822-headers") or (kind[0] == "message" and kind[1] not in _FIELDS)


def _names(message: Message, parts: Sequence[Message]) -> Iterator[str]:
    """The best proof comes first."""
    yield from filter(None, map(_returned, parts))
    yield from filter(None, (_of_header(part) for part in parts if part is not message))
    for group in (group for part in parts for group in _fields_of(part)):
        yield from _named_by(group)
    for part in parts:  # some attach the mail as a file
        if not returns_mail(part) and (found := quoted_mail(readable(part))):
            yield found["mail"].lower()
    if addressed := addressed_mail(message):
        yield addressed


def _returned(part: Message) -> str:
    """Of the returned mail, also where its header is cut by an empty line; empty for other parts."""
    if not returns_mail(part):
        return ""
    inner = returned_mail(part)
    if "Message-ID" in inner:  # what a mail of somebody else quotes is not what came back
        found = _MESSAGE_ID.search(header(inner, "Message-ID"))
    else:
        found = quoted_mail(readable(inner))
    found = found or _RETURN_PATH.search(header(inner, "Return-Path"))
    return found["mail"].lower() if found else ""


def _fields_of(part: Message) -> Iterator[Message]:
    """The fields of a report of a failure or of a complaint."""
    yield from subparts(part) if part.get_content_type() == "message/feedback-report" else groups_of(part)


def _of_header(part: Message) -> str:
    """Of a part that has the returned mail's header as its own."""
    found = _MESSAGE_ID.search(header(part, "Message-ID"))
    return found["mail"] if found else ""


def _named_by(group: Message) -> Iterator[str]:
    for name in _IDS_OF_THE_ORIGINAL:
        if found := _MESSAGE_ID.search(header(group, name)):
            yield found["mail"]
    places = (_ENVELOPE_ID, "Original-Envelope-Id"), (_RETURN_PATH, "Original-Mail-From")
    for pattern, name in places:
        if found := pattern.search(header(group, name)):
            yield found["mail"].lower()
