"""Mails: rendered, finished, queued, and the result of delivering them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rendered:
    """The subject and the two bodies of a message."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A finished message: every attempt to deliver it sends the same bytes."""

    message_id: str
    """With its angle brackets."""
    recipient: str = field(repr=False)
    sender: str
    """The envelope sender: a bare address."""
    content: bytes = field(repr=False)
    papers: tuple[str, ...] = ()
    """The ids of the papers in it."""


class MailState(StrEnum):
    """The state of a mail from the queue to its end."""

    PENDING = "pending"
    """It can be sent."""
    SENDING = "sending"
    """Claimed by a run. If that run was killed, the mail was certainly not delivered."""
    DEFERRED = "deferred"
    """The mail server refused it for now."""
    UNKNOWN = "unknown"
    """The end of data was sent and not answered: the mail may have been delivered."""
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail in the queue, and the result of its attempts so far."""

    mail: Mail
    created_at: datetime
    state: MailState = MailState.PENDING
    refusals: int = 0
    """The number of attempts that were refused for now."""
    unconfirmed: int = 0
    """The number of attempts whose end of data was not answered."""
    retry_at: datetime | None = None
    """Not before this time; None: at the next opportunity. An unknown mail without it is not sent again."""
    problem: str = ""
    suspected: bool = False
    """A paper in it was in a refused mail before, to anybody."""
    refused_alone: int = 0
    """So many mails were refused that carried nothing but its only paper."""
    served_since: bool = False
    """Whether another mail has arrived since the first of those."""


class Verdict(StrEnum):
    """What a failed mail means for its papers."""

    WAIT = "wait"
    """They come with the next mail."""
    HALVE = "halve"
    """One of them may be why the mail was refused: they come in smaller mails."""
    GIVE_UP = "give up"
    """The only paper in it is not sent any more."""


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The state of a mail after an attempt, or after it expired; the fields are those of QueuedMail."""

    state: MailState
    refusals: int = 0
    unconfirmed: int = 0
    retry_at: datetime | None = None
    problem: str = ""
    address_refused: bool = False
    """The server refuses the recipient's address for good, which says nothing about the mail."""
    is_certain: bool = True
    """Whether words or code of that refusal say that it is the address."""
    verdict: Verdict = Verdict.WAIT

    @property
    def is_final(self) -> bool:
        """Whether there is no further attempt."""
        expired = self.state is MailState.UNKNOWN and self.retry_at is None
        return expired or self.state in (MailState.SENT, MailState.FAILED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt to deliver a mail ended, and when that was known."""

    message_id: str
    result: DeliveryResult
    ended_at: datetime
