"""The settings of a configuration: complete, checked, and read-only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from digest.domain.archive_settings import ArchiveSettings
from digest.domain.auditing import WEEKLY
from digest.domain.keywords import Keyword
from digest.domain.subscribers import Subscriber
from digest.errors import ConfigFault

RUN_LOCK, DAEMON_LOCK, ARXIV_LOCK, BACKUP_LOCK = "run.lock", "daemon.lock", "arxiv.lock", "backup.lock"
ANNOUNCE_LOCK = "announce.lock"
RESULTS_SUFFIX = "-results"

SUPPRESSED_PERCENT = 5


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Where the access token for a mail server comes from: a file, or the output of a command."""

    file: Path | None = None
    command: tuple[str, ...] = field(default=(), repr=False)
    """A program and its arguments; it runs in `folder`."""
    folder: Path = Path()
    is_guarded: bool = False
    """Whether systemd guards the file (LoadCredential=), whatever its permissions are."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The mail server. `security` is `tls`, `starttls` or `plain`.

    A user has a password or, for XOAUTH2, a token.
    """

    host: str
    port: int
    security: str
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    token: TokenSource | None = None
    url_file: Path | None = field(default=None, compare=False)
    """The file that holds the SMTP URL; None: the environment itself does."""


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """How mails are signed (RFC 6376): for which domain, under which selector, with which RSA key (PEM)."""

    domain: str
    selector: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImapServer:
    """A mailbox on an IMAP server, where answers arrive. `security` is `tls`, `starttls` or `plain`."""

    host: str
    port: int
    security: str
    user: str = field(repr=False)
    folder: str = "INBOX"
    handled: str | None = None
    """The folder where messages go that were handled; None: they stay, and are marked."""
    ca_file: Path | None = None

    @property
    def name(self) -> str:
        """As errors name it."""
        return f"the inbox at {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What all mails share. `sender` and `reply_to` are header values such as `Name <a@b.example>`."""

    sender: str
    reply_to: str | None = None
    when_empty: str = "skip"
    """`skip` or `send`: what to do when there are no new papers."""
    when_unconfirmed: str = "retry"
    """`retry` or `never`: whether to send a mail again if the server did not confirm that it has it."""
    connections: int = 1
    """Parallel connections to the mail server."""
    mails_per_connection: int = 100
    archive_url: str | None = None
    """The web address of the archive."""
    archive_has_all: bool = False
    """Whether the archive at that address keeps every paper that was ever found."""
    feed_url: str | None = None
    """The web address of the archive's feed of all keywords."""
    retry_scale: float = 1.0
    """Multiplies every pause before a mail is tried again (for tests)."""
    keep_days: int = 3
    """How many days the state keeps the bodies of mails that were delivered or given up."""
    return_path: str | None = None
    """The address that gets reports of failed mails; each mail adds its token to it. None: the sender."""
    unsubscribe_url: str | None = None
    """The HTTPS service that unsubscribes whose token is posted to it (RFC 8058)."""
    dkim: DkimSettings | None = None
    """None: the mail server signs, or nobody does."""
    name_server: str | None = None
    """The DNS server that `digest doctor` asks, such as `127.0.0.1:53`. None: the system's."""
    suppressed_percent: int = SUPPRESSED_PERCENT
    """Mail servers may bring at most so many of all subscribers onto the suppression list within a day."""
    links: tuple[str, ...] = ()
    """Other pages about a paper to link to: some of digest.domain.links.SERVICES."""


@dataclass(frozen=True, slots=True)
class ArxivSettings:
    """The addresses of arXiv, and the least number of seconds between two requests."""

    api: str
    feed: str
    interval_seconds: float
    retry_scale: float = 1.0
    """Multiplies every back-off pause (for tests); never the interval."""
    oai: str | None = None
    """The OAI-PMH server, for the audit; None: no audit, since a local arXiv has none that is named."""


@dataclass(frozen=True, slots=True)
class MonitoringSettings:
    """Who gets to know how runs go; None: nobody."""

    ping_url: str | None = field(default=None, repr=False)
    """Called at each run's start, success and failure. A secret: anybody who knows it can report a run."""
    metrics_file: Path | None = None
    operator: str | None = field(default=None, repr=False)
    """The address that gets a mail after `failed_runs` failed runs in a row, and when runs succeed again."""
    failed_runs: int = 3


ISSUE, DISCUSSION, RELEASE, NOTHING = "issue", "discussion", "release", "none"

