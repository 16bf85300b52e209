"""A connection to a mail server: opened, encrypted and logged in; commands and what their replies mean.

The only module that knows smtplib. Nothing that it tells has an address or a secret in it.
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
    DeliveryUnknown,
    MessageRefused,
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
    ReplyReader,
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
    dot: float = 600.0
    """A shorter wait after the final dot makes duplicates (section 4.5.3.2.6)."""
    quit: float = 10.0
    """All mails are settled by then; to wait longer has no use."""


_PIECE = 4096  # bytes of replies at a time

_REFUSED: Mapping[Phase, str] = {
    Phase.GREETING: "refused to serve",
    Phase.EHLO: "refused to serve",
    Phase.STARTTLS: "refused to encrypt",
    Phase.AUTH: "refused our user and password",
    Phase.MAIL: "refused a mail from our sender",
    Phase.RCPT: "refused the recipient",
    Phase.DATA: "refused the mail unseen",
    Phase.DOT: "refused the mail",
}

_ERRORS: Mapping[Meaning, type[TransportError]] = {
    Meaning.UNAVAILABLE: TransportUnavailable,
    Meaning.POLICY: PolicyRefused,
    Meaning.RECIPIENT_LATER: RecipientDeferred,
    Meaning.RECIPIENT_REFUSED: RecipientRefused,
    Meaning.MESSAGE_REFUSED: MessageRefused,
}

_HINT_CERTIFICATE = (
    "name the server as its certificate does; add ?ca=FILE to the SMTP URL for another authority"
)

_HINT_ENCRYPTION = "try smtps://, or another network: somebody may sit in between; no password was sent"


class ConnectionLost(Exception):
    """The server went away, or said that it would; what was not finished was not delivered."""


class Connection(smtplib.SMTP):
    """A dialogue over a socket that is connected already, with limits to the time and size of each reply."""

    sock: socket.socket

    def __init__(self, sock: socket.socket, server: SmtpServer, helo: str | None, timeouts: Timeouts) -> None:
        super().__init__(local_hostname=helo)
        self.sock = sock
        self.command_encoding = "utf-8"  # for addresses (RFC 6531); all else is ASCII
        self.mails = 0
        """How many were begun here."""
        self.name = server_name(server)
        self._server = server
        self._timeouts = timeouts
        self._seconds = timeouts.command
        self._reader = ReplyReader()

    def ask(self, phase: Phase, command: str, recipient: str = "") -> None:
        """Give a command, and raise what the reply means unless it is to go on.

        Raises OSError (no valid reply), ConnectionLost, and the TransportErrors of the phase.
        """
        seconds = self._timeouts.data if phase is Phase.DATA else self._timeouts.command
        self.judge(phase, self.answer_to(command, seconds), recipient)

    def answer_to(self, command: str, seconds: float) -> Reply:
        """Raises OSError."""
        self._seconds = seconds
        self.sock.settimeout(seconds)
        self.putcmd(command)
        return self.reply()

    def send_block(self, content: bytes) -> None:
        """A part of a mail's content. Raises OSError."""
        self.sock.settimeout(self._timeouts.block)
        self.sock.sendall(content)

    def reply(self) -> Reply:
        """The next reply. Raises OSError."""
        return Reply(*self.getreply())

    def getreply(self) -> tuple[int, bytes]:
        """By this, smtplib's own methods read too; theirs waits anew for each byte, and takes any number."""
        ends_at = time.monotonic() + self._seconds
        try:
            while (reply := self._reader.read()) is None:
                self._receive(max(0.001, ends_at - time.monotonic()))
        except (OSError, ReplyTooLong) as exc:
            raise smtplib.SMTPServerDisconnected(str(exc)) from exc
        return reply.code, reply.words

    def speaks_unasked(self) -> bool:
        """Whether the server said something that is not read yet. Raises OSError if it has gone."""
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
            self._receive(0)
        return bool(self._reader.unread)

    def judge(self, phase: Phase, reply: Reply, recipient: str = "") -> None:
        """Raise what the reply means, unless it is to go on."""
        meaning = meaning_of(phase, reply)
        if meaning is Meaning.GO_ON:
            return
        secrets = (self._server.user or "", self._server.password or "")
        told = reply.told(secrets, recipient.rpartition("@")[0])
        if meaning is Meaning.RECONNECT:
            raise ConnectionLost(told)
        if meaning is Meaning.UNKNOWN:
            raise DeliveryUnknown(f"{self.name} had the whole mail, and answered {told}")
        error = _ERRORS[meaning](f"{self.name} {_REFUSED[phase]}: {told}")
        if phase is Phase.MAIL and meaning is Meaning.UNAVAILABLE:
            error.hint = PolicyRefused.hint
        raise error

    def encrypt(self, context: ssl.SSLContext) -> None:
        """The TLS handshake. Raises OSError."""
        self.sock.settimeout(self._timeouts.connect)
        self.sock = context.wrap_socket(self.sock, server_hostname=self._server.host)

    def _receive(self, seconds: float) -> None:
        self.sock.settimeout(seconds)
        received = self.sock.recv(_PIECE)
        if not received:
            raise ConnectionError("it closed the connection")
        self._reader.feed(received)


