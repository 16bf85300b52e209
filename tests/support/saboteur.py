"""The program, except that it kills itself at a named point, as if the machine had failed there:

    python -m tests.support.saboteur "after claim 2" run

lets `digest run` die when it has claimed its second mail. The point may be before or after any function
of TARGETS; without a number it is the first time. The product has no such hook.
"""

import functools
import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from digest.cli import main
from digest.store.queries.mails import SqlMailStore

TARGETS: dict[str, tuple[object, str]] = {
    "enqueue": (SqlMailStore, "enqueue"),
    "claim": (SqlMailStore, "claim"),
    "mark_unconfirmed": (SqlMailStore, "mark_unconfirmed"),
    "record_result": (SqlMailStore, "record_result"),
    "replace": (os, "replace"),
}
"""Each is one transaction of the store; where mails go out by SMTP, the one file that is replaced is the
archive's."""


def sabotage(point: str) -> None:
    """Make the function deadly that this point names."""
    when, name, number = (*point.split(), "1")[:3]
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


def _die() -> None:
    """At once: nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sabotage(sys.argv.pop(1))
    main()
