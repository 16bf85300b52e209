"""The table `announcements`: which papers everybody knows of who watches the archive."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.dialects.sqlite import insert

from digest.domain.digests import PendingPaper, PendingPapers
from digest.domain.keywords import Keyword
from digest.store.column_types import Moment
from digest.store.database import Database
from digest.store.log_schema import announcements
from digest.store.queries.members import these
from digest.store.queries.papers import paper_from
from digest.store.queries.pending import LATEST_MATCH
from digest.store.schema import keywords, papers, sightings

LATEST = timedelta(days=1)
"""The first announcement has what was submitted at most so long before the newest paper: about what arXiv
announced last, and not all that the archive begins with."""


class SqlAnnouncementStore:
    """digest.publish.github.announcer.AnnouncementStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, wanted: Iterable[Keyword]) -> PendingPapers:
        ids = [keyword.id for keyword in wanted]
        theirs = select(keywords.c.number).where(keywords.c.key.in_(these(ids)))
        with self._database.transaction() as connection:
            announced = connection.scalar(select(func.max(announcements.c.through)))
            found = _latest(connection, theirs) if announced is None else _new(theirs, announced)
            up_to = connection.scalar(select(LATEST_MATCH)) or 0
            return PendingPapers(_pending_papers(connection, found, theirs), up_to)

    def last_announced_at(self) -> datetime | None:
        latest = select(announcements.c.at).order_by(announcements.c.through.desc()).limit(1)
        with self._database.transaction() as connection:
            return connection.scalar(latest)

    def record(self, up_to: int, now: datetime) -> None:
        row = insert(announcements).values(through=up_to, at=now)
        replaced = row.on_conflict_do_update(index_elements=[announcements.c.through], set_={"at": now})
        with self._database.transaction() as connection:
            connection.execute(replaced)


def _new(theirs: Select[tuple[int]], announced: int) -> Select[tuple[int]]:
    """The papers that are new since then for one of these keywords, and were not before for another."""
    new = select(sightings.c.paper).where(sightings.c.keyword.in_(theirs), sightings.c.fresh)
    known = new.where(sightings.c.number <= announced)
    return new.where(sightings.c.number > announced, sightings.c.paper.not_in(known))


def _latest(connection: Connection, theirs: Select[tuple[int]]) -> Select[tuple[int]]:
    """The papers of these keywords that were submitted last."""
    ours = select(papers.c.number).join(sightings).where(sightings.c.keyword.in_(theirs))
    newest = connection.scalar(ours.with_only_columns(func.max(papers.c.submitted, type_=Moment)))
    return ours.where(papers.c.submitted >= newest - LATEST) if newest else ours


def _pending_papers(
    connection: Connection, found: Select[tuple[int]], theirs: Select[tuple[int]]
) -> tuple[PendingPaper, ...]:
    """The papers with these numbers, newest announcement first."""
    matches = select(sightings.c.paper, sightings.c.late, keywords.c.key).join(keywords)
    has: dict[int, set[str]] = defaultdict(set)
    late: set[int] = set()
    for row in connection.execute(
        matches.where(sightings.c.keyword.in_(theirs), sightings.c.paper.in_(found))
    ):
        has[row.paper].add(row.key)
        late |= {row.paper} if row.late else set()
    rows = connection.execute(select(papers).where(papers.c.number.in_(found)))
    waiting = [
        PendingPaper(paper_from(row), frozenset(has[row.number]), welcome=False, late=row.number in late)
        for row in rows
    ]
    return tuple(sorted(waiting, key=lambda one: -one.paper.order))