def server_name(server: SmtpServer) -> str:
    """As errors call it."""
    return f"the mail server {server.host}:{server.port}"


def open_connection(server: SmtpServer, helo: str | None, timeouts: Timeouts) -> Connection:
    """Connected, encrypted and logged in as the server's settings say. Raises TransportUnavailable."""
    context = None if server.security == "plain" else _trust(server.ca_file)
    try:
        with contextlib.ExitStack() as on_failure:
            smtp = _dialled(server, helo, timeouts)
            on_failure.callback(smtp.close)
            _introduce(smtp, server, context)
            on_failure.pop_all()
    except (OSError, UnicodeError) as exc:
        error = TransportUnavailable(f"{server_name(server)} cannot be used: {without_addresses(str(exc))}")
        if isinstance(exc, ssl.SSLCertVerificationError):
            error.hint = _HINT_CERTIFICATE
        raise error from exc
    return smtp


def _dialled(server: SmtpServer, helo: str | None, timeouts: Timeouts) -> Connection:
    """Connected, without Nagle's algorithm, which would hold back each final dot for 40 milliseconds."""
    sock = socket.create_connection((server.host, server.port), timeouts.connect)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(sock, server, helo, timeouts)


def _introduce(smtp: Connection, server: SmtpServer, context: ssl.SSLContext | None) -> None:
    if context and server.security == "tls":
        smtp.encrypt(context)
    smtp.judge(Phase.GREETING, smtp.reply())
    _greet(smtp)
    if context and server.security == "starttls":
        _ask_for_encryption(smtp)
        smtp.encrypt(context)
        _greet(smtp)
    if server.user:
        _log_in(smtp, server.user, server.password or "")


def _greet(smtp: Connection) -> None:
    """EHLO, or HELO to a server that does not know it (RFC 5321, section 3.2)."""
    code, words = smtp.ehlo()
    if code // 100 == 5:
        code, words = smtp.helo()
    smtp.judge(Phase.EHLO, Reply(code, words))


def _ask_for_encryption(smtp: Connection) -> None:
    """STARTTLS; what follows its reply in the open may be anybody's words (as in CVE-2021-38371)."""
    if not smtp.has_extn("STARTTLS"):
        raise _unencrypted(f"{smtp.name} offers no encryption (STARTTLS)")
    smtp.ask(Phase.STARTTLS, "STARTTLS")
    if smtp.speaks_unasked():
        raise _unencrypted(f"{smtp.name} went on in the open when it should have encrypted")


def _unencrypted(problem: str) -> TransportUnavailable:
    error = TransportUnavailable(problem)
    error.hint = _HINT_ENCRYPTION
    return error


def _log_in(smtp: Connection, user: str, password: str) -> None:
    """The server's words are left out, and the cause: either may repeat the password, if encoded."""
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
        smtp.judge(Phase.AUTH, refusal)


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as exc:
        raise TransportUnavailable(f"the certificate file {ca_file} cannot be used: {exc.strerror}") from exc
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
