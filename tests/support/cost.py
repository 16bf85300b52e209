"""Hold a piece of work to limits of CPU time and memory, by a child process and the kernel."""

import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

SECONDS = 5
MEGABYTES = 300
"""What no input of 1 MB may take more of."""

_PATIENCE = 24
"""The work may take so many times its CPU time: the machine may be busy."""

_WORDS = {signal.SIGXCPU: "took more CPU time than {seconds} s", signal.SIGALRM: "did not come to its end"}


def require_cheap(
    work: Callable[[], object],
    *,
    refused_by: tuple[type[Exception], ...] = (),
    seconds: int = SECONDS,
    megabytes: int = MEGABYTES,
) -> None:
    """Do the work in a forked child, which may be a lambda; its result and what it changes are dropped.

    Raises AssertionError if it takes more CPU time, or more memory beyond what this process has, or raises
    anything but the errors in `refused_by`.
    """
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads hold no lock that the work needs
        child = os.fork()
    if child == 0:
        os.close(read)
        _do(work, refused_by, seconds, megabytes, write)
    os.close(write)
    with open(read, "rb") as pipe:
        complaint = pipe.read().decode(errors="replace")
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status < 0:
        ended_by = signal.Signals(-status)
        complaint = _WORDS.get(ended_by, f"was ended by {ended_by.name}").format(seconds=seconds)
    assert not complaint, f"the work {complaint}"


def _do(
    work: Callable[[], object],
    refused_by: tuple[type[Exception], ...],
    seconds: int,
    megabytes: int,
    pipe: int,
) -> None:
    """Ends this process."""
    complaint = "failed"
    try:
        _limit(seconds, megabytes)
        with suppress(*refused_by):
            work()
        complaint = ""
    except MemoryError:
        complaint = f"took more memory than {megabytes} MB"
    except BaseException as exc:
        complaint = f"raised {type(exc).__name__}: {str(exc)[:1000]}"
    finally:
        sys.stderr.flush()
        os.write(pipe, complaint.encode())
        os._exit(0)


def _limit(seconds: int, megabytes: int) -> None:
    for number in _WORDS:
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(_PATIENCE * seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + megabytes * 10**6
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
