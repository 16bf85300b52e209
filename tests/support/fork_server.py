"""An interpreter that has the whole program imported, and forks a process for each command:

    python -W error -m tests.support.fork_server DESCRIPTOR

Each child is a process like any other, only that it need not import anything: it has its own number,
descriptors, folder, environment and signals, and ends as `python -m MODULE` does. The descriptor is a
Unix socket on which commands arrive, each with a socket of its own: there the server tells the child's
number and, later, how it ended. The child may be reaped once that socket closes; one that still runs
then is killed. tests/support/forked.py is the other end.
"""

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import digest
from digest.mail.content.inline import inline

PROJECT = Path(__file__).parents[2]
LARGEST_COMMAND = 100_000
"""Bytes."""
_ALSO = (
    "encodings.idna",
    "encodings.unicode_escape",
    "encodings.utf_8_sig",
    "rich.progress",
    "sqlalchemy.dialects.sqlite",
)
"""What the program, or a library of it, imports only when it is needed."""
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Command:
    """What `python -m MODULE ARGUMENTS` is in a folder, with exactly this environment."""

    module: str
    arguments: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    umask: int

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, message: bytes) -> "Command":
        return cls(**json.loads(message))


@dataclass(frozen=True, slots=True)
class Child:
    """A process that was forked: its number, a descriptor of it, and the socket of its owner."""

    pid: int
    handle: int
    owner: socket.socket


def import_everything() -> None:
    """Import all modules of the program, also those that it imports late."""
    modules = (module.name for module in pkgutil.walk_packages(digest.__path__, "digest."))
    for name in (*modules, *_ALSO):
        if not name.endswith("__main__"):
            importlib.import_module(name)
    parse_styles()
    gc.collect()
    gc.freeze()  # so that children share these pages for longer


def parse_styles() -> None:
    """Parse the style sheet, which the program keeps: a quarter of what a run does."""
    inline("<p></p>", (PROJECT / "templates" / "digest.css").read_text(encoding="utf-8"))


class ForkServer:
    """Forks until its socket closes. Has no thread, since children would inherit their locks."""

    def __init__(self, commands: socket.socket) -> None:
        self._commands = commands
        self._children: set[Child] = set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(commands, selectors.EVENT_READ)

    def serve(self) -> Command | None:
        """Returns the command in each child, and nothing in the server, at its end."""
        while True:
            (event, _), *_ = self._selector.select()  # one at a time: it may make another one void
            if event.fileobj is not self._commands:
                event.data()
                continue
            message, descriptors, _, _ = socket.recv_fds(self._commands, LARGEST_COMMAND, 4)
            if not message:
                self._close()
                return None
            if self._is_child(*descriptors):
                return Command.from_bytes(message)

    def _is_child(self, owner: int, *standard: int) -> bool:
        """Fork; in the child, leave nothing open but the three standard descriptors."""
        server = os.getpid()
        pid = os.fork()
        if pid:
            for descriptor in standard:
                os.close(descriptor)
            self._look_after(Child(pid, os.pidfd_open(pid), socket.socket(fileno=owner)))
            return False
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != server:
            os.kill(os.getpid(), signal.SIGKILL)
        self._let_go()
        _take(standard)
        return True

    def _look_after(self, child: Child) -> None:
        self._children.add(child)
        self._watch(child.owner, lambda: self._bury(child))
        self._watch(child.handle, lambda: self._tell_end(child))
        child.owner.send(str(child.pid).encode())

    def _watch(self, what: socket.socket | int, act: Callable[[], None]) -> None:
        self._selector.register(what, selectors.EVENT_READ, act)

    def _tell_end(self, child: Child) -> None:
        """Tell its owner the exit status, or minus the signal's number. Its own number stays taken."""
        self._selector.unregister(child.handle)
        ended = os.waitid(os.P_PIDFD, child.handle, os.WEXITED | os.WNOWAIT)
        assert ended
        status = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
        with suppress(BrokenPipeError):  # its owner is gone, which is the next event
            child.owner.send(str(status).encode())

    def _bury(self, child: Child) -> None:
        """Nobody wants it any more."""
        self._selector.unregister(child.owner)
        if child.handle in self._selector.get_map():
            self._selector.unregister(child.handle)
            signal.pidfd_send_signal(child.handle, signal.SIGKILL)
        os.waitid(os.P_PIDFD, child.handle, os.WEXITED)
        self._children.remove(child)
        _close(child)

    def _close(self) -> None:
        for child in tuple(self._children):
            self._bury(child)
        self._let_go()

    def _let_go(self) -> None:
        for child in self._children:
            _close(child)
        self._selector.close()
        self._commands.close()


def _close(child: Child) -> None:
    os.close(child.handle)
    child.owner.close()


def _take(standard: Sequence[int]) -> None:
    """Make these descriptors standard input, output and error."""
    for number, descriptor in enumerate(standard):
        os.dup2(descriptor, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


def become(command: Command) -> None:
    """Take over what a process gets from its parent."""
    coerced = {name: os.environ[name] for name in ("LC_CTYPE",) if name in os.environ}
    os.environ.clear()
    os.environ.update({**coerced, **command.environment})
    time.tzset()
    os.umask(command.umask)
    os.chdir(command.folder)
    sys.path[0] = str(Path.cwd())
    sys.argv[1:] = command.arguments
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        _reopen(name, mode)
    sys.stderr.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _reopen(name: str, mode: str) -> None:
    """As the interpreter opens a standard stream, for what its descriptor is now."""
    before = getattr(sys, name)
    stream = open(  # noqa: SIM115 - as long as the process lives
        before.fileno(), mode, encoding=before.encoding, errors=before.errors, newline="\n", closefd=False
    )
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)


def main(descriptor: int) -> None:
    """Serve; in a child, be the command."""
    import_everything()
    on_interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all, also to us
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until a child is ready for it
    command = ForkServer(socket.socket(fileno=descriptor)).serve()
    if command:
        become(command)
        signal.signal(signal.SIGINT, on_interrupt)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        runpy.run_module(command.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
