"""A state that is handed from one machine to the next: saved when a run ends, and placed before the next.

A copy by digest.store.backup is refused by a run, since things may have been mailed after it was made. One of
which it is known that nothing ran since is the newest there is, and is not.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from digest.errors import StoreError
from digest.store.database import Database, connect, connect_unchanged, wrap_database_errors
from digest.store.queries.runs import BACKUP, clear_timestamp
from digest.store.queries.suppressions import LIFTED
from digest.store.restore import refuse_restored
from digest.store.schema import metadata

NOT_ABOUT_PEOPLE = frozenset(
    {
        *("schema_version", "papers", "keywords", "unavailable", "fetches", "sightings", "announcements"),
        *("runs", "audits", "marks"),
    }
)
"""The tables that stay when people are erased. Every other one is emptied, also one that comes later."""

_ANOTHER = "the copy is damaged; use another one"


def latest_run(copy: Path) -> int:
    """The number of the latest run in a copy; 0 if there was none. It only ever grows.

    The copy is neither locked nor changed. Raises StoreError, also if it is damaged.
    """
    with wrap_database_errors(copy), closing(connect_unchanged(copy)) as connection:
        damage = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if damage != "ok":
            raise StoreError(copy, f"the state is damaged: {damage}", _ANOTHER)
        return int(connection.execute("SELECT ifnull(max(number), 0) FROM runs").fetchone()[0])


def erase_people(copy: Path) -> None:
    """Leave nothing in a copy of the state that is about people, not even as free pages.

    Keywords, papers and when they were found stay. The key goes too, under which fingerprints are made.
    Raises StoreError.
    """
    with _opened(copy) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for table in metadata.tables.keys() - NOT_ABOUT_PEOPLE:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
        connection.execute("DELETE FROM marks WHERE name LIKE ? || '%'", (LIFTED,))
        # What a mail server said, and paths, which may hold a name.
        connection.execute("UPDATE runs SET mail = NULL, archive = NULL")
        connection.commit()
        connection.execute("VACUUM")


def accept_as_newest(state: Path) -> None:
    """Let runs use a state that was placed from a copy; only for one of which nothing was run since.

    Raises StoreError.
    """
    with closing(Database.open(state)) as database, database.transaction() as connection:
        clear_timestamp(connection, BACKUP)


def refuse_undecided(state: Path) -> None:
    """Raise StateRestored for a state that no run may use yet, StoreError if there is none."""
    with closing(Database.open_existing(state)) as database:
        refuse_restored(database)


@contextmanager
def _opened(copy: Path) -> Iterator[sqlite3.Connection]:
    with wrap_database_errors(copy), closing(connect(copy)) as connection:
        yield connection
