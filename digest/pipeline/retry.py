"""What becomes of a mail that was tried in vain, and when it is tried again. Pure: nothing is remembered."""

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.domain.mails import DeliveryResult, MailState, QueuedMail
from digest.errors import DeliveryUnknown, RecipientDeferred, TransportError, TransportUnavailable

FIRST_PAUSE = timedelta(minutes=5)

LONGEST_PAUSE = timedelta(hours=4)
"""Pauses double from the first to the longest (RFC 5321, section 4.5.4.1, asks for no less on average)."""

JITTER = 0.2
"""Pauses are up to a fifth shorter or longer, so that mails refused together do not come back together."""

GIVE_UP_AFTER = timedelta(hours=48)
"""After a mail was made; its papers then come with the next one."""

UNCONFIRMED_PAUSE = timedelta(hours=1)
"""Before a mail that may have arrived is sent once more: no server works on one message for so long."""

_LONGEST_WAIT = timedelta(hours=6)
"""Longer than any pause: a mail that is to wait longer was put off by a clock that was wrong."""


def still_pauses(retry_at: datetime | None, now: datetime) -> bool:
    """Whether a mail that was put off until then is not to be tried yet."""
    return retry_at is not None and now < retry_at <= now + _LONGEST_WAIT


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The rules; `scale` multiplies every pause, `unconfirmed` allows to repeat what may have arrived."""

    scale: float = 1.0
    unconfirmed: bool = True

    def after(self, outgoing: QueuedMail, trouble: TransportError, now: datetime) -> DeliveryResult:
        """How the mail stands after this trouble. What is wrong with the server is no refusal."""
        match trouble:
            case DeliveryUnknown():
                retry_at = self.after_silence(outgoing, now)
                return _standing(outgoing, MailState.UNKNOWN, trouble, retry_at=retry_at, unanswered=1)
            case TransportUnavailable():
                return _standing(outgoing, MailState.PENDING, trouble)
            case RecipientDeferred():
                retry_at = now + self._pause(outgoing)
                return _standing(outgoing, MailState.DEFERRED, trouble, retry_at=retry_at, refused=1)
            case _:
                return _standing(outgoing, MailState.FAILED, trouble)

    def after_silence(self, outgoing: QueuedMail, now: datetime) -> datetime | None:
        """When to send a mail again whose final dot is not answered; None if not: once is enough."""
        if outgoing.unconfirmed or not self.unconfirmed:
            return None
        return now + UNCONFIRMED_PAUSE * self.scale

    def expire(self, outgoing: QueuedMail, now: datetime) -> DeliveryResult | None:
        """The end of a mail that is not to be tried any more; None while it is.

        An unknown mail has its other try however late it is; without one it is settled as unknown, since
        somebody may have to be told.
        """
        if outgoing.state is MailState.UNKNOWN:
            return None if outgoing.retry_at else _standing(outgoing, MailState.UNKNOWN, outgoing.problem)
        if now - outgoing.created_at < GIVE_UP_AFTER:
            return None
        hours = GIVE_UP_AFTER // timedelta(hours=1)
        problem = f"given up after {hours} hours: {outgoing.problem or 'it was never tried'}"
        return _standing(outgoing, MailState.FAILED, problem)

    def _pause(self, outgoing: QueuedMail) -> timedelta:
        pause = min(FIRST_PAUSE * math.pow(2, min(outgoing.refusals, 10)), LONGEST_PAUSE)
        chance = random.Random(f"{outgoing.mail.message_id} {outgoing.refusals}").random()  # noqa: S311
        seconds = pause.total_seconds() * (1 + JITTER * (2 * chance - 1)) * self.scale
        return timedelta(seconds=round(seconds))


def _standing(
    outgoing: QueuedMail,
    state: MailState,
    problem: object,
    *,
    retry_at: datetime | None = None,
    refused: int = 0,
    unanswered: int = 0,
) -> DeliveryResult:
    return DeliveryResult(
        state,
        refusals=outgoing.refusals + refused,
        unconfirmed=outgoing.unconfirmed + unanswered,
        retry_at=retry_at,
        problem=str(problem),
    )
