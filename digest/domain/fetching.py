"""fetching"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.errors import SourceError

CLOCK_TOLERANCE = timedelta(minutes=5)
"""By so much clocks are set back without anybody doing it on purpose."""


@dataclass(frozen=True, slots=True)
class KeywordState:
    """What the state knows of one keyword before it is asked for again; of a newcomer, nothing."""

    baseline: int | None = None
    """The highest announcement order known when the keyword was first known; None before that."""
    covered: int | None = None
    """All that was announced up to this order has been looked at."""
    papers: frozenset[str] = frozenset()
    recent: frozenset[str] = frozenset()
    """Those of them that were submitted in the last days before `newest_submission`."""
    newest_submission: datetime | None = None
    last_good_at: datetime | None = None
    up_to_date_at: datetime | None = None
    """When nothing more was to be expected from arXiv before its next announcement."""
    usual: float | None = None
    """New papers in a fetch, on average; None while there were too few fetches to tell."""


@dataclass(frozen=True, slots=True)
class FetchRequest:
    keyword: Keyword
    known: KeywordState


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What came of a question. With a `problem`, the papers may be used, but others may be missing."""

    keyword: Keyword
    papers: tuple[Paper, ...] = ()
    announced: frozenset[str] = frozenset()
    """Those that arXiv's own feed calls new, in a batch that was not seen before."""
    covered: int | None = None
    """Up to which announcement order this is everything; None: that is not known."""
    settled: bool = False
    """Whether nothing more is to be expected before the next announcement."""
    asked_at: datetime | None = None
    """arXiv's own clock, if it told."""
    problem: SourceError | None = None


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """A paper that a keyword found; `is_new` if it was announced since the keyword was first known."""

    paper: Paper
    is_new: bool


@dataclass(frozen=True, slots=True)
class FetchStatus:
    """What the state knows of how a keyword was last answered."""

    last_good_at: datetime | None = None
    up_to_date_at: datetime | None = None
    """When nothing more was to be expected from arXiv before its next announcement."""
    failing: bool = False
    """The last answer was not good."""


def is_since(announced_at: datetime, asked_at: datetime, now: datetime) -> bool:
    """The same, where the moment of that announcement is known."""
    return announced_at <= asked_at <= now + CLOCK_TOLERANCE


def up_to_date_keywords(
    fetch_statuses: Mapping[str, FetchStatus], announced_at: datetime, now: datetime
) -> frozenset[str]:
    """The keywords, by their keys, of which arXiv has told the announcement of that moment, its latest."""
    return frozenset(
        key
        for key, fetch_status in fetch_statuses.items()
        if fetch_status.up_to_date_at and is_since(announced_at, fetch_status.up_to_date_at, now)
    )
