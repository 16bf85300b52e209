"""An IMAP dialogue over a socket, with limits for the time and the size of what the server sends.

imaplib's own reading restarts its time-out with each byte, and takes as much memory as the server says. The
only module that knows imaplib.
"""

import contextlib
import imaplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace

from digest.mail.deadline import Deadline
from digest.mail.network import encrypted_socket

LONGEST_LINE = 65_536
"""Bytes. A list of a thousand messages has 11 kB."""

_RECEIVED_BYTES = 65_536  # at a time

ServerSaidNo = imaplib.IMAP4.error
"""A command was refused, or what the server sent is no IMAP."""

BrokenOff = imaplib.IMAP4.abort
"""The server ended the dialogue, or it cannot go on. Also a ServerSaidNo."""

ReadOnly = imaplib.IMAP4.readonly
"""The folder can be read and not changed. Also a BrokenOff."""


class TooMuch(OSError):
    """The server sends more than it was asked for."""

    def __init__(self) -> None:
        super().__init__("it sends more than it was asked for")


class Intercepted(OSError):
    """Unencrypted data followed the reply to STARTTLS, which anybody may inject (CVE-2021-33515)."""

    def __init__(self) -> None:
        super().__init__("it went on unencrypted after STARTTLS")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much time and room the server has."""

    deadline: Deadline
    """Of the whole dialogue."""
    step_seconds: float
    """For each line, each literal, and each command that is sent."""
    literal_bytes: int
    """Of one message, or one name of a folder."""
    command_bytes: int
    """Of the whole answer to a command."""
    on_step: Callable[[], None] = lambda: None
    """Is called after each line: a slow server is no hanging program."""


class Connection(imaplib.IMAP4):
    """imaplib's commands over our own reading and writing. Each method may raise OSError."""

    sock: socket.socket

    def __init__(self, sock: socket.socket, host: str, port: int, limits: Limits) -> None:
        """Reads the greeting. Raises OSError, ServerSaidNo."""
        self.sock = sock
        self._limits = limits
        self._unread = bytearray()
        self._bytes_left = limits.command_bytes
        super().__init__(host, port)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """imaplib connects here; the socket is connected already."""
        self.host, self.port = host, port

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Encrypt the connection. Raises OSError, ServerSaidNo."""
        status, words = self._simple_command("STARTTLS")
        if status != "OK":
            raise ServerSaidNo(words[-1])
        if self._unread:
            raise Intercepted
        self.sock = encrypted_socket(self.sock, self.host, context, self._step())
        self._get_capabilities()

    def read(self, size: int) -> bytes:
        """A literal."""
        if size > self._limits.literal_bytes:
            raise TooMuch
        step = self._step()
        while len(self._unread) < size:
            self._receive(step)
        return self._taken(size)

    def readline(self) -> bytes:
        step = self._step()
        while not (end := self._unread.find(b"\n") + 1) and len(self._unread) <= LONGEST_LINE:
            self._receive(step)
        if not 0 < end <= LONGEST_LINE:
            raise TooMuch
        return self._taken(end)

    def send(self, data: bytes) -> None:  # type: ignore[override]
        """Send all of this, and count anew what the server sends."""
        self._bytes_left = self._limits.command_bytes
        step, unsent = self._step(), memoryview(data)
        while unsent:
            self.sock.settimeout(step.seconds_left())
            unsent = unsent[self.sock.send(unsent) :]

    def shutdown(self) -> None:
        self.sock.close()

    def say_goodbye(self, seconds: float) -> None:
        """LOGOUT, which deletes nothing; whatever comes of it."""
        self._limits = replace(self._limits, step_seconds=seconds)
        with contextlib.suppress(Exception):
            self.logout()

    def _step(self) -> Deadline:
        return self._limits.deadline.within(self._limits.step_seconds)

    def _receive(self, step: Deadline) -> None:
        self.sock.settimeout(step.seconds_left())
        received = self.sock.recv(_RECEIVED_BYTES)
        if not received:
            raise ConnectionError("it closed the connection")
        self._bytes_left -= len(received)
        if self._bytes_left < 0:
            raise TooMuch
        self._unread += received

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._unread[:size])
        del self._unread[:size]
        self._limits.on_step()
        return taken
