"""Open a connection to a mail server, encrypt it and log in; send commands and check their replies.

The only module that knows smtplib. No error from here contains an address or a secret.
"""

import contextlib
import smtplib
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digest.domain.settings import SmtpServer
from digest.errors import (
    ContentRefused,
    DeliveryUnknown,
    MessageRefused,
    MessageTooLarge,
    PolicyRefused,
    RecipientDeferred,
    RecipientRefused,
    TransportError,
    TransportUnavailable,
)
from digest.mail.smtp.replies import (
    Meaning,
    Phase,
    Reply,
    ReplyParser,
    ReplyTooLong,
    meaning_of,
    without_addresses,
)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How many seconds each step may take (RFC 5321, section 4.5.3.2)."""

    connect: float = 60.0
    """For TCP, and again for TLS; the RFC sets no limit."""
    command: float = 300.0
    """For the greeting, and for every reply that is not named here."""
    data: float = 120.0
    block: float = 180.0
    """To send a part of the content."""
    end_of_data: float = 600.0
    """For the reply to the end of data; a shorter wait makes duplicates (section 4.5.3.2.6)."""
    quit: float = 10.0
    """The results of all mails are known by then, so a longer wait has no use."""


_RECEIVED_BYTES = 4096  # at a time

_REFUSED: Mapping[Phase, str] = {
    Phase.GREETING: "refused to serve",
    Phase.EHLO: "refused to serve",
    Phase.STARTTLS: "refused to encrypt",
    Phase.AUTH: "refused our user and password",
    Phase.MAIL: "refused a mail from our sender",
    Phase.RCPT: "refused the recipient",
    Phase.DATA: "refused the mail unseen",
    Phase.END_OF_DATA: "refused the mail",
}

_ERRORS: Mapping[Meaning, type[TransportError]] = {
    Meaning.UNAVAILABLE: TransportUnavailable,
    Meaning.POLICY: PolicyRefused,
    Meaning.RECIPIENT_LATER: RecipientDeferred,
    Meaning.RECIPIENT_REFUSED: RecipientRefused,
    Meaning.MESSAGE_REFUSED: MessageRefused,
    Meaning.CONTENT_REFUSED: ContentRefused,
    Meaning.TOO_LARGE: MessageTooLarge,
}

_HINT_CERTIFICATE = (
    "name the server as its certificate does; add ?ca=FILE to the SMTP URL for another authority"
)

_HINT_ENCRYPTION = (
    "try smtps://, or another network: somebody may intercept the connection; no password was sent"
)


class ConnectionLost(Exception):
    """The server closed the connection, or said that it will; an unfinished mail was not delivered."""


class Connection(smtplib.SMTP):
    """An SMTP dialogue over a connected socket, with a limit for the time and size of each reply."""

    sock: socket.socket

    def __init__(self, sock: socket.socket, server: SmtpServer, helo: str | None, timeouts: Timeouts) -> None:
        super().__init__(local_hostname=helo)
        self.sock = sock
        self.command_encoding = "utf-8"  # for addresses (RFC 6531); all else is ASCII
        self.mails = 0
        """How many were begun on this connection."""
        self.name = server_name(server)
        self._server = server
        self._timeouts = timeouts
        self._seconds = timeouts.command
        self._parser = ReplyParser()

    def send_command(self, phase: Phase, command: str, recipient: str = "") -> None:
        """Send the command and check its reply.

        Raises OSError (no valid reply), ConnectionLost, and the TransportErrors of the phase.
        """
        seconds = self._timeouts.data if phase is Phase.DATA else self._timeouts.command
        self.check(phase, self.exchange(command, seconds), recipient)

    def exchange(self, command: str, seconds: float) -> Reply:
        """Send the command; returns its reply. Raises OSError, also after so many seconds."""
        self._seconds = seconds
        self.sock.settimeout(seconds)
        self.putcmd(command)
        return self.reply()

    def send_block(self, content: bytes) -> None:
        """Send a part of a mail's content. Raises OSError."""
        self.sock.settimeout(self._timeouts.block)
        self.sock.sendall(content)

    def reply(self) -> Reply:
        """The next reply. Raises OSError."""
        return Reply(*self.getreply())

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply; smtplib's own methods call this too.

        smtplib's version restarts its time-out with each byte, and its reply may have any number of lines:
        a slow or endless one would hold up the run.
        """
        ends_at = time.monotonic() + self._seconds
        try:
            while (reply := self._parser.read()) is None:
                self._receive(max(0.001, ends_at - time.monotonic()))
        except (OSError, ReplyTooLong) as exc:
            raise smtplib.SMTPServerDisconnected(str(exc)) from exc
        return reply.code, reply.words

    def has_unexpected_reply(self) -> bool:
        """Whether the server sent something that is not read yet. Raises OSError if it has gone."""
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
            self._receive(0)
        return bool(self._parser.unread)

    def check(self, phase: Phase, reply: Reply, recipient: str = "") -> None:
        """Raise the error that the reply means in this phase, if any.

        ConnectionLost, DeliveryUnknown (after the end of data), or the TransportErrors of `_ERRORS`.
        """
        meaning = meaning_of(phase, reply)
        if meaning is Meaning.GO_ON:
            return
        secrets = (self._server.user or "", self._server.password or "")
        words = reply.redacted(secrets, recipient.rpartition("@")[0])
        if meaning is Meaning.RECONNECT:
            raise ConnectionLost(words)
        if meaning is Meaning.UNKNOWN:
            raise DeliveryUnknown(f"{self.name} had the whole mail, and answered {words}")
        error = _ERRORS[meaning](f"{self.name} {_REFUSED[phase]}: {words}")
        if phase is Phase.MAIL and meaning is Meaning.UNAVAILABLE:
            error.hint = PolicyRefused.hint
        raise error

    def encrypt(self, context: ssl.SSLContext) -> None:
        """The TLS handshake. Raises OSError."""
        self.sock.settimeout(self._timeouts.connect)
        self.sock = context.wrap_socket(self.sock, server_hostname=self._server.host)

    def _receive(self, seconds: float) -> None:
        self.sock.settimeout(seconds)
        received = self.sock.recv(_RECEIVED_BYTES)
        if not received:
            raise ConnectionError("it closed the connection")
        self._parser.feed(received)


def server_name(server: SmtpServer) -> str:
    """The server as errors name it."""
    return f"the mail server {server.host}:{server.port}"


def open_connection(server: SmtpServer, helo: str | None, timeouts: Timeouts) -> Connection:
    """Connect, encrypt and log in as the settings say. Raises TransportUnavailable.

    `helo` is the name to introduce this machine by; None: its own.
    """
    context = None if server.security == "plain" else _tls_context(server.ca_file)
    try:
        with contextlib.ExitStack() as on_failure:
            smtp = _connected(server, helo, timeouts)
            on_failure.callback(smtp.close)
            _introduce(smtp, server, context)
            on_failure.pop_all()
    except (OSError, UnicodeError) as exc:
        error = TransportUnavailable(f"{server_name(server)} cannot be used: {without_addresses(str(exc))}")
        if isinstance(exc, ssl.SSLCertVerificationError):
            error.hint = _HINT_CERTIFICATE
        raise error from exc
    return smtp


def _connected(server: SmtpServer, helo: str | None, timeouts: Timeouts) -> Connection:
    """Connected, without Nagle's algorithm, which would delay each end of data by 40 milliseconds."""
    sock = socket.create_connection((server.host, server.port), timeouts.connect)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(sock, server, helo, timeouts)


