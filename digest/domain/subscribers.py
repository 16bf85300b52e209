"""subscribers"""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from digest.domain.keywords import Keyword


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a subscriber wants mail: local time of day, on these weekdays (Monday is 0)."""

    at: time
    timezone: ZoneInfo
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscriber. `email` is normalised (the domain in ASCII), and is their identity."""

    email: str = field(repr=False)
    keywords: tuple[Keyword, ...]
    schedule: Schedule
    name: str = ""
    label: str = ""
    """How logs name this subscriber without telling the address: `subscribers[3]`."""


class SuppressionReason(StrEnum):
    """Why an address gets no mail, whatever the configuration says."""

    UNSUBSCRIBED = "unsubscribed"
    NO_SUCH_ADDRESS = "no such address"
    """A delivery status notification said so."""
    REFUSED = "refused"
    """The mail server refused it on five days in a row of attempts."""
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One entry of the suppression list; `detail` is what the mail server said, without any address."""

    reason: SuppressionReason
    since: datetime
    detail: str = ""
