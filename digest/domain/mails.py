"""mails"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rendered:
    """A digest as words: what the message is made of."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A finished message, frozen: every attempt to deliver it sends these very bytes."""

    message_id: str
    """With its angle brackets."""
    recipient: str = field(repr=False)
    sender: str
    """The envelope sender: a bare address."""
    content: bytes = field(repr=False)
    papers: tuple[str, ...] = ()
    """The ids of the papers that it tells of."""


class MailState(StrEnum):
    """Where a frozen mail is on its way."""

    PENDING = "pending"
    """Nothing stands against sending it."""
    SENDING = "sending"
    """Claimed by a run. If that run is gone, the mail was certainly not delivered."""
    DEFERRED = "deferred"
    """Refused for now."""
    UNKNOWN = "unknown"
    """The final dot was sent, and the answer never came: it may have been delivered."""
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A frozen mail that is not settled yet, and what became of it so far."""

    mail: Mail
    created_at: datetime
    state: MailState = MailState.PENDING
    refusals: int = 0
    """How often it was refused for now."""
    unconfirmed: int = 0
    """How often its final dot went unanswered."""
    retry_at: datetime | None = None
    """Not before; None: at the next opportunity. An unknown mail without it is not sent again."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """How a mail stands after an attempt, or after it was given up; the fields are those of QueuedMail."""

    state: MailState
    refusals: int = 0
    unconfirmed: int = 0
    retry_at: datetime | None = None
    problem: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing will be tried any more."""
        given_up = self.state is MailState.UNKNOWN and self.retry_at is None
        return given_up or self.state in (MailState.SENT, MailState.FAILED)
