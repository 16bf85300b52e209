"""What a message that came back says: the records that the parser makes."""

from dataclasses import dataclass, field
from datetime import datetime

from digest.domain.fault import Fault
from digest.domain.preferences import Action


@dataclass(frozen=True, slots=True)
class UnsubscribeRequest:
    """A subscriber wants no more mail: the one whom all that is known of these tokens and mails names."""

    tokens: tuple[str, ...] = field(default=(), repr=False)
    """Each of 32 letters and digits, in lower case."""
    message_ids: tuple[str, ...] = ()
    """Of mails that it answers or returns, with their angle brackets."""
    name: str = ""
    """The same in every copy of the request: its Message-ID, or else its date as written; or else empty."""
    latest_date: datetime | None = None
    """The latest of the times that its sender and the mail servers on its way wrote into it, if any; of a
    complaint the time of the mail that it returns."""
    is_complaint: bool = False
    """Their mail provider reports that they called a mail spam (RFC 5965)."""


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """A subscriber changes what they get: the one with this token."""

    action: Action
    about: str
    """The first 8 digits of a keyword's id (MUTE), a day in ISO 8601 (PAUSE), or a paper's id (LIKE)."""
    token: str = field(repr=False)
    name: str = ""
    latest_date: datetime | None = None
    """Both as in UnsubscribeRequest."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail came back, and is given up."""

    mail: str
    """The first part of its Message-ID: 32 letters and digits."""
    recipient: str = field(repr=False)
    """The address that failed, as written in the report; empty if it names none."""
    status: str
    """Such as `5.1.1` (RFC 3463) or `550`; empty if the report has no code."""
    fault: Fault
    """Whose fault it is; GONE only if nothing speaks against it."""


Answer = UnsubscribeRequest | ActionRequest | Bounce
