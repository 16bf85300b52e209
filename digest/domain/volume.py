"""How many papers a source has for a keyword, and what a person should know of it, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.domain.keywords import Keyword, Match
from digest.domain.text import counted
from digest.errors import SourceError

WINDOW = timedelta(days=30)

BROAD = 50
"""With more papers a day, a keyword is called broad."""

_REMEDY = "check the spelling, or shorten it"
_FEW = 10  # papers a day, of a single word that is looked for in title and abstract
_SHOWN_BY_DAY = 1.5  # with fewer papers a day, their number in 30 days says more
_SHORTEST_SPAN = 0.1  # in days; no estimate rests on less
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Volume:
    """How many papers a source has for a keyword.

    A day is one from Monday to Friday: papers are announced on no other.
    """

    total: int | None = None
    """Of all years; None: not known."""
    recent: int | None = None
    """Submitted in the last 30 days; None: not known."""
    a_day: float | None = None
    loosened: int | None = None
    """Like `recent`, with `match: title-or-abstract`; None: not known, or the keyword has that anyway."""
    at_most: bool = False
    """The source finds more than the keyword wants: the numbers are upper limits."""


@dataclass(frozen=True, slots=True)
class VolumeResult:
    """The volume of one keyword, or why it is not known."""

    keyword: Keyword
    volume: Volume = Volume()
    problem: SourceError | None = None


def loosened(keyword: Keyword) -> Keyword | None:
    """The keyword with `match: title-or-abstract`, if by default it has a single word in title and abstract.

    None where that changes nothing.
    """
    wider = replace(keyword, match=Match.TITLE_OR_ABSTRACT)
    return wider if keyword.match is None and wider.id != keyword.id else None


def papers_a_day(recent: int, now: datetime) -> float:
    """Papers a day, from their number in the last 30 days."""
    return recent / weekdays_between(now - WINDOW, now)


def volume_of_latest(submitted: Sequence[datetime], total: int, now: datetime) -> Volume:
    """The volume by the times of the latest submissions (newest first) of `total`.

    Where these do not go back for 30 days, the papers a day are an estimate.
    """
    recent = sum(moment >= now - WINDOW for moment in submitted)
    if submitted and recent == len(submitted) < total:
        span = max(weekdays_between(submitted[-1], submitted[0]), _SHORTEST_SPAN)
        return Volume(total, a_day=recent / span)
    return Volume(total, recent, papers_a_day(recent, now))


def weekdays_between(begin: datetime, end: datetime) -> float:
    """The days from Monday to Friday between two times in UTC, counted by hours."""
    hours = range((end - begin) // _HOUR)
    return sum((begin + number * _HOUR).weekday() < 5 for number in hours) / 24


def is_broad(volume: Volume) -> bool:
    """Whether there are so many papers a day that nobody reads them all."""
    return (volume.a_day or 0) > BROAD


def has_no_paper(papers: int, volume: Volume) -> bool:
    """Whether the source has never had a paper for the keyword, of which a fetch brought so many."""
    return papers == 0 and volume.total == 0


def volume_lines(results: Sequence[VolumeResult]) -> Iterator[str]:
    """For a terminal: a line for each keyword."""
    width = max((len(result.keyword.name) for result in results), default=0)
    for result in results:
        yield f"{result.keyword.name:{width}}  {_counts(result)}"


def first_words(keyword: Keyword, papers: int, volume: Volume) -> str:
    """What the first fetch of a keyword brought: so many `papers`, and what to expect of every day."""
    if has_no_paper(papers, volume):
        return "; ".join((f"no paper in all of arXiv's years: {_REMEDY}", *_advice(keyword, volume)))
    parts = (f"{counted(papers, 'paper')} so far", *_pace(volume), *_advice(keyword, volume))
    return "; ".join(parts)


def _counts(result: VolumeResult) -> str:
    volume = result.volume
    if result.problem:
        return f"not known: {result.problem}"
    if volume.total == 0:
        return "; ".join((f"arXiv has no paper for this keyword: {_REMEDY}", *_alternative(volume)))
    papers = f"{_limit(volume)}{_counted(volume.recent or 0)} in 30 days"
    rate = f", {volume.a_day:.0f} a day" if (volume.a_day or 0) >= _SHOWN_BY_DAY else ""
    years = f", {volume.total:,} in all years" if volume.total else ""
    return "; ".join((f"{papers}{rate}{years}", *_alternative(volume), *_warning(result.keyword, volume)))


def _counted(papers: int) -> str:
    return f"{papers:,} paper" if papers == 1 else f"{papers:,} papers"


def _limit(volume: Volume) -> str:
    return "at most " if volume.at_most else ""


def _alternative(volume: Volume) -> Iterator[str]:
    if volume.loosened is not None:
        yield f"{volume.loosened:,} with match: {Match.TITLE_OR_ABSTRACT}"


def _pace(volume: Volume) -> Iterator[str]:
    if volume.a_day is not None and volume.a_day >= _SHOWN_BY_DAY:
        yield f"{'at most' if volume.at_most else 'about'} {volume.a_day:.0f} a day"
    elif volume.recent is not None:
        yield f"{_limit(volume)}{volume.recent} in the last 30 days"


def _advice(keyword: Keyword, volume: Volume) -> Iterator[str]:
    yield from _warning(keyword, volume)
    if volume.a_day is not None and volume.a_day < _FEW and loosened(keyword):
        yield "`digest check --volume` compares match: title-or-abstract"


def _warning(keyword: Keyword, volume: Volume) -> Iterator[str]:
    if is_broad(volume):
        *others, last = _narrower(keyword)
        yield f"broad: consider {' or '.join(filter(None, (', '.join(others), last)))}"


def _narrower(keyword: Keyword) -> Iterator[str]:
    """What would give the keyword fewer papers."""
    yield "a longer phrase" if keyword.phrases else "a phrase"
    if keyword.phrases and keyword.match is not Match.TITLE and not loosened(keyword):
        yield "match: title"
    if not keyword.categories:
        yield "categories"
