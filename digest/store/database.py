"""Opens the state file: private, durable, of the right version, and never silently replaced."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.pool import Pool, QueuePool, StaticPool

from digest.errors import StoreBusy, StoreError
from digest.store.migrations import MIGRATIONS, current_version, migrate
from digest.store.remedies import RESTORE, store_error
from digest.store.unfinished import remove_killed_backup
from digest.system.files import dead_link, make_private_folder, refuse_other_than_file
from digest.system.locks import exclusive_lock

BUSY_SECONDS = 30.0
"""How long to wait for another program that writes."""

_PAGE_BYTES = 8192  # papers have about 1,000: of the usual 4,096, much is left over
_MOUNT = "mount the disk that it leads to; or remove the link, to begin with a new state"
_REMOVE_LOG = "remove it, and the -shm file beside it: they belong to the state that was there before"

_checked: set[tuple[int, int]] = set()
"""The files, by device and inode, that this process may have open."""


Transaction = Connection
"""What a query runs in, for packages that do not know SQLAlchemy."""


class Database:
    """One SQLite file in WAL mode; each `transaction` is on disk when it ends (`synchronous=FULL`).

    SQLite's manual: https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html
    """

    def __init__(self, file: Path, engine: Engine) -> None:
        self.file = file
        self._engine = engine
        self._one_at_a_time = Lock()

    @classmethod
    def open(cls, file: Path) -> "Database":
        """Open the state: create it if there is none, migrate an older schema. Raises StoreError."""
        with wrap_database_errors(file):
            make_private_folder(file.parent)
            remove_killed_backup(file)
            if not exists(file):
                _create(file)
            refuse_unusable(file)
        return cls(file, _engine(partial(connect, file)))._prepared(migrate)

    @classmethod
    def open_existing(cls, file: Path) -> "Database":
        """Open a state that exists, to read it. Raises StoreError."""
        with wrap_database_errors(file):
            require_usable(file)
            remove_killed_backup(file)
        database = cls(file, _engine(partial(connect, file)))
        return database._prepared(database._refuse_older)

    @classmethod
    def dry_run(cls, file: Path) -> "Database":
        """A copy of the state in memory, for a run that leaves no trace. Raises StoreError."""
        with wrap_database_errors(file):
            memory = _in_memory(file)
        return cls(file, _engine(lambda: memory, StaticPool))._prepared(migrate)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing, one thread after the other. Raises StoreError for every error of the database."""
        with self._one_at_a_time, wrap_database_errors(self.file), self._engine.begin() as connection:
            yield connection

    def damage(self) -> str:
        """The first error that SQLite's quick check finds in the file; empty if there is none."""
        with self.transaction() as connection:
            found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
        return "" if found == "ok" else found

    def compact(self) -> None:
        """Give free pages back; the file shrinks when the last program that has it open closes it.

        Raises StoreError (https://www.sqlite.org/lang_vacuum.html).
        """
        with self._outside_transactions() as cursor:
            cursor.execute("VACUUM")

    def erase_traces(self) -> None:
        """Leave no bytes of what was deleted in the file or its log.

        Raises StoreError, also while another program is reading.
        """
        with self._outside_transactions() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [(unfinished, _, _)] = cursor.fetchall()
        if unfinished:
            hint = "another program has the file open; close it and run again"
            raise StoreBusy(self.file, "deleted data could not be overwritten yet", hint)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _outside_transactions(self) -> Iterator[Any]:
        with (
            self._one_at_a_time,
            wrap_database_errors(self.file),
            closing(self._engine.raw_connection()) as connection,
        ):
            yield connection.cursor()

    def _prepared(self, prepare: Callable[[Connection], None]) -> Self:
        """This database, once its version is checked and it is prepared. Closes it if that fails."""
        try:
            with self.transaction() as connection:
                self._refuse_newer(connection)
                prepare(connection)
        except BaseException:
            self.close()
            raise
        return self

    def _refuse_newer(self, connection: Connection) -> None:
        if (version := current_version(connection)) > len(MIGRATIONS):
            raise StoreError(
                self.file,
                f"the state has schema {version}, and this program knows schemas up to {len(MIGRATIONS)}",
                "a newer version of the program wrote it: use that one",
            )

    def _refuse_older(self, connection: Connection) -> None:
        if current_version(connection) < len(MIGRATIONS):
            raise StoreError(
                self.file, "the state was written by an older version", "`digest run` updates it"
            )


