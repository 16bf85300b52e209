"""Deliver mails by SMTP, phase by phase (RFC 5321), so that each failure says who caused it.

smtplib's own `send_message` raises the same exception for a connection lost before the end of data
(certainly not delivered) and for one lost after it (perhaps delivered), and fails at QUIT after success.
"""

import contextlib
import re
from collections.abc import Callable

from digest.domain.mails import Mail
from digest.domain.settings import SmtpServer
from digest.errors import (
    DeliveryUnknown,
    LoginRefused,
    MailCutOff,
    MessageRefused,
    PolicyRefused,
    RecipientDeferred,
    RecipientRefused,
    TransportUnavailable,
)
from digest.mail.deadline import Deadline
from digest.mail.smtp.connection import (
    Client,
    Connection,
    ConnectionLost,
    MailLost,
    server_name,
)
from digest.mail.smtp.limits import Timeouts
from digest.mail.smtp.login import login_of
from digest.mail.smtp.opening import open_connection
from digest.mail.smtp.replies import Phase, shown

_RFC_TIMEOUTS = Timeouts()
_BLOCK = 65_536  # bytes of content at a time; each block has its own time-out (RFC 5321, section 4.5.3.2.5)
_CLOSING = 421  # the server closes the connection (RFC 5321, section 3.8)
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_OF_THIS_MAIL = (PolicyRefused, RecipientDeferred, RecipientRefused, MessageRefused)


