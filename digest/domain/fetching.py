"""What a run asks a source for, what the source answers, and what the state knows of earlier answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.domain.keywords import Keyword
from digest.domain.matching import with_accented_forms
from digest.domain.papers import Paper
from digest.domain.text import moment
from digest.domain.volume import Volume
from digest.errors import SourceError

CLOCK_TOLERANCE = timedelta(minutes=5)
"""A clock may be set back by this much without anybody's doing."""


@dataclass(frozen=True, slots=True)
class KeywordState:
    """What the state knows of one keyword before a fetch; the defaults are those before the first one."""

    baseline: int | None = None
    """The highest announcement order known when the keyword was first fetched; None before that."""
    high_water_mark: int | None = None
    """Every announcement up to this order has been looked at."""
    papers: frozenset[str] = frozenset()
    """The ids of all papers that the keyword has found."""
    recent: frozenset[str] = frozenset()
    """Those of them that were submitted in the week before `newest_submission`, and that the source's usual
    answers have shown."""
    newest_submission: datetime | None = None
    last_good_at: datetime | None = None
    """The last fetch without a problem."""
    up_to_date_at: datetime | None = None
    """The last fetch after which the source had nothing more before its next announcement."""
    usual: float | None = None
    """New papers in a fetch, on average; None after too few fetches to tell."""
    accented_forms: frozenset[str] = frozenset()
    """How known papers write its phrases, where that has letters beyond ASCII."""
    compared: int = 0
    differing: int = 0
    """On how many papers the source's answers and the matcher were compared, and differ."""
    disputed: frozenset[str] = frozenset()
    """Ids of papers that the source gave to the keyword, and that were not believed to be its."""
    search_problem: str = ""
    """Why the source cannot answer the keyword's own query; announcements have the papers all the same."""


@dataclass(frozen=True, slots=True)
class UnavailablePaper:
    """A paper that the source has and cannot show. It is asked for again, with growing pauses."""

    id: str
    """Empty where only the time of submission is known."""
    title: str
    """Empty where it is not known."""
    reason: str
    since: datetime
    asked_at: datetime
    """The last time that it was asked for."""
    earliest: datetime | None = None
    latest: datetime | None = None
    """It was submitted between these, if they are known."""

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others."""
        return (self.id,) if self.id else (self.since, self.earliest, self.latest)

    @property
    def name(self) -> str:
        """Its id and title, or what else is known."""
        if self.id:
            return f"{self.id}, “{self.title}”" if self.title else self.id
        if self.earliest and self.latest:
            return f"one submitted between {moment(self.earliest)} and {moment(self.latest)}"
        return "one without a known id"


_FIRST_PAUSE = timedelta(hours=20)  # a daily run asks every day at first
_PAUSES_PER_AGE = 5


def is_due_again(paper: UnavailablePaper, now: datetime) -> bool:
    """Whether it is time to ask for the paper again: pauses grow with the time for which it is missing.

    Only a paper with an id can be asked for.
    """
    age = paper.asked_at - paper.since
    return bool(paper.id) and now - paper.asked_at >= max(_FIRST_PAUSE, age / _PAUSES_PER_AGE)


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The papers that the source could not show so far, as of `now`."""

    now: datetime
    papers: tuple[UnavailablePaper, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One keyword to fetch, and what the state knows."""

    keyword: Keyword
    known: KeywordState
    highest_order: int = 0
    """The highest announcement order of all papers in the state; 0 if it has none."""

    @property
    def spelled(self) -> Keyword:
        """The keyword in all spellings that known papers have."""
        return with_accented_forms(self.keyword, self.known.accented_forms)


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """A paper that a keyword finds; `is_new` if it was announced after the keyword's first fetch."""

    paper: Paper
    is_new: bool
    by_gaps: bool = False
    """Other words stand in the places of the keyword's stop words."""


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The answer to one request. With a `problem`, the matches are good, but others may be missing."""

    keyword: Keyword
    matches: tuple[KeywordMatch, ...] = ()
    baseline: int = 0
    """For a keyword that has none: the highest announcement order that is not new to it."""
    high_water_mark: int | None = None
    """The announcement order up to which the matches are complete; None: not known."""
    up_to_date: bool = False
    """Whether the source has nothing more before its next announcement."""
    problem: SourceError | None = None
    compared: int = 0
    """How many rows the source's answers and the matcher were compared on."""
    differing: int = 0
    """On how many of these rows they differ."""
    disputed: tuple[str, ...] = ()
    """Those of them that are not believed to be the keyword's."""
    search_problem: str = ""
    unavailable: tuple[UnavailablePaper, ...] = ()
    """All papers that the source cannot show at present, whichever keyword would have them."""
    volume: Volume | None = None
    """How many papers the source has, if a first fetch shows it."""
    announcement_size: int | None = None
    """How many papers the source announced since the last fetch, whoever wants them; None: not known."""


@dataclass(frozen=True, slots=True)
class FetchStatus:
    """What the state knows of a keyword's last fetches."""

    last_good_at: datetime | None = None
    up_to_date_at: datetime | None = None
    """The last fetch after which the source had nothing more before its next announcement."""
    failing: bool = False
    """Whether the last fetch had a problem."""


def is_up_to_date(announced_at: datetime, up_to_date_at: datetime, now: datetime) -> bool:
    """Whether a fetch at `up_to_date_at` had the announcement of `announced_at`, the latest before `now`.

    A fetch that lies well in the future has not: the clock was wrong then.
    """
    return announced_at <= up_to_date_at <= now + CLOCK_TOLERANCE


def up_to_date_keywords(
    fetch_statuses: Mapping[str, FetchStatus], announced_at: datetime, now: datetime
) -> frozenset[str]:
    """The ids of the keywords that have the announcement of `announced_at`, the latest before `now`."""
    return frozenset(
        keyword_id
        for keyword_id, fetch_status in fetch_statuses.items()
        if fetch_status.up_to_date_at and is_up_to_date(announced_at, fetch_status.up_to_date_at, now)
    )
