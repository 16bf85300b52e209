"""What a message that came back says: the records that the parser makes."""

from dataclasses import dataclass, field
from datetime import datetime


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
class Bounce:
    """A mail that was permanently refused (RFC 3464)."""

    message_id: str
    """Of that mail, with its angle brackets."""
    recipient: str = field(repr=False)
    """The address that failed, as written in the report; empty if it names none."""
    status: str
    """Such as `5.1.1` (RFC 3463)."""
    gone: bool
    """The address does not exist. If false, the refusal may end, although its status is permanent."""
