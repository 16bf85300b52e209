"""settings"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from digest.domain.keywords import Keyword
from digest.domain.subscribers import Subscriber


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
        """Every keyword that a subscriber follows or the archive shows, equal ones once."""
        return self.keywords_of(self.subscribers)

    def keywords_of(self, subscribers: Iterable[Subscriber]) -> tuple[Keyword, ...]:
        """The same, where these are all the subscribers."""
        wanted = [keyword for subscriber in subscribers for keyword in subscriber.keywords]
        return tuple(dict.fromkeys((*wanted, *self.archive.keywords)))

    @property
    def run_lock(self) -> Path:
        """Locked by the one run of this state."""
        return self.state.with_name("run.lock")

    @property
    def daemon_lock(self) -> Path:
        """Locked by the one daemon of this state, and touched as its heartbeat."""
        return self.state.with_name("daemon.lock")

    @property
    def arxiv_lock(self) -> Path:
        """Holds the moment of the last request to arXiv, for every process beside this state."""
        return self.state.with_name("arxiv.lock")
