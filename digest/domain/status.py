"""What `digest status` shows of keywords, subscribers, and the services that runs depend on."""

from dataclasses import dataclass
from datetime import datetime

from digest.domain.auditing import Audit
from digest.domain.fetching import UnavailablePaper
from digest.domain.mails import MailState
from digest.domain.preferences import Preferences
from digest.domain.subscribers import Suppression, SuppressionEvent
from digest.domain.text import counted

DAYS = 7


def difference(compared: int, differing: int) -> str:
    """`arXiv and we differ on 1 of 214 papers`; empty if they do not differ."""
    return f"arXiv and we differ on {differing} of {counted(compared, 'paper')}" if differing else ""


@dataclass(frozen=True, slots=True)
class KeywordStatus:
    """`new` counts the papers of the last good fetch."""

    name: str
    last_good_at: datetime | None = None
    new: int = 0
    failing_since: datetime | None = None
    problem: str = ""
    new_today: int = 0
    week: tuple[int, ...] = (0,) * DAYS
    """New papers on each of the last days in UTC; the last is today."""
    never_had_a_paper: bool = False
    search_problem: str = ""
    """Why arXiv cannot answer the keyword's own query."""
    compared: int = 0
    """On so many papers arXiv's search and the matcher were compared."""
    differing: int = 0
    """On so many of them they differ."""


@dataclass(frozen=True, slots=True)
class SubscriberStatus:
    """`problem` is that of the last mail, if it did not arrive."""

    email: str
    last_mail_at: datetime | None = None
    waiting: int = 0
    """Papers that are in no mail yet."""
    on_the_way: MailState | None = None
    """The state of the oldest queued mail."""
    retry_at: datetime | None = None
    failed: int = 0
    problem: str = ""
    given_up: tuple[str, ...] = ()
    """The ids of papers that the mail server refused until they were given up."""
    suppressed: Suppression | None = None
    preferences: Preferences = ()
    """What they changed themselves, as far as it holds now."""
    next_due: datetime | None = None
    """When the next digest is due: a moment that has passed if it is late; None for who gets no mail."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """A run with a problem: when it began, and the lines of the problem."""

    at: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """The last run with a problem there, and when the last run without one began."""

    last_trouble: Mishap | None = None
    last_good_run: datetime | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """What runs depend on."""

    arxiv: ServiceStatus = ServiceStatus()
    mail: ServiceStatus = ServiceStatus()


@dataclass(frozen=True, slots=True)
class Overview:
    """Keywords and subscribers in the order of the configuration."""

    keywords: tuple[KeywordStatus, ...]
    subscribers: tuple[SubscriberStatus, ...]
    services: Services
    audit: Audit | None = None
    """The last audit that gave a figure."""
    unavailable: tuple[UnavailablePaper, ...] = ()
    """Papers that the source cannot show."""
    suppressed_lately: tuple[SuppressionEvent, ...] = ()
    """Who was suppressed on the last days without having asked for it, named by address."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Papers since the beginning, in the same order: known of each keyword, mailed to each subscriber."""

    keywords: tuple[int, ...]
    subscribers: tuple[int, ...]
