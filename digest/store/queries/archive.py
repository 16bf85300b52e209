"""Everything that the keywords of the archive have ever found."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, func, select

from digest.domain.digests import ArchivedPaper
from digest.domain.keywords import Keyword, distinct
from digest.domain.papers import Paper
from digest.store.database import Database
from digest.store.queries.members import these
from digest.store.queries.papers import paper_from
from digest.store.schema import keywords, papers, sightings

_AT_A_TIME = 500
"""So many papers are in memory: of 50,000 the abstracts alone have 70 MB."""


def archived_papers(database: Database, wanted: Sequence[Keyword]) -> Iterator[ArchivedPaper]:
    """Every paper that one of these keywords has found, newest announcement first.

    Of keywords with the same conditions the first counts. Between two pieces others may write: papers that
    are recorded meanwhile are left out.
    """
    by_key = {keyword.id: keyword for keyword in distinct(wanted)}
    with database.transaction() as connection:
        found = _matches(connection, by_key)
    for start in range(0, len(found), _AT_A_TIME):
        piece = found[start : start + _AT_A_TIME]
        with database.transaction() as connection:
            known = _papers(connection, [number for number, _ in piece])
        for number, keys in piece:
            if number in known:
                yield ArchivedPaper(
                    known[number], tuple(keyword for key, keyword in by_key.items() if key in keys)
                )


def _matches(connection: Connection, keys: Iterable[str]) -> list[tuple[int, frozenset[str]]]:
    """The number of each paper and the keys that have found it, newest announcement first."""
    query = (
        select(papers.c.number, func.group_concat(keywords.c.key))
        .join(sightings, sightings.c.paper == papers.c.number)
        .join(keywords, keywords.c.number == sightings.c.keyword)
        .where(keywords.c.key.in_(these(keys)))
        .group_by(papers.c.number)
        .order_by(papers.c.announcement_order.desc())
    )
    return [(number, frozenset(together.split(","))) for number, together in connection.execute(query)]


def _papers(connection: Connection, numbers: Sequence[int]) -> dict[int, Paper]:
    rows = connection.execute(select(papers).where(papers.c.number.in_(these(numbers))))
    return {row.number: paper_from(row) for row in rows}
