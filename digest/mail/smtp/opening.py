"""Open a connection to a mail server: connect, encrypt and log in; or find out why that cannot be done."""

import contextlib
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

from digest.domain.settings import SmtpServer
from digest.domain.text import one_line
from digest.errors import TransportUnavailable
from digest.mail.certificate_advice import OTHER_NAME, certificate_advice
from digest.mail.deadline import Deadline
from digest.mail.network import addresses_of, connected_socket, first_bytes, speaks_tls, tls_context
from digest.mail.smtp import network_advice as advice
from digest.mail.smtp.connection import Client, Connection, server_name
from digest.mail.smtp.login import Login, log_in
from digest.mail.smtp.replies import NOT_A_REPLY, Phase, shown

_SECOND_LOOK_SECONDS = 5.0
"""To find out, on another connection, what the port speaks."""
_RELAY = 25
"""At this port a server may greet late on purpose, and takes who does not wait for a sender of spam."""

_MOST_NAMES, _LONGEST_NAME = 5, 100  # of a certificate

_HINT_ENCRYPTION = (
    "try smtps://, or another network: somebody may intercept the connection; no password was sent"
)


def open_connection(
    server: SmtpServer, login: Login | None, client: Client, deadline: Deadline
) -> Connection:
    """Connect, encrypt and log in, before the deadline. Raises TransportUnavailable, LoginRefused."""
    context = None if server.security == "plain" else tls_context(server.ca_file)
    with contextlib.ExitStack() as on_failure:
        smtp = _connected(server, client, deadline, login.secrets if login else ())
        on_failure.callback(smtp.close)
        _introduce(smtp, server, client, context)
        if login:
            log_in(smtp, server, login)
        on_failure.pop_all()
    return smtp


def _connected(
    server: SmtpServer, client: Client, deadline: Deadline, secrets: Sequence[str] = ()
) -> Connection:
    limit = deadline.within(client.timeouts.connect)
    try:
        addresses = addresses_of(server.host, server.port, limit)
        if client.tell:
            found = ", ".join(dict.fromkeys(str(address[0]) for *_, address in addresses))
            client.tell(f"the name {server.host} leads to {found or 'nothing'}")
        sock = connected_socket(addresses, limit)
        peer = sock.getpeername()[0] if client.tell else ""
    except (OSError, UnicodeError) as exc:
        hint = advice.connecting_advice(exc, server) if isinstance(exc, OSError) else ""
        raise _unusable(server, shown(exc), hint) from exc
    smtp = Connection(sock, server, client, deadline, secrets)
    smtp.tell(f"connected to {peer} port {server.port}")
    return smtp


def _introduce(smtp: Connection, server: SmtpServer, client: Client, context: ssl.SSLContext | None) -> None:
    """Up to the login: TLS from the first byte or by STARTTLS, the greeting, EHLO."""
    try:
        if context and server.security == "tls":
            _encrypt(smtp, server, client, context)
        _await_greeting(smtp, server, client)
        smtp.greet()
        if context and server.security == "starttls":
            _start_tls(smtp)
            _encrypt(smtp, server, client, context)
            smtp.greet()
    except OSError as exc:
        raise _unusable(server, shown(exc), advice.handshake_advice(exc)) from exc


def _await_greeting(smtp: Connection, server: SmtpServer, client: Client) -> None:
    if server.security != "tls" and server.port != _RELAY and _wants_tls(smtp, server, client):
        raise _speaks_tls(smtp)
    try:
        reply = smtp.reply()
    except OSError as exc:
        if server.security != "tls" and advice.is_tls(smtp.unread):
            raise _speaks_tls(smtp) from exc
        raise _unusable(server, shown(exc), advice.greeting_advice(server)) from exc
    if reply.code == NOT_A_REPLY and server.security != "tls" and advice.is_tls(reply.words):
        raise _speaks_tls(smtp)
    smtp.check(Phase.GREETING, reply)


def _wants_tls(smtp: Connection, server: SmtpServer, client: Client) -> bool:
    """Whether the server is silent because it waits for TLS."""
    seconds = min(client.timeouts.silence, client.timeouts.command)
    return smtp.is_silent_for(seconds) and speaks_tls(server.host, server.port, smtp.deadline.within(seconds))


def _start_tls(smtp: Connection) -> None:
    """STARTTLS; refuses unencrypted data after its reply, which anybody may inject (CVE-2021-38371)."""
    if not smtp.has_extn("STARTTLS"):
        raise _error(f"{smtp.name} offers no encryption (STARTTLS)", _HINT_ENCRYPTION)
    smtp.send_command(Phase.STARTTLS, "STARTTLS")
    if smtp.has_unexpected_reply():
        raise _error(f"{smtp.name} went on unencrypted after STARTTLS", _HINT_ENCRYPTION)


def _encrypt(smtp: Connection, server: SmtpServer, client: Client, context: ssl.SSLContext) -> None:
    """The handshake. If it fails, another connection shows why. Raises OSError, TransportUnavailable."""
    try:
        smtp.encrypt(context)
    except ssl.SSLCertVerificationError as exc:
        names = _names(server, client, smtp.deadline) if exc.verify_code in OTHER_NAME else ()
        problem = f"its certificate is refused: {one_line(exc.verify_message)}"
        raise _unusable(server, problem, certificate_advice(exc, names)) from exc
    except OSError as exc:
        if server.security == "tls" and advice.is_perhaps_plain(exc) and _is_plain(server, smtp.deadline):
            raise _error(f"{smtp.name} begins without TLS", advice.TLS_LATER) from exc
        raise
    smtp.tell(f"encrypted by {_tls_of(smtp)}")


def _is_plain(server: SmtpServer, deadline: Deadline) -> bool:
    with contextlib.suppress(OSError):
        look = first_bytes(server.host, server.port, deadline.within(_SECOND_LOOK_SECONDS))
        return advice.is_plain(look)
    return False


def _names(server: SmtpServer, client: Client, deadline: Deadline) -> Sequence[str]:
    """The hosts that the server's certificate is for. Who signed it is verified; nothing secret is said."""
    context = tls_context(server.ca_file)
    context.check_hostname = False
    with contextlib.suppress(OSError, TransportUnavailable):
        unwatched = Client(client.helo, client.timeouts, client.on_step)
        with contextlib.closing(_connected(server, unwatched, deadline)) as smtp:
            _introduce(smtp, server, unwatched, context)
            return list(_hosts(smtp))[:_MOST_NAMES]
    return ()


def _hosts(smtp: Connection) -> Iterator[str]:
    certificate = smtp.sock.getpeercert() if isinstance(smtp.sock, ssl.SSLSocket) else None
    alternatives: Any = (certificate or {}).get("subjectAltName", ())
    for kind, name in alternatives:
        if kind in ("DNS", "IP Address"):
            yield one_line(name)[:_LONGEST_NAME]


def _tls_of(smtp: Connection) -> str:
    version = smtp.sock.version() if isinstance(smtp.sock, ssl.SSLSocket) else None
    return f"{version}, with a certificate for {', '.join(list(_hosts(smtp))[:_MOST_NAMES])}"


def _speaks_tls(smtp: Connection) -> TransportUnavailable:
    return _error(f"{smtp.name} speaks TLS from the first byte", advice.TLS_FROM_THE_START)


def _unusable(server: SmtpServer, problem: str, hint: str = "") -> TransportUnavailable:
    return _error(f"{server_name(server)} cannot be used: {problem}", hint)


def _error(problem: str, hint: str = "") -> TransportUnavailable:
    error = TransportUnavailable(problem)
    error.hint = hint or TransportUnavailable.hint
    return error
