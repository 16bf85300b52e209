"""Decide when the operator gets an alert: runs fail one after the other, that is over, or papers were missed.
Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from digest.domain.auditing import Audit
from digest.domain.runs import Alert, RunProblems, RunRecord

_PARTS: tuple[Callable[[RunProblems], str | None], ...] = (
    lambda problems: problems.arxiv,
    lambda problems: problems.mail,
    lambda problems: problems.archive,
)


@dataclass(frozen=True, slots=True)
class _FailureStreak:
    """How many runs in a row one part failed in, up to the latest run that used it."""

    runs: int
    since: datetime | None
    """When the first of them started, in UTC."""
    last_problem: str


def alert_after(runs: Iterable[RunRecord], *, raised_at: datetime | None, most_failures: int) -> Alert | None:
    """The alert that is due after the latest of these runs; None if none is. `runs`: latest first.

    arXiv, the mails and the archive count separately, and a run that did not use one of them neither
    continues nor ends its streak. An alert is due when one of them failed in `most_failures` runs in a row;
    it is over when none of them fails. `raised_at`: when the alert was sent that is not over yet.
    """
    ended = [run for run in runs if run.ended_at]
    streaks = [_streak(ended, part) for part in _PARTS]
    failing = [streak for streak in streaks if streak.runs]
    if raised_at is None and any(streak.runs >= most_failures for streak in failing):
        return _raised(failing)
    if raised_at and not failing:
        return Alert(over=True, since=raised_at)
    return None


def is_worth_a_mail(audit: Audit, reported_at: datetime | None) -> bool:
    """Whether the operator gets a mail about this audit: once, and only if a paper was missed."""
    return audit.missed > 0 and (reported_at is None or reported_at < audit.audited_at)


def _raised(failing: Sequence[_FailureStreak]) -> Alert:
    since = min(streak.since for streak in failing if streak.since)
    lines = tuple(line for streak in failing for line in streak.last_problem.splitlines())
    return Alert(over=False, since=since, runs=max(streak.runs for streak in failing), lines=lines)


def _streak(runs: Sequence[RunRecord], part: Callable[[RunProblems], str | None]) -> _FailureStreak:
    used = [run for run in runs if part(run.problems) is not None]
    failed = list(takewhile(lambda run: part(run.problems), used))
    if not failed:
        return _FailureStreak(0, None, "")
    return _FailureStreak(len(failed), failed[-1].started_at, part(failed[0].problems) or "")
