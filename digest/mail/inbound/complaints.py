"""Find the reader who reported one of our mails as spam, in the report of their mail provider (RFC 5965).

The address that a report names proves nothing, and is mostly removed. What counts is the Message-ID of our
mail, which may stand wherever a bounce has it too, or the token in the List-Unsubscribe of the returned mail.
"""

from collections.abc import Iterator
from email.message import Message

from digest.domain.tokens import token_in
from digest.mail.inbound.answers import UnsubscribeRequest
from digest.mail.inbound.automatic import feedback_type, parts_of
from digest.mail.inbound.bounces.origin import mail_of
from digest.mail.inbound.mime import date_in, header, headers, leaves, message_id, returned_mail, subparts
from digest.mail.inbound.said import tokens_in

# Not among them: `fraud` and `virus`, which programs report as well, and `other`. A person should read them.
_COMPLAINTS = {"abuse", "opt-out", "opt-out-list", "complaint"}
_RETURNED_TYPES = {
    "message/rfc822",
    "message/global",
    "message/global-headers",
    "text/rfc822-headers",
    "message/rfc822-headers",
}
_MICROSOFT = "X-HmXmrOriginalRecipient"
"""A header of the mail that Microsoft's older reports return, which are no feedback reports."""


def is_feedback(message: Message) -> bool:
    """Whether the message is a report of what somebody thinks of a mail."""
    return feedback_type(message) is not None or any(_MICROSOFT in mail for mail in _returned(message))


def complaint(message: Message) -> UnsubscribeRequest | None:
    """The complaint that a report tells, if it returns a mail that may be ours."""
    mails = list(_returned(message))
    kind = feedback_type(message)
    if not (kind in _COMPLAINTS or (kind is None and any(_MICROSOFT in mail for mail in mails))):
        return None
    # A provider may return what another one passed on: the innermost mail is ours.
    ids = [found for mail in reversed(mails) if (found := message_id(mail))]
    if (ours := mail_of(message, list(leaves(message)))) and ours not in map(token_in, ids):
        ids.append(f"<{ours}@>")
    tokens = [token for mail in reversed(mails) for token in _tokens(mail)]
    dates = [date for mail in mails if (date := date_in(header(mail, "Date")))]
    if not ids and not tokens:
        return None
    name = next(iter(ids), "") or message_id(message)
    return UnsubscribeRequest(tuple(tokens), tuple(ids), name, min(dates, default=None), is_complaint=True)


def _returned(message: Message) -> Iterator[Message]:
    """The mails that a message has attached, whole or headers only, and those attached to them."""
    for part in parts_of(message):
        if part.get_content_type() in _RETURNED_TYPES:
            yield (mail := returned_mail(part))
            if subparts(part):  # what was parsed once more is not looked into: time would be quadratic
                yield from _returned(mail)


def _tokens(mail: Message) -> list[str]:
    return [token for value in headers(mail, "List-Unsubscribe") for token in tokens_in(value)]
