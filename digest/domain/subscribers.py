"""Subscribers, their schedules, and why an address gets no mail."""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from digest.domain.interests import NO_INTERESTS, Interests
from digest.domain.keywords import Keyword

FORMER = "a former subscriber"
"""Names whoever is not in the configuration."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a subscriber wants mail: at this local time, on these weekdays (Monday is 0)."""

    at: time
    timezone: ZoneInfo
    days: frozenset[int]


class Order(StrEnum):
    """The order of the papers in a mail."""

    RELEVANCE = "relevance"
    """By digest.domain.ranking."""
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscriber of the configuration. `email` is normalised (domain in ASCII) and is their identity."""

    email: str = field(repr=False)
    keywords: tuple[Keyword, ...]
    schedule: Schedule
    name: str = ""
    label: str = ""
    """Names the subscriber in logs, without the address: `subscribers[3]`."""
    order: Order = Order.RELEVANCE
    interests: Interests = NO_INTERESTS
    has_preferences: bool = False
    """Whether they changed something of this themselves (digest.domain.preferences)."""


class SuppressionReason(StrEnum):
    """Why an address gets no mail, whatever the configuration says."""

    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    """Their mail provider said that they called a mail spam."""
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


@dataclass(frozen=True, slots=True)
class SuppressionEvent:
    """A subscriber was suppressed who did not ask for it. `made` False: too many at once, they still get
    mail."""

    number: int
    at: datetime
    label: str
    reason: SuppressionReason
    detail: str = ""
    made: bool = True


@dataclass(frozen=True, slots=True)
class SubscriberState:
    """A subscriber of the configuration, and why they get no mail, if so."""

    subscriber: Subscriber
    suppression: Suppression | None = None

    @property
    def is_subscribed(self) -> bool:
        """Whether papers wait for them: also while a mail server merely refuses their address. Who is not
        subscribed, because they unsubscribed for instance, counts as not configured."""
        return self.suppression is None or self.suppression.reason is SuppressionReason.REFUSED
