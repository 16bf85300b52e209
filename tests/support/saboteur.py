"""The program, except that it kills itself at a named point, as if the machine had failed there:

    python -m tests.support.saboteur "after claim 2" run

lets `digest run` die when it has claimed its second mail. The point may be before or after any function
of TARGETS, or `during vacuum`; without a number it is the first time. The product has no such hook.
"""

import functools
import itertools
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine.default import DefaultDialect

from digest.cli import main
from digest.store import backup, database
from digest.store.queries.mails import SqlMailStore

TARGETS: dict[str, tuple[object, str]] = {
    "enqueue": (SqlMailStore, "enqueue"),
    "claim": (SqlMailStore, "claim"),
    "mark_unconfirmed": (SqlMailStore, "mark_unconfirmed"),
    "record_result": (SqlMailStore, "record_result"),
    "replace": (os, "replace"),
    "statement": (Connection, "exec_driver_sql"),
    "commit": (DefaultDialect, "do_commit"),
    "creation": (database, "_write_empty"),
    "rename": (Path, "rename"),
    "copy": (backup, "_finish"),
}
"""The first four are one transaction of the store each; where mails go out by SMTP, the one file that is
replaced is the archive's. A migration's steps are statements; a backup is finished when it is copied."""

_STEPS_OF_VACUUM = 20
"""After so many of SQLite's own instructions, VACUUM has begun its copy."""


def sabotage(point: str) -> None:
    """Make the function deadly that this point names."""
    when, name, number = (*point.split(), "1")[:3]
    if when == "during":
        database.connect = _with_deadly_vacuum(database.connect, int(number))
        return
    owner, attribute = TARGETS[name]
    setattr(owner, attribute, _deadly(getattr(owner, attribute), when, int(number)))


def _deadly(function: Callable[..., Any], when: str, number: int) -> Callable[..., Any]:
    calls = itertools.count(1)

    @functools.wraps(function)
    def deadly(*arguments: Any, **options: Any) -> Any:
        last = next(calls) == number
        if last and when == "before":
            _die()
        result = function(*arguments, **options)
        if last:
            _die()
        return result

    return deadly


def _with_deadly_vacuum(connect: Callable[[Path], sqlite3.Connection], number: int) -> Any:
    def connected(file: Path) -> sqlite3.Connection:
        connection, calls = connect(file), itertools.count(1)

        def on_statement(statement: str) -> None:
            if statement == "VACUUM":
                connection.set_progress_handler(on_progress, _STEPS_OF_VACUUM)

        def on_progress() -> None:
            if next(calls) == number:
                _die()

        connection.set_trace_callback(on_statement)
        return connection

    return connected


def _die() -> None:
    """At once: nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sabotage(sys.argv.pop(1))
    main()
