"""Announce what is new, once: GitHub is asked first what it has, and then gets what is missing there.

So it does not matter where an earlier run ended: the state remembers only what surely is at GitHub, and what
GitHub has and the state does not is found by its markers.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Protocol, TypeVar

from digest.domain.compose import sections
from digest.domain.digests import PendingPapers
from digest.domain.keywords import Keyword
from digest.domain.ranking import RankedPaper
from digest.domain.scoring import UNRANKED
from digest.errors import GitHubError
from digest.publish.github.board import Board
from digest.publish.github.body import Announcement, title
from digest.publish.github.failures import TooLong, Unconfirmed

T = TypeVar("T")

_MOST_TRIES = 4
"""How often an announcement is made that GitHub does not confirm."""

_SHORTER = (1, 2, 8)
"""What the longest body is divided by where GitHub does not take it."""

_A_DAY = timedelta(days=1)
_LOOK_BACK = timedelta(days=30)
"""How far the markers of others count for a state that remembers no announcement."""


class AnnouncementStore(Protocol):
    """What was announced. All methods raise StoreError."""

    def pending(self, wanted: Iterable[Keyword]) -> PendingPapers:
        """The papers that are new for these keywords since the last announcement, newest first.

        Before the first one they are those that were submitted last.
        """

    def last_announced_at(self) -> datetime | None:
        """When `record` was called last."""

    def record(self, up_to: int, now: datetime) -> None:
        """Record that everything up to there is announced (PendingPapers.up_to)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was announced: so many papers, where, and whether the announcement was there already."""

    papers: int
    url: str
    added: bool = False
    closed: int = 0
    problem: GitHubError | None = None
    """Why old announcements stay open."""


def pending_announcement(
    pending: PendingPapers, keywords: Sequence[Keyword], now: datetime, archive: str
) -> Announcement:
    """The announcement of these papers, of the day of `now` in UTC. `archive` is a web address, or empty."""
    papers = (RankedPaper(paper, UNRANKED) for paper in pending.papers)
    return Announcement(now.date(), sections(keywords, papers), archive)


def announce(
    board: Board, store: AnnouncementStore, pending: PendingPapers, announcement: Announcement, now: datetime
) -> Outcome:
    """Announce the pending papers, except what is at GitHub already, and record that.

    Raises GitHubError or StoreError; then nothing is recorded, and the same may be tried again.
    """
    outcome = _announced(board, announcement, _since(store.last_announced_at(), now))
    store.record(pending.up_to, now)
    return outcome


def close_old(board: Board, outcome: Outcome, keep: int) -> Outcome:
    """Close all but so many announcements, if there is a new one. A failure is told, and made up for the
    next time."""
    if outcome.added or not outcome.papers:
        return outcome
    try:
        return replace(outcome, closed=board.close_old(keep))
    except GitHubError as exc:
        return replace(outcome, problem=exc)


def _since(last: datetime | None, now: datetime) -> datetime:
    """From when on GitHub's announcements count: all after the last one that is recorded, and today's.

    A day earlier, since GitHub's clock is another one.
    """
    today = datetime.combine(now.date(), time(), now.tzinfo)
    return min(today, last or now - _LOOK_BACK) - _A_DAY


def _announced(board: Board, announcement: Announcement, since: datetime) -> Outcome:
    """What GitHub does not confirm is looked for, and made again if it is not there."""
    for _ in range(_MOST_TRIES - 1):
        with suppress(Unconfirmed):
            return _tried(board, announcement, since)
    return _tried(board, announcement, since)


def _tried(board: Board, announcement: Announcement, since: datetime) -> Outcome:
    there = board.recent(since)
    day = announcement.day
    todays = next((one for one in there if one.day == day), None)
    missing = _without(announcement, frozenset[str]().union(*(one.papers for one in there)))
    count = len(missing.papers)
    if not count:
        return Outcome(0, (todays or there[-1]).url)
    if todays is None:
        url = _sent(missing, board.most_characters, partial(board.publish, day, title(day, count)))
        return Outcome(count, url)
    together = title(day, len(todays.papers) + count)
    _sent(missing, board.most_characters, partial(board.add, todays, together))
    return Outcome(count, todays.url, added=True)


def _without(announcement: Announcement, known: Set[str]) -> Announcement:
    """The announcement of those papers alone that are not known."""
    found = (
        replace(one, entries=tuple(entry for entry in one.entries if entry.paper.id not in known))
        for one in announcement.sections
    )
    return replace(announcement, sections=tuple(one for one in found if one.entries))


def _sent(announcement: Announcement, most: int, send: Callable[[str], T]) -> T:
    """Send the body, and a shorter one where GitHub does not take it."""
    for part in _SHORTER[:-1]:
        with suppress(TooLong):
            return send(announcement.body(most // part))
    return send(announcement.body(most // _SHORTER[-1]))
