"""Delivers queued mails, and records each step before or after it is taken."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from digest.domain.mails import Attempt, DeliveryResult, MailState, QueuedMail
from digest.domain.runs import MailOutcome
from digest.domain.subscribers import Subscriber
from digest.errors import (
    PolicyRefused,
    RecipientDeferred,
    TransportError,
    TransportUnavailable,
)
from digest.pipeline.ports import Store, Transport
from digest.pipeline.results import Results
from digest.pipeline.retry import RetryPolicy, still_pauses
from digest.system.clock import Clock

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Delivery:
    """The deliveries of one run. `signals_deferred` is that of RunContext. All methods raise StoreError."""

    store: Store
    results: Results
    retries: RetryPolicy
    clock: Clock
    signals_deferred: Callable[[], AbstractContextManager[None]]
    _server_accepts_mail: bool = field(default=False, init=False)

    def expire(self, subscriber: Subscriber) -> list[MailOutcome]:
        """End those of their queued mails that have waited too long.

        Only a mail that may have arrived has an outcome: the papers of any other wait for the next mail.
        """
        outcomes, now = [], self.clock.now()
        while queued := self.store.mails.next_queued(subscriber):
            end = self.retries.expire(queued, now)
            if end is None:
                break
            self.store.mails.record_result(queued.mail.message_id, end, now)
            if queued.unconfirmed:
                outcomes.append(MailOutcome(subscriber.label, problem=end.problem, may_have_arrived=True))
            else:
                logger.warning("the mail to %s was %s", subscriber.label, end.problem)
        return outcomes

    def deliver_queued(self, transport: Transport, subscriber: Subscriber) -> list[MailOutcome]:
        """Deliver their queued mails, oldest first, up to the first one that has to be retried later.
        Nothing newer may be sent to them before these."""
        outcomes: list[MailOutcome] = []
        while queued := self.store.mails.next_queued(subscriber):
            if still_pauses(queued.retry_at, self.clock.now()):
                return [*outcomes, _postponed(queued, subscriber)]
            outcomes.append(self.deliver(transport, queued, subscriber))
            if outcomes[-1].unavailable or outcomes[-1].retry_at:
                return outcomes
        return outcomes

    def deliver(self, transport: Transport, queued: QueuedMail, subscriber: Subscriber) -> MailOutcome:
        """Send the mail by the transport and record the result."""
        mail = queued.mail

        def before_end_of_data() -> None:
            retry_at = self.retries.after_no_answer(queued, self.clock.now())
            self.store.mails.mark_unconfirmed(mail.message_id, retry_at)

        with self.signals_deferred():
            self.results.get_ready()
            self.store.mails.claim(mail.message_id)
            try:
                transport.deliver(mail, before_end_of_data)
            except TransportError as exc:
                return self._failed(queued, self._reclassified(exc), subscriber)
            self._server_accepts_mail = True
            sent = DeliveryResult(MailState.SENT, queued.refusals, queued.unconfirmed)
            self.results.record(subscriber.label, Attempt(mail.message_id, sent, self.clock.now()))
        return MailOutcome(subscriber.label, papers=len(mail.papers))

    def _reclassified(self, error: TransportError) -> TransportError:
        """A policy that refuses a mail concerns this mail alone, once the server has accepted others."""
        if isinstance(error, PolicyRefused) and self._server_accepts_mail:
            return RecipientDeferred(str(error))
        return error

    def _failed(self, queued: QueuedMail, error: TransportError, subscriber: Subscriber) -> MailOutcome:
        now = self.clock.now()
        result = self.retries.after(queued, error, now)
        self.results.record(subscriber.label, Attempt(queued.mail.message_id, result, now))
        return MailOutcome(
            subscriber.label,
            problem=str(error),
            hint=error.hint,
            unavailable=isinstance(error, TransportUnavailable),
            retry_at=result.retry_at,
            may_have_arrived=result.unconfirmed > 0,
        )


def _postponed(queued: QueuedMail, subscriber: Subscriber) -> MailOutcome:
    """The outcome of a mail whose pause is not over yet."""
    return MailOutcome(
        subscriber.label,
        problem=queued.problem,
        retry_at=queued.retry_at,
        may_have_arrived=queued.unconfirmed > 0,
    )
