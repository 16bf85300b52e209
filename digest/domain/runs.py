"""How things stand: what the state tells of keywords, of what there is to do, and of the runs that were."""

from dataclasses import dataclass
from datetime import datetime

from digest.domain.keywords import Keyword


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
    """How one mail ended: `papers` delivered, or a problem. `label` names the subscriber."""

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
    """What a run did. Subscribers for whom there was nothing new have no outcome."""

    keywords: tuple[KeywordOutcome, ...]
    mails: tuple[MailOutcome, ...]
    archive: ArchiveOutcome


@dataclass(frozen=True, slots=True)
class RunProblems:
    """What was wrong in a run with each of the three, in lines without any address; empty where all went
    well, None where it had nothing to do."""

    arxiv: str | None = None
    mail: str | None = None
    archive: str | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        parts = (self.arxiv, self.mail, self.archive)
        return tuple(line for part in parts if part for line in part.splitlines())


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What the state knows of a run. `ended_at` None: it is under way, or was killed."""

    started_at: datetime
    ended_at: datetime | None = None
    asked: int = 0
    """For how many keywords arXiv was asked."""
    problems: RunProblems = RunProblems()

    @property
    def failed(self) -> bool:
        return bool(self.problems.lines)


@dataclass(frozen=True, slots=True)
class Alert:
    """What the operator is told: so many runs in a row failed `since` then, or that this is `over`."""

    over: bool
    since: datetime
    runs: int = 0
    lines: tuple[str, ...] = ()
    """What the last of them met."""
