"""The table `unavailable`: papers that the source has and cannot show."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, insert, select

from digest.domain.fetching import UnavailablePaper
from digest.store.database import Database
from digest.store.schema import unavailable


class SqlUnavailableStore:
    """digest.pipeline.ports.UnavailableStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def papers(self) -> Sequence[UnavailablePaper]:
        with self._database.transaction() as connection:
            return unavailable_papers(connection)

    def replace(self, papers: Sequence[UnavailablePaper]) -> None:
        rows = [asdict(paper) for paper in papers]
        with self._database.transaction() as connection:
            connection.execute(unavailable.delete())
            if rows:
                connection.execute(insert(unavailable), rows)


def unavailable_papers(connection: Connection) -> tuple[UnavailablePaper, ...]:
    """All of them, in the order in which they were noticed."""
    rows = connection.execute(select(unavailable).order_by(unavailable.c.number)).mappings()
    return tuple(
        UnavailablePaper(**{name: value for name, value in row.items() if name != "number"}) for row in rows
    )
