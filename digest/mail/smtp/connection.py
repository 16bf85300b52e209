"""A connection to a mail server: send commands and check their replies.

The only module that knows smtplib. No error from here contains an address or a secret.
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
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
from digest.mail.network import encrypted_socket
from digest.mail.smtp.limits import Timeouts
from digest.mail.smtp.login_advice import LOGIN_WANTED
from digest.mail.smtp.replies import Meaning, Phase, Reply, ReplyParser, ReplyTooLong, meaning_of, shown

_RECEIVED_BYTES = 4096  # at a time

_LOGIN_WANTED = 530  # RFC 4954, section 6; of STARTTLS too: RFC 3207, section 4
_MECHANISMS = frozenset(
    (
        *("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "MSN", "GSSAPI", "GSS-SPNEGO", "KERBEROS_V4"),
        *("SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512"),
        *("XOAUTH", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS", "OTP"),
    )
)
"""Ways to log in. Source: IANA's registry of SASL mechanisms, and those that mail servers add."""

_REFUSED: Mapping[Phase, str] = {
    Phase.GREETING: "refused to serve",
    Phase.EHLO: "refused to serve",
    Phase.STARTTLS: "refused to encrypt",
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

_TOLD: Mapping[Phase, str] = {
    Phase.GREETING: "the server greets",
    Phase.MAIL: "the sender is accepted",
    Phase.RCPT: "the recipient is accepted",
    Phase.END_OF_DATA: "the mail is accepted, and the server's last words are",
}
"""What a good reply means to a person who watches."""


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
    tell: Callable[[str], None] | None = None
    """Is called with a line about each step that went well, for a person who watches."""


class Connection(smtplib.SMTP):
    """An SMTP dialogue over a connected socket, with limits for the time and size of each step."""

    sock: socket.socket

    def __init__(
        self,
        sock: socket.socket,
        server: SmtpServer,
        client: Client,
        deadline: Deadline,
        secrets: Sequence[str] = (),
    ) -> None:
        """`secrets`: what no error may show, such as the user and the password."""
        super().__init__(local_hostname=client.helo)
        self.sock = sock
        self.command_encoding = "utf-8"  # for addresses (RFC 6531); all else is ASCII
        self.mails = 0
        """How many were begun on this connection."""
        self.deadline = deadline
        """Of the mail under way, or of the login."""
        self.name = server_name(server)
        self.secrets = secrets
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

    def exchange(self, command: str, seconds: float | None = None) -> Reply:
        """Send the command; returns its reply. Raises OSError, also after so many seconds, or those of any
        command."""
        self._seconds = seconds or self._client.timeouts.command
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
        if meaning is Meaning.GO_ON and not (self._client.tell and phase in _TOLD):
            return
        words = reply.redacted(self.secrets, recipient.rpartition("@")[0])
        if meaning is Meaning.GO_ON:
            self.tell(f"{_TOLD[phase]}: {words}")
            return
        if meaning is Meaning.RECONNECT:
            raise ConnectionLost(words)
        if meaning is Meaning.UNKNOWN:
            raise DeliveryUnknown(f"{self.name} had the whole mail, and answered {words}")
        raise error_of(phase, reply, f"{self.name} {_REFUSED[phase]}: {words}")

    def tell(self, line: str) -> None:
        """Tell a step that went well to who watches, if anybody does."""
        if self._client.tell:
            self._client.tell(line)

    def greet(self) -> None:
        """EHLO, or HELO to a server that does not know it (RFC 5321, section 3.2)."""
        code, words = self.ehlo()
        if code // 100 == 5:
            code, words = self.helo()
        self.check(Phase.EHLO, Reply(code, words))

    @property
    def offered(self) -> tuple[str, ...]:
        """The ways to log in that the server offers (RFC 4954), such as PLAIN. Other words are left out: a
        hostile server may send back a secret that it has heard before."""
        words = self.esmtp_features.get("auth", "").upper().split()
        return tuple(dict.fromkeys(word for word in words if word in _MECHANISMS))

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self.sock, ssl.SSLSocket)

    @property
    def unread(self) -> bytes:
        """The beginning of what was received and is no complete reply."""
        return self._parser.unread

    def is_silent_for(self, seconds: float) -> bool:
        """Whether a server says nothing for so long, before any encryption."""
        self.sock.settimeout(seconds)
        try:
            self.sock.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        return False

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
    if reply.code == _LOGIN_WANTED:
        error.hint = LOGIN_WANTED
    return error


def server_name(server: SmtpServer) -> str:
    """The server as errors name it."""
    return f"the mail server {server.host}:{server.port}"
