"""Copies the state to one file, complete and checked, also during a run."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from digest.errors import StoreError
from digest.store.column_types import written
from digest.store.database import refuse_unusable, wrap_database_errors
from digest.store.queries.runs import BACKUP
from digest.system.files import PRIVATE_FILE, replacement

_LOCK_TIMEOUT_SECONDS = 30.0
_OTHER_NAME = "name a file that is not there yet, or an earlier backup"


def back_up(state: Path, file: Path, now: datetime) -> None:
    """Copy the state to the file, which only its owner can read, and which is on disk when this returns.

    An earlier backup is replaced when the new one is complete and has no error. The copy is marked as one, so
    that a run refuses it as its state until a person decides (digest.store.restore). Raises StoreError.
    """
    with _opened(state) as source, _wrap_write_errors(file):
        _refuse(file, state)
        with (
            replacement(file.resolve(), PRIVATE_FILE) as unfinished,
            closing(sqlite3.connect(unfinished)) as copy,
        ):
            source.backup(copy)
            _finish(copy, now)
            damage = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
            if damage != "ok":
                raise StoreError(
                    state, f"the state is damaged: {damage}", "restore it from an earlier backup"
                )


@contextmanager
def _opened(state: Path) -> Iterator[sqlite3.Connection]:
    if not state.exists():
        raise StoreError(state, "there is no state yet", "it comes with the first `digest run`")
    with wrap_database_errors(state):
        refuse_unusable(state)
        connection = sqlite3.connect(state, timeout=_LOCK_TIMEOUT_SECONDS)
        with closing(connection) as source:
            source.execute("SELECT version FROM schema_version").fetchone()
            yield source


@contextmanager
def _wrap_write_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as exc:
        cause = getattr(exc, "strerror", None) or exc
        hint = "check that there is room, and that this user may write there"
        raise StoreError(file, f"the backup cannot be written: {cause}", hint) from exc


def _refuse(file: Path, state: Path) -> None:
    """Raise StoreError if something is there that a backup must not replace."""
    if not file.exists():
        return
    if file.samefile(state):
        raise StoreError(file, "this is the state itself", _OTHER_NAME)
    if not _is_ours(file):
        raise StoreError(file, "this is no earlier backup, and is not replaced", _OTHER_NAME)
    if Path(f"{file.resolve()}-wal").exists():
        raise StoreError(file, "this is in use as a state", _OTHER_NAME)


def _is_ours(file: Path) -> bool:
    """Whether the file is a state or a copy of one. Does not lock or change it."""
    tables = "SELECT count(*) FROM sqlite_master WHERE name IN ('schema_version', 'deliveries')"
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)) as connection:
            return bool(connection.execute(tables).fetchone() == (2,))
    except sqlite3.Error:
        return False


def _finish(copy: sqlite3.Connection, now: datetime) -> None:
    """Mark it as a copy, and make it one file without a log."""
    copy.execute("PRAGMA journal_mode = DELETE")
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'marks'").fetchone():
        copy.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (BACKUP, written(now)))
    copy.commit()
