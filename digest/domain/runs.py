"""The outcomes of a run, its report and problems, and its record in the log of runs."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.domain.fetching import UnavailablePaper
from digest.domain.keywords import Keyword
from digest.domain.volume import Volume


@dataclass(frozen=True, slots=True)
class KeywordOutcome:
    """The fetch of one keyword: so many new papers, or a problem."""

    keyword: Keyword
    new: int = 0
    past: int = 0
    """The number of papers of the first fetch, which are not new."""
    up_to_date: bool = False
    """It was not fetched: nothing can be new since the last good fetch."""
    problem: str = ""
    hint: str = ""
    last_good_at: datetime | None = None
    """Before this one."""
    unavailable: bool = False
    """The source is down for all keywords, and brought no paper of this one."""
    search_problem: str = ""
    """Why the source cannot answer the keyword's own query."""
    is_search_problem_new: bool = False
    volume: Volume | None = None
    """How many papers the source has, after a first fetch."""


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """The delivery of one mail: so many `papers`, or a problem. `label` is the subscriber's."""

    label: str
    papers: int = 0
    problem: str = ""
    hint: str = ""
    detail: str = field(default="", repr=False)
    """More about the problem, for the operator's own terminal alone: DigestError.detail."""
    unavailable: bool = False
    """The mail server is down for all recipients."""
    for_us: bool = False
    """The mail server refuses this mail because of us, and takes others."""
    retry_at: datetime | None = None
    """When the mail is tried again; None: at the next opportunity, or never."""
    may_have_arrived: bool = False
    undecided: bool = False
    """The mail server refused it, and whether because of the mail or of us is not known yet."""
    refused: bool = False
    """For its content, or its size."""
    without: tuple[str, ...] = ()
    """The papers, by id, that cannot be sent for this problem; empty: all of the mail's."""


@dataclass(frozen=True, slots=True)
class StruckOff:
    """Who gets no more mail, refused on five days: labels, and what the mail server said."""

    suppressed: tuple[tuple[str, str], ...] = ()
    withheld: int = 0
    """So many would be too many at once; they still get mail."""


@dataclass(frozen=True, slots=True)
class ArchiveOutcome:
    """Whether the page changed, or why it could not be brought up to date."""

    changed: bool = False
    problem: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RunProblems:
    """The problems of a run, as lines without any address: "" is none, None that there was nothing to do."""

    arxiv: str | None = None
    mail: str | None = None
    archive: str | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        parts = (self.arxiv, self.mail, self.archive)
        return tuple(line for part in parts if part for line in part.splitlines())


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did. Subscribers for whom there was nothing new have no outcome.

    digest.pipeline.report.build_report makes it.
    """

    keywords: tuple[KeywordOutcome, ...]
    mails: tuple[MailOutcome, ...]
    archive: ArchiveOutcome
    problems: RunProblems = RunProblems()
    unavailable: tuple[UnavailablePaper, ...] = ()
    """The papers that the source cannot show and that were noticed before."""
    struck_off: StruckOff = StruckOff()


class Failure(StrEnum):
    """What can fail in a run, by whose fault it is."""

    FETCH = "fetch"
    """A keyword could not be fetched. The next run brings what this one lacks."""
    STALE = "stale"
    """The same for days, or ever since the keyword is there."""
    ADDRESS = "address"
    """A mail, or the address that it goes to, is refused."""
    SERVER = "server"
    """The mail server cannot be used, or refuses us."""
    ARCHIVE = "archive"
    INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run in the log of runs. `ended_at` None: it is under way, or was killed."""

    started_at: datetime
    ended_at: datetime | None = None
    asked: int = 0
    """The number of keywords that were fetched."""
    problems: RunProblems = RunProblems()

    @property
    def failed(self) -> bool:
        return bool(self.problems.lines)


@dataclass(frozen=True, slots=True)
class Alert:
    """A message to the operator: so many runs in a row failed `since` then, or this is `over`."""

    over: bool
    since: datetime
    runs: int = 0
    lines: tuple[str, ...] = ()
    """The problems of the last of them."""


@dataclass(frozen=True, slots=True)
class UnreadInbox:
    """The mailbox where answers arrive cannot be read, since then; without any address."""

    since: datetime
    problem: str
