"""When the operator is told that runs fail time after time, and that this is over. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from digest.domain.runs import Alert, RunProblems, RunRecord

_PARTS: tuple[Callable[[RunProblems], str | None], ...] = (
    lambda trouble: trouble.arxiv,
    lambda trouble: trouble.mail,
    lambda trouble: trouble.archive,
)


@dataclass(frozen=True, slots=True)
class _Streak:
    """The runs, latest first, in which one part failed since it was last well; `since` is the first's."""

    runs: int
    since: datetime | None
    last: str


def alert_after(runs: Iterable[RunRecord], *, raised_at: datetime | None, most_failures: int) -> Alert | None:
    """What the operator is to be told after the latest of these runs, which come latest first.

    arXiv, the mails and the archive are looked at each for itself: a run that had nothing to do with one
    of them says nothing about it. `raised_at` is when an alarm was told that is not over yet.
    """
    ended = [run for run in runs if run.ended_at]
    streaks = [_streak(ended, part) for part in _PARTS]
    failing = [streak for streak in streaks if streak.runs]
    if raised_at is None and any(streak.runs >= most_failures for streak in failing):
        return _raised(failing)
    if raised_at and not failing:
        return Alert(over=True, since=raised_at)
    return None


def _raised(failing: Sequence[_Streak]) -> Alert:
    since = min(streak.since for streak in failing if streak.since)
    lines = tuple(line for streak in failing for line in streak.last.splitlines())
    return Alert(over=False, since=since, runs=max(streak.runs for streak in failing), lines=lines)


def _streak(runs: Sequence[RunRecord], part: Callable[[RunProblems], str | None]) -> _Streak:
    concerned = [run for run in runs if part(run.problems) is not None]
    failed = list(takewhile(lambda run: part(run.problems), concerned))
    if not failed:
        return _Streak(0, None, "")
    return _Streak(len(failed), failed[-1].started_at, part(failed[0].problems) or "")
