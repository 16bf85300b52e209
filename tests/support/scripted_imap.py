"""An IMAP server that answers each command as a script says: also with what no server should send."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping

Answer = bytes | Callable[[socket.socket, bytes], None]
"""What is sent, with the command's tag for `TAG`; or a function that gets the connection and the tag."""

GREETING = "greeting"

_ANSWERS: Mapping[str, Answer] = {
    GREETING: b"* OK ready\r\n",
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK done\r\n",
    "AUTHENTICATE": b"TAG OK done\r\n",
    "LIST": b'* LIST () "/" INBOX\r\nTAG OK done\r\n',
    "SELECT": (
        b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] fine\r\n"
        b"TAG OK [READ-WRITE] done\r\n"
    ),
    "EXAMINE": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\nTAG OK [READ-ONLY] done\r\n",
    "UID SEARCH": b"* SEARCH 1 2\r\nTAG OK done\r\n",
    "UID FETCH": (
        b"* 1 FETCH (UID 1 BODY[]<0> {3}\r\none)\r\n* 2 FETCH (UID 2 BODY[]<0> {3}\r\ntwo)\r\nTAG OK done\r\n"
    ),
    "UID STORE": b"TAG OK done\r\n",
    "UID MOVE": b"TAG OK done\r\n",
    "UID COPY": b"TAG OK done\r\n",
    "LOGOUT": b"* BYE bye\r\nTAG OK done\r\n",
}


class ScriptedImap:
    """Serves on the loopback interface, one connection after the other."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.commands: list[str] = []
        """Those that it got, without tags; of an authentication only the name."""
        self._answers = {**_ANSWERS, **answers}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._done.set()
        self._listener.close()

    def _serve(self) -> None:
        while not self._done.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(OSError):
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        self._answer(connection, GREETING, b"")
        lines = connection.makefile("rb")
        for line in lines:
            tag, _, command = line.strip().partition(b" ")
            words = command.decode().split()
            name = " ".join(words[:2]) if words[0] == "UID" else words[0]
            self.commands.append(command.decode() if name != "AUTHENTICATE" else name)
            if name == "AUTHENTICATE":
                connection.sendall(b"+ \r\n")
                lines.readline()
            self._answer(connection, name, tag)

    def _answer(self, connection: socket.socket, name: str, tag: bytes) -> None:
        answer = self._answers[name]
        if isinstance(answer, bytes):
            connection.sendall(answer.replace(b"TAG", tag))
        else:
            answer(connection, tag)


@contextlib.contextmanager
def scripted_imap(answers: Mapping[str, Answer] | None = None) -> Iterator[ScriptedImap]:
    server = ScriptedImap(answers or {})
    try:
        yield server
    finally:
        server.close()


def silent(_connection: socket.socket, _tag: bytes) -> None:
    """Sends nothing, and keeps the connection."""


def closing(connection: socket.socket, _tag: bytes) -> None:
    """Closes the connection."""
    connection.shutdown(socket.SHUT_RDWR)


def endless(piece: bytes) -> Callable[[socket.socket, bytes], None]:
    """Sends this for ever."""

    def send(connection: socket.socket, _tag: bytes) -> None:
        while True:
            connection.sendall(piece)

    return send


def dripping(connection: socket.socket, _tag: bytes) -> None:
    """Sends a byte every hundredth of a second."""
    pause = threading.Event()
    while True:
        connection.sendall(b"*")
        pause.wait(0.01)
