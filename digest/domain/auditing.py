"""The audit: hold what a source says has changed against what each keyword was given. Pure.

The source lists papers by the day of their last change, which says nothing of their announcement. So a paper
is judged by its place in the order of announcement: a keyword should have what was announced after its
baseline and up to its high-water mark.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from digest.domain.fetching import UnavailablePaper
from digest.domain.keywords import Keyword
from digest.domain.matching import Matcher
from digest.domain.papers import Paper
from digest.domain.text import counted

WEEKLY, NEVER = "weekly", "never"

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

AUDIT_TIMES = (WEEKLY, NEVER, *WEEKDAYS)
"""What the setting `audit` can be."""

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)

LONGEST_WINDOW = timedelta(days=28)
"""An audit looks back no further, also after several that failed."""

PAUSE_AFTER_FAILURE = timedelta(hours=12)

NOT_SHOWN = "neither arXiv's search nor its feed has shown it"
KNOWN_ELSEWHERE = "known for another keyword, but not found for this one"


@dataclass(frozen=True, slots=True)
class ChangedPaper:
    """A paper in its latest version, and how many versions it has."""

    paper: Paper
    versions: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What a source says has changed since a day."""

    papers: tuple[ChangedPaper, ...]
    unreadable: tuple[str, ...] = ()
    """One text for each record that could not be read: its name, and why."""
    requests: int = 0


@dataclass(frozen=True, slots=True)
class ChangesRequest:
    """A question for all that has changed on the `day` (in UTC) or later."""

    day: date
    keywords: tuple[Keyword, ...]
    """The source may leave out papers that none of them can match."""
    certain: Mapping[str, int]
    """Papers that were announced since that day, by id, with their order: an answer without them is not
    complete."""
    highest_order: int = 0
    """The highest order that was announced, as far as is known."""


@dataclass(frozen=True, slots=True)
class AuditedKeyword:
    """What the state knows of a keyword that has begun."""

    keyword: Keyword
    baseline: int
    high_water_mark: int
    papers: frozenset[str]
    """The ids of all papers that the keyword has found."""

    def should_have(self, paper: Paper) -> bool:
        """Whether a paper that matches was announced after the keyword began, and up to its last fetch."""
        return self.baseline < paper.order <= self.high_water_mark


