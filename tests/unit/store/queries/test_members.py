"""Any number of values in a query."""

import sqlite3
from pathlib import Path

from sqlalchemy import select

from digest.store.database import Database
from digest.store.queries.members import these
from digest.store.queries.papers import paper_numbers, record_papers
from digest.store.schema import papers
from tests.support.builders import NOON, paper


def test_more_values_than_sqlite_has_parameters_for_are_found(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "digest.sqlite3")
    with database.transaction() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 100)
        record_papers(connection, [paper("2606.00001")], NOON)
        ids = [f"2606.{number:05}" for number in range(1_000)]
        assert paper_numbers(connection, ids) == {"2606.00001": 1}
        query = select(papers.c.number)
        assert connection.scalars(query.where(papers.c.number.in_(these(range(1_000))))).all() == [1]
        assert connection.scalars(query.where(papers.c.number.not_in(these(range(1_000))))).all() == []
    database.close()
