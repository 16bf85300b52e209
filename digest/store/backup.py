"""Copies the state to one file, complete and checked, also during a run."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from digest.errors import StoreError
from digest.store.column_types import written
from digest.store.database import connect, connect_unchanged, require_usable, wrap_database_errors
from digest.store.journal import try_record_kept
from digest.store.queries.runs import BACKUP
from digest.store.remedies import RESTORE, is_of_source, store_error
from digest.store.unfinished import backup_lock
from digest.system.files import PRIVATE_FILE, followed, remove_unfinished, replacement

_OTHER_NAME = "name a file that is not there yet, or an earlier backup"


def back_up(state: Path, file: Path, now: datetime) -> None:
    """Copy the state to the file, which only its owner can read, and which is on disk when this returns.

    An earlier backup is replaced when the new one is complete and has no error. The copy is marked as one, so
    that a run refuses it as its state until a person decides (digest.store.restore). Raises StoreError,
    LockHeld during another backup.
    """
    try_record_kept(state)
    with _opened(state) as source, backup_lock(state) as remember, _wrap_write_errors(file):
        _refuse(file, state)
        target = followed(file)
        remove_unfinished(target.parent, re.escape(target.name))
        with (
            replacement(target, PRIVATE_FILE) as unfinished,
            closing(connect(unfinished)) as copy,
        ):
            remember(unfinished)
            source.backup(copy)
            _finish(copy, now)
            damage = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
            if damage != "ok":
                raise StoreError(state, f"the state is damaged: {damage}", RESTORE)


@contextmanager
def _opened(state: Path) -> Iterator[sqlite3.Connection]:
    with wrap_database_errors(state):
        require_usable(state)
        with closing(connect(state)) as source:
            source.execute("SELECT version FROM schema_version").fetchone()
            yield source


@contextmanager
def _wrap_write_errors(file: Path) -> Iterator[None]:
    """Errors of the state itself are left to `wrap_database_errors`."""
    try:
        yield
    except (sqlite3.Error, OSError) as exc:
        if is_of_source(exc):
            raise
        raise store_error(file, exc, "the backup cannot be written") from exc


def _refuse(file: Path, state: Path) -> None:
    """Raise StoreError if something is there that a backup must not replace."""
    if not file.exists():
        return
    if file.samefile(state):
        raise StoreError(file, "this is the state itself", _OTHER_NAME)
    if not (file.is_file() and _is_ours(file)):
        raise StoreError(file, "this is no earlier backup, and is not replaced", _OTHER_NAME)
    if Path(f"{file.resolve()}-wal").exists():
        raise StoreError(file, "this is in use as a state", _OTHER_NAME)


def _is_ours(file: Path) -> bool:
    """Whether the file is a state or a copy of one."""
    tables = "SELECT count(*) FROM sqlite_master WHERE name IN ('schema_version', 'deliveries')"
    try:
        with closing(connect_unchanged(file)) as connection:
            return bool(connection.execute(tables).fetchone() == (2,))
    except sqlite3.Error:
        return False


def _finish(copy: sqlite3.Connection, now: datetime) -> None:
    """Mark it as a copy, and make it one file without a log."""
    copy.execute("PRAGMA journal_mode = DELETE")
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'marks'").fetchone():
        copy.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (BACKUP, written(now)))
    copy.commit()
