"""The program, except that it waits at named points until something has happened to it there:

    with Ambush(disk.fill) as ambush:
        python -m tests.support.ambush "claim 2 @PORT" run     (PORT is ambush.port)

lets `digest run` wait before it claims its second mail, until the disk is full. A point is before one of the
functions of TARGETS, the first time if there is no number; several points have commas between them.

Such a program is hasty, too: it waits a hundredth of the usual time for a lock, and between its attempts to
record a result. The product has no such hook.
"""

import functools
import itertools
import socket
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from threading import Thread
from typing import Any

from digest.cli import main
from digest.mail.file_transport import FileTransport
from digest.pipeline import results
from digest.publish.archive import FileArchive
from digest.store import database
from digest.store.queries.keywords import SqlKeywordStore
from digest.store.queries.mails import SqlMailStore
from digest.store.retention import SqlRetention

TARGETS: dict[str, tuple[object, str]] = {
    "migrate": (database, "migrate"),
    "record": (SqlKeywordStore, "record"),
    "enqueue": (SqlMailStore, "enqueue"),
    "claim": (SqlMailStore, "claim"),
    "mark_unconfirmed": (SqlMailStore, "mark_unconfirmed"),
    "record_result": (SqlMailStore, "record_result"),
    "deliver": (FileTransport, "deliver"),
    "update": (FileArchive, "update"),
    "tidy": (SqlRetention, "tidy"),
}

_HASTE = 0.01


class Ambush:
    """Where the program waits: when it comes, `happens` is called, and then it goes on."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = Thread(target=self._meet, daemon=True)

    def __enter__(self) -> "Ambush":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _meet(self) -> None:
        try:
            waiting = self._listener.accept()[0]
        except OSError:
            return  # nobody came
        with closing(waiting):
            self._happens()


def wait_at(point: str) -> None:
    """Let the program wait there."""
    words, port = point.split(" @")
    name, number = (*words.split(), "1")[:2]
    owner, attribute = TARGETS[name]
    function, calls = getattr(owner, attribute), itertools.count(1)

    @functools.wraps(function)
    def waiting(*arguments: Any, **options: Any) -> Any:
        if next(calls) == int(number):
            with socket.create_connection(("127.0.0.1", int(port))) as there:
                there.recv(1)
        return function(*arguments, **options)

    setattr(owner, attribute, waiting)


def make_hasty() -> None:
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def hasty_connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return connect(*arguments, **{**options, "timeout": options.get("timeout", 5.0) * _HASTE})

    for module in (sqlite3, sqlite3.dbapi2):
        vars(module)["connect"] = hasty_connect
    vars(results)["PAUSES_SECONDS"] = tuple(seconds * _HASTE for seconds in results.PAUSES_SECONDS)


if __name__ == "__main__":
    make_hasty()
    for each in sys.argv.pop(1).split(", "):
        wait_at(each)
    main()
