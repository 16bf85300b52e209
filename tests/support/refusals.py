"""Mail servers that refuse an address, as the state has it then."""

from datetime import datetime

from digest.domain.mails import DeliveryResult, Mail, MailState
from digest.domain.settings import SUPPRESSED_PERCENT
from digest.domain.subscribers import Subscriber
from digest.store.store import SqlStore


def refused(store: SqlStore, subscriber: Subscriber, problem: str, now: datetime) -> None:
    """A run in which an empty mail is refused for good, since there is no such address."""
    mail = Mail(f"<{now.timestamp()}@example.org>", subscriber.email, "digest@example.org", b"a mail")
    store.mails.enqueue([mail], 0, now)
    result = DeliveryResult(MailState.FAILED, problem=problem, address_refused=True)
    store.mails.record_result(mail.message_id, result, now)
    store.suppressions.strike_off(now, SUPPRESSED_PERCENT)
