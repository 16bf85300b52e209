"""Run a command without a shell, for what it prints: in limited time, and with limited output."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 100_000
"""Of either output."""

_AT_A_TIME = 8_192


@dataclass(frozen=True, slots=True)
class Output:
    """What a command printed, and its exit status."""

    stdout: bytes
    stderr: bytes
    status: int


def command_output(words: Sequence[str], folder: Path, seconds: float) -> Output:
    """Run the program `words[0]` with the other words as its arguments, in the folder; it reads nothing.

    Raises OSError: it cannot be started, does not end in so many seconds (TimeoutError), or prints too much.
    """
    process = subprocess.Popen(  # noqa: S603 - the words are the operator's own, and no shell reads them
        words,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that what it has started ends with it
    )
    deadline = time.monotonic() + seconds
    with process:
        try:
            stdout, stderr = _read(process, deadline)
            return Output(stdout, stderr, process.wait(max(deadline - time.monotonic(), 0.0)))
        except subprocess.TimeoutExpired as exc:
            raise _timed_out(seconds) from exc
        except TimeoutError as exc:
            raise _timed_out(seconds) from exc
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _timed_out(seconds: float) -> TimeoutError:
    return TimeoutError(f"it did not end in {seconds:g} seconds")


def _read(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bytes]:
    """Both outputs, to their ends. A process that holds one open cannot hold us up."""
    read: dict[int, bytearray] = {}
    with selectors.DefaultSelector() as selector:
        for pipe in (process.stdout, process.stderr):
            assert pipe
            read[pipe.fileno()] = bytearray()
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            left = deadline - time.monotonic()
            ready = selector.select(left) if left > 0 else []
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                block = os.read(key.fd, _AT_A_TIME)
                read[key.fd] += block
                if not block:
                    selector.unregister(key.fileobj)
                if len(read[key.fd]) > MOST_BYTES:
                    raise OSError(f"it prints more than {MOST_BYTES:,} bytes")
    stdout, stderr = read.values()
    return bytes(stdout), bytes(stderr)
