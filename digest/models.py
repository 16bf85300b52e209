"""The records that travel from stage to stage: Config → Keyword → Paper → Digest → Mail → Outcome.

All are frozen, tuples inside; every datetime is aware and in UTC unless a field says otherwise.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.identifiers import announcement_order


class Match(StrEnum):
    """Where a phrase must stand."""

    TITLE_OR_ABSTRACT = "title-or-abstract"
    TITLE_AND_ABSTRACT = "title-and-abstract"
    TITLE = "title"
    ABSTRACT = "abstract"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A named question to arXiv. Conditions of different kinds must all hold.

    `match` None means the default for each phrase: several words in title or abstract, a single
    word in title and abstract.
    """

    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a subscriber wants mail: local time of day, on these weekdays (Monday is 0)."""

    at: time
    timezone: ZoneInfo
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A reader. `email` is normalised (the domain in ASCII), and is their identity."""

    email: str = field(repr=False)
    keywords: tuple[Keyword, ...]
    schedule: Schedule
    name: str = ""
    label: str = ""
    """How logs name this reader without telling the address: `subscribers[3]`."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. `security` is `tls`, `starttls` or `plain`."""

    host: str
    port: int
    security: str
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What all mails share. `sender` and `reply_to` are header values such as `Name <a@b.example>`."""

    sender: str
    reply_to: str | None
    when_empty: str
    """`skip` or `send`: what to do when there is nothing new."""
    when_unconfirmed: str = "retry"
    """`retry` or `never`: whether a mail goes out once more whose arrival the server never confirmed."""
    connections: int = 1
    """To the mail server, at the same time."""
    mails_per_connection: int = 100
    archive_url: str | None = None
    """Where the archive can be read."""
    retry_scale: float = 1.0
    """Multiplies every pause before a mail is tried again (tests)."""
    keep_days: int = 3
    """How long the bodies of mails that are done with stay in the state."""


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """Which file holds the archive (None: no archive), its sections in order, papers a section."""

    file: Path | None
    keywords: tuple[Keyword, ...]
    papers: int


@dataclass(frozen=True, slots=True)
class ArxivSettings:
    """Endpoints, and the least number of seconds between two requests."""

    api: str
    feed: str
    interval_seconds: float
    retry_scale: float
    """Multiplies every back-off pause (tests); never the interval."""


@dataclass(frozen=True, slots=True)
class MonitoringSettings:
    """Who is told how runs go; None: nobody."""

    ping_url: str | None = field(default=None, repr=False)
    """Told of each run's start, success and failure. Whoever knows it can do so: a secret."""
    metrics_file: Path | None = None
    operator: str | None = field(default=None, repr=False)
    """The address that gets a mail after so many failed runs in a row, and when they are over."""
    failed_runs: int = 3


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a person or the environment may set, complete and checked."""

    file: Path
    subscribers: tuple[Subscriber, ...]
    mail: MailSettings
    archive: ArchiveSettings
    arxiv: ArxivSettings
    welcome: int
    """How many of a keyword's latest papers a subscriber gets to begin with."""
    state: Path
    outbox: Path
    smtp: SmtpServer | None
    templates: Path | None = None
    """A folder whose templates win over those that come with the project."""
    wait_minutes: int = 120
    """How long mails wait behind their hour for what arXiv has not told."""
    monitoring: MonitoringSettings = MonitoringSettings()

    @property
    def keywords(self) -> tuple[Keyword, ...]:
        """Every keyword that somebody reads or the archive shows, equal ones once."""
        wanted = [keyword for subscriber in self.subscribers for keyword in subscriber.keywords]
        return tuple(dict.fromkeys((*wanted, *self.archive.keywords)))


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of a paper as arXiv describes it; titles and abstracts are one line, TeX and all."""

    id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    """Primary category first."""
    comment: str
    submitted: datetime
    """Of the first version. Neither date is that of the announcement."""
    updated: datetime
    """Submission of this version."""

    @property
    def order(self) -> int:
        return announcement_order(self.id)

    @property
    def abs_url(self) -> str:
        return f"https://arxiv.org/abs/{self.id}v{self.version}"

    @property
    def pdf_url(self) -> str:
        return f"https://arxiv.org/pdf/{self.id}v{self.version}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper in a digest, under its first keyword; `also` names the reader's others that have it."""

    paper: Paper
    also: tuple[str, ...]
    welcome: bool
    """One of the latest papers that a newcomer gets to begin with, rather than a new one."""


@dataclass(frozen=True, slots=True)
class Section:
    keyword: Keyword
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A keyword of which arXiv did not tell everything today, and when it last did."""

    keyword: Keyword
    last_good_at: datetime | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What one reader is to be told today."""

    subscriber: Subscriber
    date: date
    """In the reader's time zone."""
    sections: tuple[Section, ...]
    unanswered: tuple[Unanswered, ...] = ()
    part: int = 1
    """Which of `parts` mails this is, if one would be too long."""
    parts: int = 1

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for section in self.sections for entry in section.entries)


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
class Outgoing:
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
class Settlement:
    """How a mail stands after an attempt, or after it was given up; the fields are those of Outgoing."""

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


class Suppressed(StrEnum):
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

    reason: Suppressed
    since: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KeywordOutcome:
    """How asking for one keyword ended: so many new papers, or a problem."""

    keyword: Keyword
    new: int = 0
    past: int = 0
    """How many papers the first answer brought; they are not new."""
    up_to_date: bool = False
    """It was not asked for: nothing can be new since the last good answer."""
    problem: str = ""
    hint: str = ""
    last_good_at: datetime | None = None
    """Before this one."""
    unavailable: bool = False
    """arXiv as a whole did not serve us and told nothing; nothing is wrong with this keyword."""


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """How one mail ended: `papers` delivered, or a problem. `label` names the reader."""

    label: str
    papers: int = 0
    problem: str = ""
    hint: str = ""
    unavailable: bool = False
    """The mail server as a whole did not serve us; nothing is wrong with this recipient."""
    retry_at: datetime | None = None
    """When it is tried again, if that was arranged."""
    may_have_arrived: bool = False


@dataclass(frozen=True, slots=True)
class ArchiveOutcome:
    """Whether the page changed, or why it could not be brought up to date."""

    changed: bool = False
    problem: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did. Readers for whom there was nothing new have no outcome."""

    keywords: tuple[KeywordOutcome, ...]
    mails: tuple[MailOutcome, ...]
    archive: ArchiveOutcome
