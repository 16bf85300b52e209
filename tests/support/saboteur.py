"""The program, except that something happens to it at a named point:

    python -m tests.support.saboteur "after claim 2" run
    python -m tests.support.saboteur "before record_result @4711" run

The first lets `digest run` kill itself when it has claimed its second mail, as if the machine had failed
there. The second lets it wait there until port 4711 of this machine hangs up (see `Ambush`), and makes it
hasty: it waits a hundredth of the usual time for a lock, and between attempts to record a result.

The point may be before or after any function of TARGETS; without a number it is the first time. Several
points have commas between them. The product has no such hook.
"""

import functools
import itertools
import os
import signal
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
from digest.publish.readme import ReadmeArchive
from digest.store import database
from digest.store.queries.keywords import SqlKeywordStore
from digest.store.queries.mails import SqlMailStore
from digest.store.retention import SqlRetention

TARGETS: dict[str, tuple[object, str]] = {
    "record": (SqlKeywordStore, "record"),
    "enqueue": (SqlMailStore, "enqueue"),
    "claim": (SqlMailStore, "claim"),
    "mark_unconfirmed": (SqlMailStore, "mark_unconfirmed"),
    "record_result": (SqlMailStore, "record_result"),
    "deliver": (FileTransport, "deliver"),
    "update": (ReadmeArchive, "update"),
    "replace": (os, "replace"),
    "tidy": (SqlRetention, "tidy"),
    "migrate": (database, "migrate"),
}
"""Those of a store are one transaction each; where mails go out by SMTP, the one file that is replaced is the
archive's."""

_HASTE = 0.01


def sabotage(point: str) -> None:
    """Make the function deadly, or a place to wait, that this point names."""
    point, _, port = point.partition(" @")
    when, name, number = (*point.split(), "1")[:3]
    owner, attribute = TARGETS[name]
    act = functools.partial(_wait_for, int(port)) if port else _die
    setattr(owner, attribute, _sabotaged(getattr(owner, attribute), when, int(number), act))


def _sabotaged(
    function: Callable[..., Any], when: str, number: int, act: Callable[[], None]
) -> Callable[..., Any]:
    calls = itertools.count(1)

    @functools.wraps(function)
    def sabotaged(*arguments: Any, **options: Any) -> Any:
        last = next(calls) == number
        if last and when == "before":
            act()
        result = function(*arguments, **options)
        if last and when == "after":
            act()
        return result

    return sabotaged


def _die() -> None:
    """At once: nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)


def _wait_for(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as there:
        there.recv(1)


def make_hasty() -> None:
    """Wait for nothing as long as the program usually does."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def hasty_connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return connect(*arguments, **{**options, "timeout": options.get("timeout", 5.0) * _HASTE})

    for module in (sqlite3, sqlite3.dbapi2):
        vars(module)["connect"] = hasty_connect
    vars(results)["PAUSES_SECONDS"] = tuple(seconds * _HASTE for seconds in results.PAUSES_SECONDS)


class Ambush:
    """Where a sabotaged program waits: `happens` is called when it comes, and then it goes on."""

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


if __name__ == "__main__":
    points = sys.argv.pop(1)
    for each in points.split(", "):
        sabotage(each)
    if "@" in points:
        make_hasty()
    main()
