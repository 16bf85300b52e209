"""Open a connection to a mail server, encrypt it and log in; send commands and check their replies.

The only module that knows smtplib. No error from here contains an address or a secret.
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from digest.domain.fault import REMEDIES
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
from digest.mail.deadline import Deadline
from digest.mail.network import connected_socket, encrypted_socket, tls_context
from digest.mail.smtp.limits import Timeouts
from digest.mail.smtp.replies import Meaning, Phase, Reply, ReplyParser, ReplyTooLong, meaning_of, shown

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

_OF_A_MAIL = (Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.END_OF_DATA)

_HINT_CERTIFICATE = (
    "name the server as its certificate does; add ?ca=FILE to the SMTP URL for another authority"
)

_HINT_ENCRYPTION = (
    "try smtps://, or another network: somebody may intercept the connection; no password was sent"
)


class ConnectionLost(Exception):
    """The server closed the connection, or said that it will; an unfinished mail was not delivered."""


class MailLost(ConnectionLost):
    """The same without a word, after the server took the sender of a mail."""


@dataclass(frozen=True, slots=True)
class Client:
    """How this side behaves."""

    helo: str | None
    """The name to introduce this machine by; None: its own."""
    timeouts: Timeouts
    on_step: Callable[[], None]
    """Is called after each reply of the server and each block that it took: a slow server is no hanging
    program."""


class Connection(smtplib.SMTP):
    """An SMTP dialogue over a connected socket, with limits for the time and size of each step."""

    sock: socket.socket

    def __init__(self, sock: socket.socket, server: SmtpServer, client: Client, deadline: Deadline) -> None:
        super().__init__(local_hostname=client.helo)
        self.sock = sock
        self.command_encoding = "utf-8"  # for addresses (RFC 6531); all else is ASCII
        self.mails = 0
        """How many were begun on this connection."""
        self.deadline = deadline
        """Of the mail under way, or of the login."""
        self.name = server_name(server)
        self._server = server
        self._client = client
        self._seconds = client.timeouts.command
        self._step = deadline.within(self._seconds)
        self._parser = ReplyParser()

    def send_command(self, phase: Phase, command: str, recipient: str = "") -> None:
        """Send the command and check its reply.

        Raises OSError (no valid reply), ConnectionLost, and the TransportErrors of the phase.
        """
        timeouts = self._client.timeouts
        seconds = timeouts.data if phase is Phase.DATA else timeouts.command
        self.check(phase, self.exchange(command, seconds), recipient)

    def exchange(self, command: str, seconds: float) -> Reply:
        """Send the command; returns its reply. Raises OSError, also after so many seconds."""
        self._seconds = seconds
        self.putcmd(command)
        return self.reply()

    def send_block(self, content: bytes) -> None:
        """Send a part of a mail's content. Raises OSError."""
        self._step = self.deadline.within(self._client.timeouts.block)
        self.send(content)
        self._client.on_step()

    def reply(self) -> Reply:
        """The next reply. Raises OSError."""
        return Reply(*self.getreply())

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Send a command, whose time begins; smtplib's own methods call this too."""
        self._step = self.deadline.within(self._seconds)
        super().putcmd(cmd, args)

    def send(self, s: str | bytes) -> None:  # type: ignore[override]
        """Send all of this in the time of the step: `sendall` restarts its time-out under TLS."""
        unsent = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        while unsent:
            self.sock.settimeout(self._step.seconds_left())
            unsent = unsent[self.sock.send(unsent) :]

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply; smtplib's own methods call this too.

        smtplib's version restarts its time-out with each byte, and its reply may have any number of lines:
        a slow or endless one would hold up the run.
        """
        try:
            while (reply := self._parser.read()) is None:
                self._receive(self._step.seconds_left())
        except (OSError, ReplyTooLong) as exc:
            raise smtplib.SMTPServerDisconnected(shown(exc)) from exc
        self._client.on_step()
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
        raise error_of(phase, reply, f"{self.name} {_REFUSED[phase]}: {words}")

    def encrypt(self, context: ssl.SSLContext) -> None:
        """The TLS handshake. Raises OSError."""
        self._step = self.deadline.within(self._client.timeouts.connect)
        self.sock = encrypted_socket(self.sock, self._server.host, context, self._step)
        self._step = self.deadline.within(self._seconds)

    def _receive(self, seconds: float) -> None:
        self.sock.settimeout(seconds)
        received = self.sock.recv(_RECEIVED_BYTES)
        if not received:
            raise ConnectionError("it closed the connection")
        self._parser.feed(received)


def error_of(phase: Phase, reply: Reply, problem: str) -> TransportError:
    """The error that a reply means which refuses something in this phase."""
    meaning, cause = meaning_of(phase, reply), reply.cause
    error = _ERRORS[meaning](problem)
    if isinstance(error, RecipientRefused):
        error.is_certain = cause.is_certain
    if cause.trouble and phase in _OF_A_MAIL:
        error.remedy = f"{REMEDIES[cause.trouble]}; nothing is lost"
    if isinstance(error, PolicyRefused) or (phase is Phase.MAIL and meaning is Meaning.UNAVAILABLE):
        error.hint = error.remedy or PolicyRefused.hint
    return error


def server_name(server: SmtpServer) -> str:
    """The server as errors name it."""
    return f"the mail server {server.host}:{server.port}"


def open_connection(server: SmtpServer, client: Client, deadline: Deadline) -> Connection:
    """Connect, encrypt and log in as the settings say, before the deadline. Raises TransportUnavailable."""
    context = None if server.security == "plain" else tls_context(server.ca_file)
    try:
        with contextlib.ExitStack() as on_failure:
            sock = connected_socket(server.host, server.port, deadline.within(client.timeouts.connect))
            smtp = Connection(sock, server, client, deadline)
            on_failure.callback(smtp.close)
            _introduce(smtp, server, context)
            on_failure.pop_all()
    except (OSError, UnicodeError) as exc:
        error = TransportUnavailable(f"{server_name(server)} cannot be used: {shown(exc)}")
        if isinstance(exc, ssl.SSLCertVerificationError):
            error.hint = _HINT_CERTIFICATE
        raise error from exc
    return smtp


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
