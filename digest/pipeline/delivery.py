"""Handing frozen mails over, and writing down each step before and after it is taken."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from digest.domain.mails import DeliveryResult, MailState, QueuedMail
from digest.domain.runs import MailOutcome
from digest.domain.subscribers import Subscriber
from digest.errors import (
    PolicyRefused,
    RecipientDeferred,
    RecipientRefused,
    TransportError,
    TransportUnavailable,
)
from digest.pipeline.ports import Store, Transport
from digest.pipeline.retry import RetryPolicy, still_pauses
from digest.system.clock import Clock

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Delivery:
    """The deliveries of one run. `undisturbed` holds signals back while a mail is handed over."""

    store: Store
    retries: RetryPolicy
    clock: Clock
    signals_deferred: Callable[[], AbstractContextManager[None]]
    _server_serves_us: bool = field(default=False, init=False)

    def expire(self, subscriber: Subscriber) -> list[MailOutcome]:
        """Settle those of their mails that have waited too long. An outcome only for what may have
        arrived: the papers of any other wait again, for the next mail."""
        outcomes, now = [], self.clock.now()
        while outgoing := self.store.mails.next_queued(subscriber):
            end = self.retries.expire(outgoing, now)
            if end is None:
                break
            self.store.mails.record_result(outgoing.mail.message_id, end, now)
            if outgoing.unconfirmed:
                outcomes.append(MailOutcome(subscriber.label, problem=end.problem, may_have_arrived=True))
            else:
                logger.warning("the mail to %s was %s", subscriber.label, end.problem)
        return outcomes

    def deliver_queued(self, transport: Transport, subscriber: Subscriber) -> list[MailOutcome]:
        """Deliver the mails that were frozen, in their order, up to the first that is to be tried again.
        Nothing else is to be sent to them before these."""
        outcomes: list[MailOutcome] = []
        while outgoing := self.store.mails.next_queued(subscriber):
            if still_pauses(outgoing.retry_at, self.clock.now()):
                waits = MailOutcome(
                    subscriber.label,
                    problem=outgoing.problem,
                    retry_at=outgoing.retry_at,
                    may_have_arrived=outgoing.unconfirmed > 0,
                )
                return [*outcomes, waits]
            outcomes.append(self.deliver(transport, outgoing, subscriber))
            if outcomes[-1].unavailable or outcomes[-1].retry_at:
                return outcomes
        return outcomes

    def deliver(self, transport: Transport, outgoing: QueuedMail, subscriber: Subscriber) -> MailOutcome:
        """Hand the mail over to the transport and write down how that ended."""
        mail = outgoing.mail

        def before_end_of_data() -> None:
            retry_at = self.retries.after_silence(outgoing, self.clock.now())
            self.store.mails.mark_unconfirmed(mail.message_id, retry_at)

        with self.signals_deferred():
            self.store.mails.claim(mail.message_id)
            try:
                transport.deliver(mail, before_end_of_data)
            except TransportError as exc:
                return self._failed(outgoing, self._judged(exc), subscriber)
            self._server_serves_us = True
            sent = DeliveryResult(MailState.SENT, outgoing.refusals, outgoing.unconfirmed)
            self.store.mails.record_result(mail.message_id, sent, self.clock.now())
        return MailOutcome(subscriber.label, papers=len(mail.papers))

    def _judged(self, trouble: TransportError) -> TransportError:
        """What a server's policy is against, once it has taken other mails of this run, is this mail."""
        if isinstance(trouble, PolicyRefused) and self._server_serves_us:
            return RecipientDeferred(str(trouble))
        return trouble

    def _failed(self, outgoing: QueuedMail, trouble: TransportError, subscriber: Subscriber) -> MailOutcome:
        now = self.clock.now()
        settlement = self.retries.after(outgoing, trouble, now)
        self.store.mails.record_result(outgoing.mail.message_id, settlement, now)
        if isinstance(trouble, RecipientRefused):
            self.store.suppressions.record_refusal(subscriber, str(trouble), now)
        return MailOutcome(
            subscriber.label,
            problem=str(trouble),
            hint=trouble.hint,
            unavailable=isinstance(trouble, TransportUnavailable),
            retry_at=settlement.retry_at,
            may_have_arrived=settlement.unconfirmed > 0,
        )
