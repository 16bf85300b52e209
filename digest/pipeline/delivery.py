"""Delivers queued mails, and records each step before or after it is taken."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from digest.domain.mails import Attempt, DeliveryResult, MailState, QueuedMail, Verdict
from digest.domain.runs import MailOutcome
from digest.domain.subscribers import Subscriber
from digest.errors import RefusalUndecided, RefusedForUs, TransportError, TransportUnavailable
from digest.pipeline.judgement import RefusalLog
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
    refusals: RefusalLog = field(default_factory=RefusalLog)

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
            last = outcomes[-1]
            if last.unavailable or last.retry_at or last.undecided:
                return outcomes
        return outcomes

    def deliver(self, transport: Transport, queued: QueuedMail, subscriber: Subscriber) -> MailOutcome:
        """Send the mail by the transport and record the result. A mail that was refused in this run already,
        and could not be judged, is judged now."""
        mail = queued.mail
        if refusal := self.refusals.undecided.pop(mail.message_id, None):
            return self._failed(queued, refusal, subscriber)

        def before_end_of_data() -> None:
            retry_at = self.retries.after_no_answer(queued, self.clock.now())
            self.store.mails.mark_unconfirmed(mail.message_id, retry_at)

        with self.signals_deferred():
            self.results.get_ready()
            self.store.mails.claim(mail.message_id)
            try:
                transport.deliver(mail, before_end_of_data)
            except TransportError as exc:
                return self._failed(queued, exc, subscriber)
            self.refusals.accepted(mail.recipient)
            sent = DeliveryResult(MailState.SENT, queued.refusals, queued.unconfirmed)
            self.results.record(subscriber.label, Attempt(mail.message_id, sent, self.clock.now()))
        return MailOutcome(subscriber.label, papers=len(mail.papers))

    def _failed(self, queued: QueuedMail, exc: TransportError, subscriber: Subscriber) -> MailOutcome:
        now, error = self.clock.now(), self.refusals.judged(queued, exc)
        result = self._proven(queued, self.retries.after(queued, error, now))
        self.results.record(subscriber.label, Attempt(queued.mail.message_id, result, now))
        given_up = result.verdict is Verdict.GIVE_UP
        return MailOutcome(
            subscriber.label,
            problem=f"{error}; given up, `digest explain` tells more" if given_up else str(error),
            hint=error.hint,
            detail=error.detail,
            unavailable=isinstance(error, TransportUnavailable),
            for_us=isinstance(error, RefusedForUs),
            retry_at=result.retry_at,
            may_have_arrived=result.unconfirmed > 0,
            undecided=isinstance(error, RefusalUndecided),
            refused=result.verdict is not Verdict.WAIT,
            without=queued.mail.papers if result.verdict is not Verdict.WAIT else (),
        )

    def _proven(self, queued: QueuedMail, result: DeliveryResult) -> DeliveryResult:
        """No paper is given up before the server accepts mails, and other mails to this subscriber."""
        proven = self.refusals.has_accepted and queued.served_since
        if result.verdict is Verdict.GIVE_UP and not proven:
            return replace(result, verdict=Verdict.HALVE)
        return result

    def withdraw_refusals(self, outcomes: Sequence[MailOutcome]) -> Sequence[MailOutcome]:
        """After the last mail: withdraw the refusals that were not due to the mails.

        Returns the outcomes as they are to be taken then: the mail server cannot be used if it accepts none.
        """
        if unfounded := self.refusals.unfounded:
            self.store.mails.withdraw_refusals(unfounded)
        if not unfounded or self.refusals.has_accepted:
            return outcomes
        why = next((one for one in outcomes if one.unavailable), None)
        return [_unavailable(one, why or one) if one.refused else one for one in outcomes]


def _unavailable(outcome: MailOutcome, why: MailOutcome) -> MailOutcome:
    """The outcome of a mail that was refused by a server that refuses us, in the words of that outcome."""
    return replace(outcome, unavailable=True, problem=why.problem, hint=why.hint)


def _postponed(queued: QueuedMail, subscriber: Subscriber) -> MailOutcome:
    """The outcome of a mail whose pause is not over yet."""
    return MailOutcome(
        subscriber.label,
        problem=queued.problem,
        retry_at=queued.retry_at,
        may_have_arrived=queued.unconfirmed > 0,
    )
