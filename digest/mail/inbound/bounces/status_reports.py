"""Find the failure in a report whose fields a program can read (RFC 3464), in whatever it is packed.

Postfix, Exim, Sendmail and Exchange pack it into `multipart/report`, OpenSMTPD, WorkMail and Zoho into
`multipart/mixed`; some write the fields as a text.
"""

import re
from collections.abc import Iterator, Sequence
from email.message import Message

from digest.mail.inbound.bounces.failure import Failure
from digest.mail.inbound.mime import content, header, headers, is_text, parsed, subparts, word

_MOST_GROUPS = 50
_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_ARRIVED = {"delivered", "relayed", "expanded"}
_FAILED = {"failed", "failure", "error", "expired"}  # the last two are no words of RFC 3464
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_FIELDS_IN_TEXT = re.compile(rb"^(?:final|original)-recipient:", re.IGNORECASE | re.MULTILINE)


def recipient_groups(parts: Sequence[Message]) -> list[Message]:
    """The groups of fields that each are about one recipient (RFC 3464, section 2.3)."""
    groups = [group for part in parts for group in groups_of(part)]
    return [group for group in groups if "Action" in group or "Final-Recipient" in group]


def has_fields(parts: Sequence[Message]) -> bool:
    """Whether the fields are in a part of their own, not in a text that somebody may have quoted."""
    return any(part.get_content_type() in _TYPES for part in parts)


def reported_failure(recipients: Sequence[Message], *, delay_is_final: bool = False) -> Failure | None:
    """The failure of the only recipient, or of the first one; None if the mail reached any recipient, or
    may still do so."""
    final = _FAILED | {"delayed"} if delay_is_final else _FAILED
    actions = [_action(group) for group in recipients]
    if any(action in _ARRIVED for action in actions):
        return None
    failed = [group for action, group in zip(actions, recipients, strict=True) if action in final]
    if not failed:
        return None
    named = [_address(group) for group in (*failed, *recipients)]
    words = "\n".join(headers(failed[0], "Diagnostic-Code"))
    return Failure(tuple(dict.fromkeys(filter(None, named))), _status(failed[0]), words)


def groups_of(part: Message) -> Iterator[Message]:
    """The groups of fields of a report (RFC 3464, section 2.1); one of them is for the whole message.

    The email package splits `message/delivery-status` into groups, but takes all but the first group of
    an international one (RFC 6533) as its text.
    """
    if part.get_content_type() in _TYPES:
        for group in subparts(part):
            yield group
            yield from _groups_in(content(group))
    elif is_text(part) and _FIELDS_IN_TEXT.search(content(part)):
        yield from _groups_in(content(part))


def _groups_in(text: bytes) -> Iterator[Message]:
    blocks = re.split(rb"\n\s*\n", text.strip(), maxsplit=_MOST_GROUPS)[:_MOST_GROUPS]
    yield from map(parsed, filter(None, blocks))


def _action(group: Message) -> str:
    """The action; where the field is missing, a permanent status says as much."""
    if "Action" in group:
        return word(header(group, "Action"))
    return "failed" if _status(group).startswith("5.") else ""


def _status(group: Message) -> str:
    found = _STATUS.search(header(group, "Status"))
    return found[0] if found else ""


def _address(group: Message) -> str:
    """`rfc822; ada@example.org` → `ada@example.org`, of the final recipient or else the original one."""
    for name in ("Final-Recipient", "Original-Recipient"):
        _, _, address = header(group, name).rpartition(";")
        if "@" in address:
            return address.strip().strip("<>")
    return ""