def connect(file: Path) -> sqlite3.Connection:
    """Open the file, whatever characters its path has: no part of it is read as a URL."""
    return sqlite3.connect(file.absolute(), timeout=BUSY_SECONDS, check_same_thread=False)


def connect_unchanged(file: Path) -> sqlite3.Connection:
    """Open the file to look into it: it is neither locked nor changed, and gets no log."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)


def _engine(creator: Callable[[], sqlite3.Connection], pool: type[Pool] = QueuePool) -> Engine:
    engine = create_engine("sqlite://", creator=creator, poolclass=pool, hide_parameters=True)
    _configure(engine)
    return engine


def _configure(engine: Engine) -> None:
    """Let SQLAlchemy begin transactions, since Python's sqlite3 begins none for DDL and reads.

    Source: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # Take the write lock at once: a transaction that reads first fails if another process writes then.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _create(file: Path) -> None:
    """Create an empty state under another name first: a file with this name is always complete.

    One process at a time does so; what a killed one has left is overwritten.
    """
    unfinished = file.with_name(f"{file.name}.new")
    with exclusive_lock(unfinished, wait=True) as descriptor:
        try:
            if not file.exists():  # else another process was first
                os.ftruncate(descriptor, 0)
                _write_empty(unfinished)
                unfinished.rename(file)
        finally:
            unfinished.unlink(missing_ok=True)


def _write_empty(file: Path) -> None:
    with closing(connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = MEMORY")  # leaves no second file after a kill
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute("PRAGMA user_version = 1")  # makes SQLite write its header
        connection.commit()


def _in_memory(file: Path) -> sqlite3.Connection:
    """A copy of the file in memory; empty if there is no file."""
    is_there = exists(file)
    if is_there:
        refuse_unusable(file)
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    with ExitStack() as on_failure:
        on_failure.callback(memory.close)
        if is_there:
            with closing(connect(file)) as original:
                original.backup(memory)
        on_failure.pop_all()
    return memory


def exists(file: Path) -> bool:
    """Whether there is a state.

    Raises StoreError if that cannot be seen, or if it or its folder is a link whose target is missing: a new
    state there would welcome everyone again when the disk of the old one is mounted.
    """
    with wrap_database_errors(file):
        if file.exists():
            return True
        if link := dead_link(file):
            raise StoreError(link, "this is a link that leads to no file", _MOUNT)
        return False


def require_usable(file: Path) -> None:
    """Raise StoreError if there is no state, or one that must not be opened."""
    if not exists(file):
        raise StoreError(file, "there is no state yet", "it comes with the first `digest run`")
    refuse_unusable(file)


def refuse_unusable(file: Path) -> None:
    """Raise StoreError for a file that SQLite would open although it must not, OSError for what is none."""
    stat = file.stat()
    refuse_other_than_file(stat)
    if stat.st_size == 0:
        raise StoreError(file, "the state file is empty, and the program never leaves it empty", RESTORE)
    # Never while it is open: closing a file drops SQLite's locks on it (sqlite.org/howtocorrupt.html, 2.2).
    if (stat.st_dev, stat.st_ino) not in _checked:
        log = file.with_name(f"{file.name}-wal")
        if log.exists() and not _is_in_wal_mode(file):
            raise StoreError(
                log, "this log belongs to another state, and would damage the one beside it", _REMOVE_LOG
            )
        _checked.add((stat.st_dev, stat.st_ino))


def _is_in_wal_mode(file: Path) -> bool:
    """Read from its header (https://www.sqlite.org/fileformat.html, 1.3.3). A file by `digest backup` is not
    in WAL mode until it is opened as a state."""
    with file.open("rb") as stream:
        return stream.read(20)[18:] == b"\2\2"


@contextmanager
def wrap_database_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except (IntegrityError, ProgrammingError, sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # not an error of the file, but a bug
    except DatabaseError as exc:
        raise store_error(file, exc.orig if isinstance(exc.orig, Exception) else exc) from exc
    except (sqlite3.DatabaseError, OSError, MemoryError) as exc:
        raise store_error(file, exc) from exc
