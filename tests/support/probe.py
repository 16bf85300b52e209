"""A process that tells of its surroundings, or does what a test asks it for."""

import json
import locale
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any


def surroundings() -> dict[str, Any]:
    """What a process gets from its parent, and from its interpreter."""
    main: Any = sys.modules["__main__"]
    return {
        "program": [sys.argv, __name__, main.__package__, main.__spec__.name],
        "folder": str(Path.cwd()),
        "environment": dict(os.environ),
        "path": sys.path,
        "flags": str(sys.flags),
        "warnings": sys.warnoptions,
        "umask": os.umask(0),
        "group": [os.getpgid(0), os.getsid(0)],
        "descriptors": _descriptors(),
        "streams": [_stream(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "original streams": [sys.__stdin__ is sys.stdin, sys.__stdout__ is sys.stdout],
        "signals": [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
        "blocked": [str(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())],
        "threads": threading.active_count(),
        "locale": [
            locale.setlocale(locale.LC_ALL),
            locale.getpreferredencoding(),
            sys.getfilesystemencoding(),
        ],
        "zone": [time.tzname, time.timezone],
        "limits": os.nice(0),
    }


def _descriptors() -> list[int]:
    """Those that are open, without the one that lists them."""
    names = [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208 - closes it at once
    open_now = []
    for number in names:
        with suppress(OSError):
            os.fstat(number)
            open_now.append(number)
    return open_now


def _stream(stream: Any) -> list[Any]:
    return [
        stream.fileno(),
        stream.encoding,
        stream.errors,
        stream.line_buffering,
        stream.write_through,
        stream.mode,
    ]


def main(wish: str, *_arguments: str) -> None:
    if wish == "sleep":
        print("ready", flush=True)  # noqa: T201 - its purpose
        time.sleep(60)
    elif wish == "fail":
        raise ValueError("as was wished")
    elif wish == "cat":
        sys.stdout.write(sys.stdin.read().replace("\r", ""))
    elif wish == "close":
        os.close(1)
        time.sleep(60)
    else:
        print(json.dumps(surroundings()))  # noqa: T201 - its purpose


if __name__ == "__main__":
    main(*sys.argv[1:])
