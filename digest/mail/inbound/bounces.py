"""Find the failure in a report that a mail server sends about one of our mails (RFC 3464)."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message

from digest.mail.inbound.answers import Bounce
from digest.mail.inbound.mime import content, header, message_id, parsed, subparts, word

_MOST_GROUPS = 50

_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}

_RETURNED_TYPES = {
    "message/rfc822",
    "message/global",
    "message/global-headers",
    "text/rfc822-headers",
}

_ARRIVED = {"delivered", "relayed", "expanded"}
_STATUS = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?!\.?\d)")  # no part of an IP address

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


def is_report(message: Message) -> bool:
    """Whether the message says that it is a report."""
    return message.get_content_type() == "multipart/report"


def bounce(message: Message) -> Bounce | None:
    """The failure that the report tells, if it returns a mail with a Message-ID."""
    parts = subparts(message)
    returned = next(filter(None, map(_returned_id, parts)), "")
    groups = [group for part in parts for group in _groups(part)]
    recipients = [group for group in groups if "Action" in group]
    failed = _failed(recipients)
    if failed is None or not returned:
        return None
    status = _status(failed)
    # Our mails have one recipient. If a report names more, the address exists and forwards to them.
    return Bounce(returned, _address(failed), status, len(recipients) == 1 and status in _GONE)


def _failed(recipients: Iterable[Message]) -> Message | None:
    """The first recipient with a failure of the address; None if the mail reached any recipient."""
    actions = [(word(header(group, "Action")), group) for group in recipients]
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
    return message_id(inner)