def _introduce(smtp: Connection, server: SmtpServer, context: ssl.SSLContext | None) -> None:
    if context and server.security == "tls":
        smtp.encrypt(context)
    smtp.check(Phase.GREETING, smtp.reply())
    _greet(smtp)
    if context and server.security == "starttls":
        _start_tls(smtp)
        smtp.encrypt(context)
        _greet(smtp)
    if server.user:
        _log_in(smtp, server.user, server.password or "")


def _greet(smtp: Connection) -> None:
    """EHLO, or HELO to a server that does not know it (RFC 5321, section 3.2)."""
    code, words = smtp.ehlo()
    if code // 100 == 5:
        code, words = smtp.helo()
    smtp.check(Phase.EHLO, Reply(code, words))


def _start_tls(smtp: Connection) -> None:
    """STARTTLS; refuses unencrypted data after its reply, which anybody may inject (CVE-2021-38371)."""
    if not smtp.has_extn("STARTTLS"):
        raise _unencrypted(f"{smtp.name} offers no encryption (STARTTLS)")
    smtp.send_command(Phase.STARTTLS, "STARTTLS")
    if smtp.has_unexpected_reply():
        raise _unencrypted(f"{smtp.name} went on unencrypted after STARTTLS")


def _unencrypted(problem: str) -> TransportUnavailable:
    error = TransportUnavailable(problem)
    error.hint = _HINT_ENCRYPTION
    return error


def _log_in(smtp: Connection, user: str, password: str) -> None:
    """Errors leave out the server's words and the cause: both may contain the encoded password."""
    problem, refusal = "", None
    try:
        smtp.login(user, password)
    except smtplib.SMTPNotSupportedError:
        problem = "takes no user and password (no AUTH)"
    except smtplib.SMTPResponseException as exc:
        words = exc.smtp_error if isinstance(exc.smtp_error, bytes) else exc.smtp_error.encode()
        refusal = Reply(exc.smtp_code, words).wordless
    except UnicodeEncodeError:
        problem = "can only be given a user and password in ASCII"
    except (OSError, ValueError):
        problem = "did not let us log in"
    if problem:
        raise TransportUnavailable(f"{smtp.name} {problem}")
    if refusal:
        smtp.check(Phase.AUTH, refusal)


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """smtplib's own starttls() and SMTP_SSL verify no certificate unless they get such a context."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as exc:
        raise TransportUnavailable(f"the certificate file {ca_file} cannot be used: {exc.strerror}") from exc
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
