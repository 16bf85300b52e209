"""Handing mails over by SMTP, phase by phase (RFC 5321), so that each failure tells whose it is.

smtplib's own `send_message` raises the same for a connection that was lost before the final dot
(certainly not delivered) and for one that was lost behind it (perhaps delivered).
"""

import contextlib
import re
import smtplib
import socket
import ssl
from pathlib import Path

from digest.errors import DeliveryUnknown, RecipientRefused, TransportError, TransportUnavailable
from digest.models import Mail, SmtpServer
from digest.plaintext import one_line

COMMAND_SECONDS = 300.0  # RFC 5321, section 4.5.3.2
FINAL_SECONDS = 600.0  # section 4.5.3.2.6: a shorter wait after the final dot makes duplicates

_CLOSING = 421
_POLICY = re.compile(rb"5\.7\.\d")  # RFC 3463, section 3.8: security or policy
_ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
_ADDRESS = re.compile(r"""<?(?:"[^"]*"|[^\s<>"])+(?:@|%40|=40)[^\s<>"]+>?""", re.IGNORECASE)
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_LONGEST_TEXT = 200


class _ConnectionLost(Exception):
    """The server went away, or said that it would, before it had the whole mail."""


class SmtpTransport:
    """A transport (protocols.Transport) that keeps one connection for all mails and opens it when needed.

    `helo` is the name to introduce this machine by; None: its own. Time-outs are in seconds.
    """

    def __init__(
        self,
        server: SmtpServer,
        helo: str | None = None,
        *,
        command_seconds: float = COMMAND_SECONDS,
        final_seconds: float = FINAL_SECONDS,
    ) -> None:
        self._server = server
        self._name = f"the mail server {server.host}:{server.port}"
        self._helo = helo
        self._command_seconds = command_seconds
        self._final_seconds = final_seconds
        self._smtp: smtplib.SMTP | None = None

    def deliver(self, mail: Mail) -> None:
        """Hand the mail over; a connection that was closed since the last mail is opened again.

        Raises TransportUnavailable, RecipientRefused (neither delivered), DeliveryUnknown.
        """
        if self._smtp:
            with contextlib.suppress(_ConnectionLost):
                return self._hand_over(self._smtp, mail)
        try:
            return self._hand_over(self.connect(), mail)
        except _ConnectionLost as exc:
            raise TransportUnavailable(f"{self._name} went away in the middle of a mail: {exc}") from exc

    def connect(self) -> smtplib.SMTP:
        """The connection, encrypted and logged in as configured; opened now if there is none.

        Raises TransportUnavailable.
        """
        self._smtp = self._smtp or self._opened()
        return self._smtp

    def close(self) -> None:
        """Take leave. What the server says to that changes nothing any more."""
        if self._smtp:
            with contextlib.suppress(OSError):
                self._smtp.quit()
        self._drop()

    def _hand_over(self, smtp: smtplib.SMTP, mail: Mail) -> None:
        try:
            self._send(smtp, mail)
            self._finish(smtp)
        except RecipientRefused:
            self._reset(smtp)
            raise
        except BaseException:
            self._drop()  # in the middle of a mail, no other can go on this connection
            raise

    def _send(self, smtp: smtplib.SMTP, mail: Mail) -> None:
        """All but the final dot: the server answers for nothing yet."""
        try:
            self._judge_sender(*smtp.mail(mail.sender))
            self._judge("the recipient", 2, *smtp.rcpt(mail.recipient))
            self._judge("the mail unseen", 3, *smtp.docmd("DATA"))
            smtp.send(_stuffed(mail.content))
        except OSError as exc:
            raise _ConnectionLost(str(exc)) from exc

    def _finish(self, smtp: smtplib.SMTP) -> None:
        assert smtp.sock, "the mail was just sent through it"
        smtp.sock.settimeout(self._final_seconds)
        try:
            smtp.send(b".\r\n")
            code, text = smtp.getreply()
        except OSError as exc:
            raise DeliveryUnknown(f"{self._name} had the whole mail, but never answered: {exc}") from exc
        if code // 100 == 2:
            smtp.sock.settimeout(self._command_seconds)
        elif code // 100 in (4, 5):
            raise self._refusal("the mail", code, text)
        else:
            raise DeliveryUnknown(f"{self._name} had the whole mail, and answered {self._told(code, text)}")

    def _judge_sender(self, code: int, text: bytes) -> None:
        if code == _CLOSING:
            raise _ConnectionLost(self._told(code, text))
        if code // 100 != 2:
            raise TransportUnavailable(f"{self._name} refused the sender: {self._told(code, text)}")

    def _judge(self, refused: str, wanted_class: int, code: int, text: bytes) -> None:
        if code == _CLOSING:
            raise _ConnectionLost(self._told(code, text))
        if code // 100 != wanted_class:
            raise self._refusal(refused, code, text)

    def _refusal(self, refused: str, code: int, text: bytes) -> TransportError:
        """The recipient's error; but what is against a policy, or no refusal at all, is not theirs."""
        theirs = code // 100 in (4, 5) and not _POLICY.match(text)
        error = RecipientRefused if theirs else TransportUnavailable
        return error(f"{self._name} refused {refused}: {self._told(code, text)}")

    def _told(self, code: int, text: bytes) -> str:
        """What the server said, in one line that names neither an address nor our user."""
        words = _ADDRESS.sub("<address>", one_line(text.decode("ascii", "replace")))
        for secret in filter(None, (self._server.user, self._server.password)):
            words = words.replace(secret, "<secret>")
        return f"{code} {words[:_LONGEST_TEXT]}".strip()

    def _reset(self, smtp: smtplib.SMTP) -> None:
        """Make the connection ready for the next mail, or give it up."""
        try:
            ready = smtp.rset()[0] == 250
        except OSError:
            ready = False
        if not ready:
            self._drop()

    def _drop(self) -> None:
        if self._smtp:
            self._smtp.close()
        self._smtp = None

    def _opened(self) -> smtplib.SMTP:
        try:
            smtp = self._dialled()
            with contextlib.ExitStack() as on_failure:
                on_failure.callback(smtp.close)
                _send_at_once(smtp)
                self._introduce(smtp)
                on_failure.pop_all()
        except smtplib.SMTPResponseException as exc:
            told = self._told(exc.smtp_code, _as_bytes(exc.smtp_error))
            raise TransportUnavailable(f"{self._name} refused to serve: {told}") from exc
        except (OSError, UnicodeError) as exc:
            raise TransportUnavailable(f"{self._name} cannot be used: {exc}") from exc
        return smtp

    def _dialled(self) -> smtplib.SMTP:
        """Connected, and greeted by the server."""
        server, helo, seconds = self._server, self._helo, self._command_seconds
        if server.security == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, helo, timeout=seconds, context=_trust(server.ca_file)
            )
        return smtplib.SMTP(server.host, server.port, helo, timeout=seconds)

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._server.security == "starttls":
            smtp.starttls(context=_trust(self._server.ca_file))
            smtp.ehlo_or_helo_if_needed()
        if self._server.user:
            self._log_in(smtp, self._server.user, self._server.password or "")

    def _log_in(self, smtp: smtplib.SMTP, user: str, password: str) -> None:
        """The server's words are left out, and the cause: either may repeat the password, if encoded."""
        try:
            smtp.login(user, password)
        except smtplib.SMTPNotSupportedError:
            problem = "takes no user and password (no AUTH)"
        except smtplib.SMTPResponseException as exc:
            enhanced = _ENHANCED_CODE.match(_as_bytes(exc.smtp_error).decode("ascii", "replace"))
            problem = (
                f"refused our user and password: {exc.smtp_code} {enhanced[0] if enhanced else ''}".strip()
            )
        except (OSError, ValueError):
            problem = "did not let us log in; user and password must be ASCII"
        else:
            return
        raise TransportUnavailable(f"{self._name} {problem}")


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as exc:
        raise TransportUnavailable(f"the certificate file {ca_file} cannot be used: {exc.strerror}") from exc
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _send_at_once(smtp: smtplib.SMTP) -> None:
    """Without Nagle's algorithm, which would hold back each final dot for 40 milliseconds."""
    assert smtp.sock, "it was just connected"
    smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _stuffed(content: bytes) -> bytes:
    """The mail as it goes over the wire up to the final dot (RFC 5321, section 4.5.2)."""
    stuffed = _LEADING_DOT.sub(b"..", content)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
