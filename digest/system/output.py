"""Standard output and standard error that cannot fail: output that is lost must not end the work.

Characters that a terminal's encoding lacks are written as `\\u2713`. What cannot be written at all (a full
disk, a reader that has ended, a closed stream) is dropped, and the first reason is kept.
"""

import contextlib
import errno
import io
import os
import select
import sys
from typing import Any

from digest.system.remedies import said

_STDERR = 2


class Descriptor(io.RawIOBase):
    """Writes to a file descriptor, and drops what cannot be written."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.problem: OSError | None = None
        """The first one."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def isatty(self) -> bool:
        return os.isatty(self._number)

    def write(self, data: Any) -> int:
        while True:
            try:
                return os.write(self._number, data)
            except BlockingIOError:  # another program has made the terminal non-blocking
                select.select([], [self._number], [])
            except OSError as exc:
                self.problem = self.problem or exc
                return len(data)


def keep_output_from_failing() -> None:
    """Replace the standard streams of this process, unless something else has replaced them already."""
    _occupy_closed_descriptors()
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - as long as the process lives
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)  # None where the descriptor was closed when the process began
        if stream is getattr(sys, f"__{name}__"):
            setattr(sys, name, tolerant_stream(number, stream.encoding if stream else "utf-8"))


def tolerant_stream(number: int, encoding: str) -> io.TextIOWrapper:
    """A stream whose lines are written to the descriptor, or dropped."""
    raw = Descriptor(number)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding,
        errors="backslashreplace",
        line_buffering=number == _STDERR or raw.isatty(),
    )


def lost_output() -> str:
    """Why not all of standard output could be written; empty if it was, or if its reader wanted no more."""
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    problem = raw.problem if isinstance(raw, Descriptor) else None
    return said(problem) if problem and problem.errno != errno.EPIPE else ""


def _occupy_closed_descriptors() -> None:
    """Else the next file that is opened, such as the state, becomes standard output. Input is opened for
    writing and output for reading: so using them fails, as it does where they are closed."""
    for number in range(3):
        with contextlib.suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDONLY if number else os.O_WRONLY)  # takes the lowest number that is free