@dataclass(frozen=True, slots=True)
class Missed:
    """A paper that a keyword should have and has not, and why, as far as is known."""

    paper: Paper
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Of one keyword: the ids of the papers that it should have and has, and those that it has not."""

    keyword: Keyword
    found: tuple[str, ...]
    missed: tuple[Missed, ...]


@dataclass(frozen=True, slots=True)
class MissedPaper:
    """As Missed, without the paper itself."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeywordFigures:
    """How many announced papers match a keyword, and what became of them.

    `mailed` papers wait for nobody; of those that are neither mailed, waiting nor missed no mail was due.
    """

    name: str
    matching: int
    mailed: int
    waiting: int
    missed: tuple[MissedPaper, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of an audit: what was changed since a day in UTC, held against each keyword."""

    audited_at: datetime
    since: date
    keywords: tuple[KeywordFigures, ...]
    requests: int = 0
    unreadable: tuple[str, ...] = ()

    @property
    def matching(self) -> int:
        return sum(figures.matching for figures in self.keywords)

    @property
    def missed(self) -> int:
        return sum(len(figures.missed) for figures in self.keywords)

    @property
    def recall(self) -> float | None:
        """The share of the matching papers that was found; None where no paper matches."""
        return (self.matching - self.missed) / self.matching if self.matching else None

    @property
    def missed_ids(self) -> tuple[str, ...]:
        """Each missed paper once, whichever keywords should have had it."""
        return tuple(sorted({missed.id for figures in self.keywords for missed in figures.missed}))


@dataclass(frozen=True, slots=True)
class AuditTimes:
    """What decides whether an audit is due, in UTC."""

    began_at: datetime | None = None
    """The first good fetch of the oldest keyword."""
    audited_at: datetime | None = None
    """The last audit that gave a figure."""
    tried_at: datetime | None = None
    """When an audit that was due began, whatever came of it."""


def recall_line(audit: Audit) -> str:
    """Such as `recall 0.983 of 118: 2 papers were missed; they come with the next digest, marked as late`."""
    if audit.recall is None:
        return "no recall: no announced paper matches a keyword"
    recall = f"recall {math.floor(1000 * audit.recall) / 1000} of {audit.matching}"
    count = len(audit.missed_ids)
    if not count:
        return f"{recall}: no announced paper was missed"
    was, they = ("was", "it comes") if count == 1 else ("were", "they come")
    return f"{recall}: {counted(count, 'paper')} {was} missed; {they} with the next digest, marked as late"


def is_audit_due(setting: str, times: AuditTimes, now: datetime) -> bool:
    """Whether an audit is due by itself. `setting` is one of AUDIT_TIMES.

    A time in the future was recorded by a clock that was wrong; it does not count.
    """
    if setting == NEVER or times.began_at is None or now.date() - times.began_at.date() < _WEEK:
        return False
    if times.tried_at and times.tried_at <= now < times.tried_at + PAUSE_AFTER_FAILURE:
        return False
    if times.audited_at is None or times.audited_at > now:
        return True
    return times.audited_at.date() < _due_since(setting, now.date())


def first_day(times: AuditTimes, now: datetime) -> date:
    """Since when an audit asks for changes: a week ago, or the day before the last audit if that is longer
    ago; but never before the first keyword began. A day more than needed, since days begin elsewhere too."""
    today = now.date()
    since = today - _WEEK
    if times.audited_at:
        since = min(since, times.audited_at.date() - _DAY)
    if times.began_at:
        since = max(since, times.began_at.date() - _DAY)
    return max(since, today - LONGEST_WINDOW)


def judge(
    changes: Changes,
    request: ChangesRequest,
    audited: Sequence[AuditedKeyword],
    unavailable: Sequence[UnavailablePaper] = (),
) -> tuple[Finding, ...]:
    """Which papers each keyword should have, and which of them it has.

    `unavailable` are the papers that the source could not show.
    """
    matcher = Matcher(one.keyword for one in audited)
    known = frozenset().union(*(one.papers for one in audited))
    reasons = {
        **dict.fromkeys(known, KNOWN_ELSEWHERE),
        **{paper.id: f"the search cannot show it: {paper.reason}" for paper in unavailable},
    }
    due: dict[str, list[ChangedPaper]] = {one.keyword.id: [] for one in audited}
    for changed in changes.papers:
        if _has_the_announced_text(changed, request):
            for claimant in matcher.claims(changed.paper):
                due[claimant].append(changed)
    return tuple(_finding(one, due[one.keyword.id], reasons) for one in audited)


def _due_since(setting: str, today: date) -> date:
    """An audit of this day or a later one is recent enough."""
    if setting == WEEKLY:
        return today - _WEEK + _DAY
    return today - timedelta(days=(today.weekday() - WEEKDAYS.index(setting)) % len(WEEKDAYS))


def _has_the_announced_text(changed: ChangedPaper, request: ChangesRequest) -> bool:
    """Whether the paper has the text with which it was announced, as far as is known.

    A revision may have another one. That is no matter where the paper itself was announced since the first
    day of the audit: it was submitted since then, or has a later id than one that was.
    """
    if changed.versions == 1 or changed.paper.submitted.date() >= request.day:
        return True
    first_order = min(request.certain.values(), default=None)
    return first_order is not None and changed.paper.order >= first_order


def _finding(audited: AuditedKeyword, due: Sequence[ChangedPaper], reasons: Mapping[str, str]) -> Finding:
    """`reasons` has why a paper may be missed, by its id."""
    wanted = sorted(
        (changed for changed in due if audited.should_have(changed.paper)),
        key=lambda changed: changed.paper.order,
    )
    return Finding(
        audited.keyword,
        tuple(changed.paper.id for changed in wanted if changed.paper.id in audited.papers),
        tuple(
            Missed(changed.paper, _reason(changed, reasons))
            for changed in wanted
            if changed.paper.id not in audited.papers
        ),
    )


def _reason(changed: ChangedPaper, reasons: Mapping[str, str]) -> str:
    if changed.versions > 1:
        return f"it has {changed.versions} versions; the first may not have matched"
    return reasons.get(changed.paper.id, NOT_SHOWN)