ANNOUNCEMENTS = (ISSUE, DISCUSSION, RELEASE, NOTHING)


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """How new papers are announced to those who watch a repository at GitHub."""

    announce: str = ISSUE
    """One of ANNOUNCEMENTS."""
    keep_open: int = 7
    """So many announcements stay open; releases cannot be closed."""
    label: str | None = None
    """The label of each issue."""
    category: str = "Announcements"
    """The category of each discussion."""
    repository: str | None = None
    """Such as `owner/name`. None: the one that a workflow runs in."""
    retry_scale: float = 1.0
    """Multiplies every pause before another try (for tests)."""


@dataclass(frozen=True, slots=True)
class GitHubAccess:
    """A repository at GitHub, where its API is, and what lets us in."""

    repository: str
    token: str = field(repr=False)
    api_url: str
    graphql_url: str
    server_url: str

    @property
    def web_url(self) -> str:
        """The repository's page."""
        return f"{self.server_url}/{self.repository}"


@dataclass(frozen=True, slots=True)
class UsedPath:
    """A file that the program reads or writes, or a folder for such files alone. `name` is for sentences."""

    name: str
    path: Path
    is_folder: bool = False
    holds: str = "mails alone"
    """What the files of a folder are."""
    is_watched: bool = False
    """A change of it changes the configuration."""


def files_of_state(state: Path) -> tuple[UsedPath, ...]:
    """The state and all files beside it: SQLite's, kept results, locks."""
    beside = [f"{state.name}{suffix}" for suffix in ("-wal", "-shm", "-journal", RESULTS_SUFFIX, ".new")]
    others = (*beside, RUN_LOCK, DAEMON_LOCK, ARXIV_LOCK, BACKUP_LOCK, ANNOUNCE_LOCK)
    return (
        UsedPath("the state", state),
        *(UsedPath(f"{name} of the state", state.with_name(name)) for name in others),
    )


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a person or the environment can set. Every path is absolute."""

    file: Path
    subscribers: tuple[Subscriber, ...]
    mail: MailSettings
    archive: ArchiveSettings
    arxiv: ArxivSettings
    welcome: int
    """How many of a keyword's latest papers a new subscriber gets in the first mail."""
    state: Path
    outbox: Path
    smtp: SmtpServer | None
    inbox: ImapServer | Path | None = None
    """Where answers arrive: on a server, or in a Maildir or mbox; None: nobody reads them by itself."""
    inbox_password: str | None = field(default=None, repr=False)
    """For a mailbox on a server, also for one that the command line names."""
    templates: Path | None = None
    """A folder whose templates replace those that come with the project."""
    wait_minutes: int = 120
    """How many minutes the daemon delays mails at most if arXiv is late or does not answer."""
    monitoring: MonitoringSettings = MonitoringSettings()
    github: GitHubSettings = GitHubSettings()
    warnings: tuple[ConfigFault, ...] = ()
    """What hardly means what was written; the program works all the same."""
    used_paths: tuple[UsedPath, ...] = field(default=(), compare=False, repr=False)
    """Everything that no command may write over."""
    audit: str = WEEKLY
    """When the program audits itself: one of digest.domain.auditing.AUDIT_TIMES."""

    @property
    def keywords(self) -> tuple[Keyword, ...]:
        """Every keyword that a subscriber follows or the archive shows, equal ones once."""
        return self.keywords_of(self.subscribers)

    def keywords_of(self, subscribers: Iterable[Subscriber]) -> tuple[Keyword, ...]:
        """The same, where these are all the subscribers."""
        wanted = [keyword for subscriber in subscribers for keyword in subscriber.keywords]
        return tuple(dict.fromkeys((*wanted, *self.archive.keywords)))

    @property
    def sends_mail(self) -> bool:
        """Whether there is anybody who gets mail."""
        return bool(self.subscribers or self.monitoring.operator)

    @property
    def watched_files(self) -> tuple[Path, ...]:
        """The configuration and each file that holds a part of it: a change of any counts at once."""
        return (self.file, *(used.path for used in self.used_paths if used.is_watched))

    @property
    def run_lock(self) -> Path:
        """Locked by the one run of this state."""
        return self.state.with_name(RUN_LOCK)

    @property
    def daemon_lock(self) -> Path:
        """Locked by the one daemon of this state, and touched as its heartbeat."""
        return self.state.with_name(DAEMON_LOCK)

    @property
    def announce_lock(self) -> Path:
        """Locked while new papers of this state are announced."""
        return self.state.with_name(ANNOUNCE_LOCK)

    @property
    def arxiv_lock(self) -> Path:
        """Holds the moment of the last request to arXiv, for every process beside this state."""
        return self.state.with_name(ARXIV_LOCK)
