"""Commands of the program as processes that a fork server starts: as real as those of `subprocess`, and
there in some milliseconds, where an interpreter spends most of a second with its imports."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from tests.support.fork_server import Command

PROJECT = Path(__file__).parents[2]
OPTIONS = ("-W", "error")
"""Of each interpreter."""


def start(
    module: str, *arguments: str, cwd: Path, env: Mapping[str, str], **files: Any
) -> subprocess.Popen[str]:
    """Start a command, forked if that can be; the rest is as with Popen."""
    begin = interpreted if read_at_start(env) else Forked
    return begin(module, *arguments, cwd=cwd, env=env, **files)


def ended(process: subprocess.Popen[str], *, within: float = 60) -> subprocess.CompletedProcess[str]:
    """What came of it, once it has ended; in seconds."""
    out, err = process.communicate(timeout=within)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def interpreted(
    module: str, *arguments: str, cwd: Path, env: Mapping[str, str], **files: Any
) -> subprocess.Popen[str]:
    """Start a command with an interpreter of its own, as users do."""
    return subprocess.Popen(command_line(module, *arguments), cwd=cwd, env=env, text=True, **files)


def command_line(module: str, *arguments: str) -> list[str]:
    return [sys.executable, *OPTIONS, "-m", module, *arguments]


def read_at_start(environment: Mapping[str, str]) -> bool:
    """Whether something there is for an interpreter that starts, and would come too late for a forked one."""
    names = {name for name in environment if re.match("PYTHON|LANG|LC_", name)}
    return bool(names - {"PYTHONPATH"}) or environment.get("PYTHONPATH", str(PROJECT)) != str(PROJECT)


class ForkServer:
    """The server of this process, which starts with the first command."""

    _running: ClassVar["ForkServer | None"] = None

    def __init__(self) -> None:
        self._commands, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *OPTIONS, "-m", "tests.support.fork_server", str(theirs.fileno())],
                cwd=PROJECT,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    @classmethod
    def running(cls) -> "ForkServer":
        cls._running = cls._running or cls()
        return cls._running

    @classmethod
    def stop(cls) -> None:
        """End the server, if there is one, and every child of it that still runs."""
        if server := cls._running:
            server._commands.close()
            server._process.wait()
            cls._running = None

    def start(self, command: Command, standard: Sequence[int]) -> socket.socket:
        """Fork; returns the socket on which the child's number comes first, and then how it ended."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._commands, [command.to_bytes()], [theirs.fileno(), *standard])
        return ours


class Forked(subprocess.Popen[str]):
    """`python -W error -m MODULE ARGUMENTS`, forked. It is killed when this object is dropped."""

    def __init__(self, module: str, *arguments: str, cwd: Path, env: Mapping[str, str], **files: Any) -> None:
        self._module, self._arguments = module, arguments
        self._collecting = threading.Lock()
        super().__init__(command_line(module, *arguments), cwd=cwd, env=env, text=True, **files)

    def _execute_child(self, *arguments: Any) -> None:
        """What Popen calls to start the process, in all versions of Python with these arguments."""
        folder, environment = arguments[5:7]
        read, ours_in, ours_out, written, ours_err, errors = arguments[10:16]
        command = Command(self._module, self._arguments, str(folder), environment, _umask())
        theirs = [number if given == -1 else given for number, given in enumerate((read, written, errors))]
        self._ending = ForkServer.running().start(command, theirs)
        weakref.finalize(self, self._ending.close)
        self.pid = int(self._ending.recv(64))
        self._child_created = True
        for end, other in ((read, ours_in), (written, ours_out), (errors, ours_err)):
            if -1 not in (end, other):
                os.close(end)

    def poll(self) -> int | None:
        with self._collecting:
            if self.returncode is None and select.select([self._ending], [], [], 0)[0]:
                # Without an answer the server has died, and with it the child.
                self.returncode = int(self._ending.recv(64) or -signal.SIGKILL)
                self._ending.shutdown(socket.SHUT_RDWR)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        select.select([self._ending], [], [], timeout)
        status = self.poll()
        if status is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return status


def _umask() -> int:
    """This process' (proc(5), /proc/pid/status), without setting it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("Umask:")[1].split()[0], 8)