class SmtpTransport:
    """A pipeline.ports.Transport with one connection, opened when needed and reused for further mails.

    `helo` is the name to introduce this machine by; None: its own. `on_step` is called after each step that
    the server lets us take; the longest takes ten minutes. `tell` gets a line about each step, for a person
    who watches. `reread` returns the server as its file names it now: a password may be new.
    """

    def __init__(
        self,
        server: SmtpServer,
        helo: str | None = None,
        *,
        mails_per_connection: int = 100,
        timeouts: Timeouts = _RFC_TIMEOUTS,
        on_step: Callable[[], None] = lambda: None,
        tell: Callable[[str], None] | None = None,
        reread: Callable[[SmtpServer], SmtpServer] = lambda server: server,
    ) -> None:
        self._server = server
        self._client = Client(helo, timeouts, on_step, tell)
        self._reread = reread
        self._mails_per_connection = mails_per_connection
        self._timeouts = timeouts
        self._smtp: Connection | None = None
        self._sending = False

    def deliver(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        """Deliver the mail. A connection that is lost before the end of data is opened again, once.

        All of it has one deadline: `Timeouts.mail` up to the end of data, then `Timeouts.end_of_data`.
        If `before_end_of_data` raises, the connection is closed and the mail is not delivered.
        Raises TransportUnavailable (MailCutOff if the mail may be why), PolicyRefused, RecipientDeferred,
        RecipientRefused, MessageRefused (none of them delivered), DeliveryUnknown.
        """
        deadline = Deadline.after(self._timeouts.mail)
        try:
            self._deliver_once(mail, before_end_of_data, deadline)
        except ConnectionLost:
            try:
                self._deliver_once(mail, before_end_of_data, deadline)
            except ConnectionLost as exc:
                problem = (
                    f"{server_name(self._server)} closed the connection in the middle of a mail, twice: {exc}"
                )
                kind = MailCutOff if isinstance(exc, MailLost) else TransportUnavailable
                raise kind(problem) from exc

    def connect(self) -> None:
        """Connect, encrypt and log in, unless connected already. Raises TransportUnavailable."""
        self._connected(Deadline.after(self._timeouts.mail))

    def close(self) -> None:
        """Send QUIT and close; errors are ignored, since every mail has its result by then.

        Does nothing while another thread sends a mail, as when a signal ends the program at once: QUIT
        would become a part of the mail.
        """
        if self._sending:
            return
        if self._smtp:
            self._smtp.deadline = Deadline.after(self._timeouts.quit)
            with contextlib.suppress(OSError):
                self._smtp.exchange("QUIT", self._timeouts.quit)
        self._drop()

    def _connected(self, deadline: Deadline) -> Connection:
        if self._smtp and self._smtp.mails >= self._mails_per_connection:
            self.close()
        self._smtp = self._smtp or self._opened(deadline)
        self._smtp.deadline = deadline
        return self._smtp

    def _opened(self, deadline: Deadline) -> Connection:
        """A new connection. A refused login is tried once more, with the password or token of now if that is
        another one."""
        login = login_of(self._server)
        try:
            return open_connection(self._server, login, self._client, deadline)
        except LoginRefused:
            server = self._reread(self._server)
            again = login_of(server)
            if (server, again) == (self._server, login):
                raise
        self._server = server
        return open_connection(self._server, again, self._client, deadline)

    def _deliver_once(self, mail: Mail, before_end_of_data: Callable[[], None], deadline: Deadline) -> None:
        smtp = self._connected(deadline)
        smtp.mails += 1
        self._sending = True
        try:
            self._send(smtp, mail)
            before_end_of_data()
            self._finish(smtp, mail)
        except _OF_THIS_MAIL:
            self._reset()
            raise
        except BaseException:
            self._drop()  # in the middle of a mail this connection cannot carry another one
            raise
        finally:
            self._sending = False

    def _send(self, smtp: Connection, mail: Mail) -> None:
        """Send all but the end of data: until then the server has not accepted the mail."""
        content, lost = _dot_stuffed(mail.content), ConnectionLost
        try:
            sender = f"MAIL FROM:<{mail.sender}>{_parameters(smtp, mail)}"
            smtp.send_command(Phase.MAIL, sender, mail.recipient)
            lost = MailLost
            smtp.send_command(Phase.RCPT, f"RCPT TO:<{mail.recipient}>", mail.recipient)
            smtp.send_command(Phase.DATA, "DATA", mail.recipient)
            for start in range(0, len(content), _BLOCK):
                smtp.send_block(content[start : start + _BLOCK])
            self._check_no_early_reply(smtp, mail)
        except OSError as exc:
            if smtp.deadline.has_passed:
                minutes = self._timeouts.mail / 60
                problem = f"{smtp.name} is too slow: a mail was not taken in {minutes:.0f} minutes"
                raise TransportUnavailable(problem) from exc
            raise lost(shown(exc)) from exc

    def _check_no_early_reply(self, smtp: Connection, mail: Mail) -> None:
        """A server that has gone or replied already does not accept the mail any more."""
        if smtp.has_unexpected_reply():
            reply = smtp.reply()
            self._drop()  # the server would read the next command as a part of the mail
            smtp.check(Phase.DATA, reply, mail.recipient)
            raise ConnectionLost("it answered before the end of the mail")

    def _finish(self, smtp: Connection, mail: Mail) -> None:
        smtp.deadline = Deadline.after(self._timeouts.end_of_data)
        try:
            reply = smtp.exchange(".", self._timeouts.end_of_data)
        except OSError as exc:
            raise DeliveryUnknown(
                f"{smtp.name} had the whole mail, but never answered: {shown(exc)}"
            ) from exc
        if reply.code == _CLOSING:
            self._drop()
        smtp.check(Phase.END_OF_DATA, reply, mail.recipient)

    def _reset(self) -> None:
        """Make an open connection ready for the next mail, or drop it."""
        if self._smtp:
            try:
                self._smtp.send_command(Phase.RSET, "RSET")
            except (OSError, ConnectionLost):
                self._drop()

    def _drop(self) -> None:
        if self._smtp:
            self._smtp.close()
        self._smtp = None


def _parameters(smtp: Connection, mail: Mail) -> str:
    """Those of MAIL: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531). Raises MessageRefused."""
    headers = mail.content.partition(b"\r\n\r\n")[0]
    international = not (mail.sender.isascii() and mail.recipient.isascii() and headers.isascii())
    eight_bit = international or not mail.content.isascii()
    for needed, extension in ((international, "SMTPUTF8"), (eight_bit, "8BITMIME")):
        if needed and not smtp.has_extn(extension):
            raise MessageRefused(f"{smtp.name} cannot carry a mail that is not ASCII (no {extension})")
    size = f" SIZE={len(mail.content)}" if smtp.has_extn("SIZE") else ""
    return size + " BODY=8BITMIME" * eight_bit + " SMTPUTF8" * international


def _dot_stuffed(content: bytes) -> bytes:
    """The content with leading dots doubled and a line end at its end (RFC 5321, section 4.5.2)."""
    stuffed = _LEADING_DOT.sub(b"..", content)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
