"""The retry policy: what becomes of a mail that could not be delivered, and when it is tried again. Pure."""

import math
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.domain.isolation import ends
from digest.domain.mails import DeliveryResult, MailState, QueuedMail, Verdict
from digest.errors import (
    ContentRefused,
    DeliveryUnknown,
    RecipientDeferred,
    RecipientRefused,
    RefusalUndecided,
    TransportError,
    TransportUnavailable,
)

FIRST_PAUSE = timedelta(minutes=5)

LONGEST_PAUSE = timedelta(hours=4)
"""Pauses double from the first to the longest (RFC 5321, section 4.5.4.1, asks for no less on average)."""

JITTER = 0.2
"""Pauses are up to a fifth shorter or longer, so that mails refused together do not come back together."""

EXPIRES_AFTER = timedelta(hours=48)
"""A mail expires so long after it was made; its papers then come with the next one."""

UNCONFIRMED_PAUSE = timedelta(hours=1)
"""Before a mail that may have arrived is sent once more: no server works on one message for so long."""

_LONGEST_WAIT = timedelta(hours=6)
"""Longer than any pause: a clock that was wrong has put off a mail that is to wait longer."""


def still_pauses(retry_at: datetime | None, now: datetime) -> bool:
    """Whether a mail with this `retry_at` is not to be tried yet."""
    return retry_at is not None and now < retry_at <= now + _LONGEST_WAIT


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`scale` multiplies every pause; `unconfirmed` allows to repeat a mail that may have arrived."""

    scale: float = 1.0
    unconfirmed: bool = True

    def after(self, queued: QueuedMail, error: TransportError, now: datetime) -> DeliveryResult:
        """The result of an attempt that failed. An error of the whole server does not count as a refusal."""
        match error:
            case DeliveryUnknown():
                retry_at = self.after_no_answer(queued, now)
                return _result(queued, MailState.UNKNOWN, error, retry_at=retry_at, unanswered=1)
            case TransportUnavailable() | RefusalUndecided():
                return _result(queued, MailState.PENDING, error)
            case RecipientDeferred():
                retry_at = now + self._pause(queued)
                return _result(queued, MailState.DEFERRED, error, retry_at=retry_at, refused=1)
            case RecipientRefused():
                failed = _result(queued, MailState.FAILED, error)
                return replace(failed, address_refused=True, is_certain=error.is_certain)
            case ContentRefused():
                last = ends(len(queued.mail.papers), queued.refused_alone)
                verdict = Verdict.GIVE_UP if last else Verdict.HALVE
                return replace(_result(queued, MailState.FAILED, error), verdict=verdict)
            case _:
                return _result(queued, MailState.FAILED, error)

    def after_no_answer(self, queued: QueuedMail, now: datetime) -> datetime | None:
        """When to send a mail again whose end of data was not answered; None: not again, it is sent twice at
        most."""
        if queued.unconfirmed or not self.unconfirmed:
            return None
        return now + UNCONFIRMED_PAUSE * self.scale

    def expire(self, queued: QueuedMail, now: datetime) -> DeliveryResult | None:
        """The end of a mail that is not to be tried any more; None while it is.

        An unknown mail gets its second attempt however late it is. Without one it ends as unknown, so that
        the operator can see it.
        """
        if queued.state is MailState.UNKNOWN:
            return None if queued.retry_at else _result(queued, MailState.UNKNOWN, queued.problem)
        if now - queued.created_at < EXPIRES_AFTER:
            return None
        hours = EXPIRES_AFTER // timedelta(hours=1)
        problem = f"given up after {hours} hours: {queued.problem or 'it was never tried'}"
        return _result(queued, MailState.FAILED, problem)

    def _pause(self, queued: QueuedMail) -> timedelta:
        """Random, but the same for the same attempt: a killed run that is repeated decides the same."""
        pause = min(FIRST_PAUSE * math.pow(2, min(queued.refusals, 10)), LONGEST_PAUSE)
        chance = random.Random(f"{queued.mail.message_id} {queued.refusals}").random()  # noqa: S311
        seconds = pause.total_seconds() * (1 + JITTER * (2 * chance - 1)) * self.scale
        return timedelta(seconds=round(seconds))


def _result(
    queued: QueuedMail,
    state: MailState,
    problem: object,
    *,
    retry_at: datetime | None = None,
    refused: int = 0,
    unanswered: int = 0,
) -> DeliveryResult:
    return DeliveryResult(
        state,
        refusals=queued.refusals + refused,
        unconfirmed=queued.unconfirmed + unanswered,
        retry_at=retry_at,
        problem=str(problem),
    )
