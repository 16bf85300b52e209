"""Say which of our mails came back, and whose fault that is."""

import re
from collections.abc import Sequence
from dataclasses import replace
from email.message import Message

from digest.domain.fault import Fault, fault_of
from digest.mail.inbound.answers import Bounce
from digest.mail.inbound.bounces.failure import Failure
from digest.mail.inbound.bounces.origin import mail_of
from digest.mail.inbound.bounces.senders import is_automatic, is_mail_server
from digest.mail.inbound.bounces.status_reports import has_fields, recipient_groups, reported_failure
from digest.mail.inbound.bounces.texts import is_given_up, told_failure, told_reply
from digest.mail.inbound.mime import leaves, word

_OTHER_REPORTS = {"disposition-notification", "feedback-report"}
_OTHER_TYPES = {f"message/{kind}" for kind in _OTHER_REPORTS}
_CODE = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)")  # no part of an IP address
_BASIC_CODE = re.compile(r"(?<![\d.,/-])[45][0-7]\d(?=[-: ]|$)")


def bounce(message: Message) -> Bounce | None:
    """The final failure that the message tells of one of our mails; None if it tells none."""
    parts = list(leaves(message))
    if _is_other_report(message, parts):
        return None
    mail = mail_of(message, parts)
    failure = _failure(message, parts) if mail else None
    return _judged(mail, failure) if failure else None


def _is_other_report(message: Message, parts: Sequence[Message]) -> bool:
    """Whether it is a report of something else, such as that a mail was read."""
    return any(part.get_content_type() in _OTHER_TYPES for part in parts) or (
        word(str(message.get_param("report-type") or "")) in _OTHER_REPORTS
    )


def _failure(message: Message, parts: Sequence[Message]) -> Failure | None:
    """What fields say is not looked for in words; but some reports have the reply only there."""
    recipients = recipient_groups(parts)
    if not recipients or not (has_fields(parts) or is_mail_server(message) or is_automatic(message)):
        return told_failure(message, parts)
    failure = reported_failure(recipients, delay_is_final=is_given_up(parts))
    return replace(failure, words=failure.words or told_reply(parts)) if failure else None


def _judged(mail: str, failure: Failure) -> Bounce:
    """The server's own code says more than that of the reporter, which is often made up from the reply."""
    codes = [*_CODE.findall(failure.words), failure.status]
    told = [code for code in codes if code and not code.endswith(".0.0")]  # 5.0.0 tells nothing
    code = next(iter(told), failure.status)
    fault = fault_of(code, failure.words)
    # Our mails have one recipient. If a report names more, the address exists and forwards to them.
    if fault is Fault.GONE and (len(failure.recipients) > 1 or not all(map(_means_gone, told))):
        fault = Fault.ADDRESS
    recipient = failure.recipients[0] if failure.recipients else ""
    return Bounce(mail, recipient, code or _basic_code(failure.words), fault)


def _means_gone(code: str) -> bool:
    """Whether the code says so for good: 4.1.1 means that a server could not find out."""
    return code.startswith("5.") and fault_of(code, "") is Fault.GONE


def _basic_code(words: str) -> str:
    found = _BASIC_CODE.search(words)
    return found[0] if found else ""
