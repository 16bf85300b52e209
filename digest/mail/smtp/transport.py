"""Handing mails over by SMTP, phase by phase (RFC 5321), so that each failure tells whose it is.

smtplib's own `send_message` raises the same for a connection that was lost before the final dot
(certainly not delivered) and for one that was lost behind it (perhaps delivered).
"""

import contextlib
import re
from collections.abc import Callable

from digest.domain.mails import Mail
from digest.domain.settings import SmtpServer
from digest.errors import (
    DeliveryUnknown,
    MessageRefused,
    PolicyRefused,
    RecipientDeferred,
    RecipientRefused,
    TransportUnavailable,
)
from digest.mail.smtp.connection import Connection, ConnectionLost, Timeouts, open_connection, server_name
from digest.mail.smtp.replies import Phase

_RFC_TIMEOUTS = Timeouts()

_BLOCK = 65_536  # bytes of content at a time

_CLOSING = 421

_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)

_OF_THIS_MAIL = (PolicyRefused, RecipientDeferred, RecipientRefused, MessageRefused)


class SmtpTransport:
    """A transport (protocols.Transport) that keeps one connection for all mails and opens it when needed.

    `helo` is the name to introduce this machine by; None: its own.
    """

    def __init__(
        self,
        server: SmtpServer,
        helo: str | None = None,
        *,
        mails_per_connection: int = 100,
        timeouts: Timeouts = _RFC_TIMEOUTS,
    ) -> None:
        self._server = server
        self._helo = helo
        self._mails_per_connection = mails_per_connection
        self._timeouts = timeouts
        self._smtp: Connection | None = None
        self._mail_in_hand = False

    def deliver(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        """Hand the mail over. A connection that is lost before the final dot is opened again, once.

        What `before_end_of_data` raises ends the connection, and the mail is not delivered.
        Raises TransportUnavailable, PolicyRefused, RecipientDeferred, RecipientRefused, MessageRefused
        (none of them delivered), DeliveryUnknown.
        """
        try:
            self._hand_over(mail, before_end_of_data)
        except ConnectionLost:
            try:
                self._hand_over(mail, before_end_of_data)
            except ConnectionLost as exc:
                problem = f"{server_name(self._server)} went away in the middle of a mail, twice: {exc}"
                raise TransportUnavailable(problem) from exc

    def connect(self) -> None:
        """Connect, encrypt and log in as configured, unless that was done. Raises TransportUnavailable."""
        self._connected()

    def close(self) -> None:
        """Take leave. What the server says to that changes nothing any more.

        Nothing is done in the middle of a mail that another thread hands over, as when a signal ends the
        program at once: the word would become a part of the mail.
        """
        if self._mail_in_hand:
            return
        if self._smtp:
            with contextlib.suppress(OSError):
                self._smtp.answer_to("QUIT", self._timeouts.quit)
        self._drop()

    def _connected(self) -> Connection:
        if self._smtp and self._smtp.mails >= self._mails_per_connection:
            self.close()
        self._smtp = self._smtp or open_connection(self._server, self._helo, self._timeouts)
        return self._smtp

    def _hand_over(self, mail: Mail, before_end_of_data: Callable[[], None]) -> None:
        smtp = self._connected()
        smtp.mails += 1
        self._mail_in_hand = True
        try:
            self._send(smtp, mail)
            before_end_of_data()
            self._finish(smtp, mail)
        except _OF_THIS_MAIL:
            self._reset()
            raise
        except BaseException:
            self._drop()  # in the middle of a mail, no other can go on this connection
            raise
        finally:
            self._mail_in_hand = False

    def _send(self, smtp: Connection, mail: Mail) -> None:
        """All but the final dot: the server answers for nothing yet."""
        content = _stuffed(mail.content)
        try:
            smtp.ask(Phase.MAIL, f"MAIL FROM:<{mail.sender}>{_parameters(smtp, mail)}")
            smtp.ask(Phase.RCPT, f"RCPT TO:<{mail.recipient}>", mail.recipient)
            smtp.ask(Phase.DATA, "DATA", mail.recipient)
            for start in range(0, len(content), _BLOCK):
                smtp.send_block(content[start : start + _BLOCK])
            self._see_that_it_listens(smtp, mail)
        except OSError as exc:
            raise ConnectionLost(str(exc)) from exc

    def _see_that_it_listens(self, smtp: Connection, mail: Mail) -> None:
        """A server that is gone, or has answered already, will not take what is sent to it now."""
        if smtp.speaks_unasked():
            reply = smtp.reply()
            self._drop()  # it would take the next command for a part of the mail
            smtp.judge(Phase.DATA, reply, mail.recipient)
            raise ConnectionLost("it answered before the end of the mail")

    def _finish(self, smtp: Connection, mail: Mail) -> None:
        try:
            reply = smtp.answer_to(".", self._timeouts.dot)
        except OSError as exc:
            raise DeliveryUnknown(f"{smtp.name} had the whole mail, but never answered: {exc}") from exc
        if reply.code == _CLOSING:
            self._drop()
        smtp.judge(Phase.DOT, reply, mail.recipient)

    def _reset(self) -> None:
        """Make the connection, if it is still there, ready for the next mail, or give it up."""
        if self._smtp:
            try:
                self._smtp.ask(Phase.RSET, "RSET")
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


def _stuffed(content: bytes) -> bytes:
    """The mail as it goes over the wire up to the final dot (RFC 5321, section 4.5.2)."""
    stuffed = _LEADING_DOT.sub(b"..", content)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
