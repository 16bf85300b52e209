"""What a run asks a source for, what the source answers, and what the state knows of earlier answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
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


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """One keyword to fetch, and what the state knows."""

    keyword: Keyword
    known: KeywordState
    highest_order: int = 0
    """The highest announcement order of all papers in the state; 0 if it has none."""


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """A paper that a keyword finds; `is_new` if it was announced after the keyword's first fetch."""

    paper: Paper
    is_new: bool


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
