"""Connect and encrypt, with a scripted server and a real one (aiosmtpd)."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from digest.domain.mails import Mail
from digest.domain.settings import SmtpServer
from digest.errors import TransportUnavailable
from digest.mail.deadline import Deadline
from digest.mail.smtp.connection import Client
from digest.mail.smtp.limits import Timeouts
from digest.mail.smtp.login_advice import USUAL
from digest.mail.smtp.opening import open_connection
from digest.mail.smtp.transport import SmtpTransport
from tests.support.hostile_smtp import CLOSE, HANG, HostileServer, Reply, make_certificate
from tests.support.mailbox import Mailbox, Received, serving

SENDER, ADDRESS = "digest@example.net", "ada@example.org"
CONTENT = b"Subject: Two papers\r\n\r\n.One\r\n..\r\n.\r\nEnd.\r\n"
USER, PASSWORD = "postbox", "correct horse"
LONG_TIMEOUTS = Timeouts(*[5.0] * 6)
SHORT = 0.2  # seconds
HINT_SERVER = "see that server, port, user and password of the SMTP URL are right; nothing is lost"
HINT_ENCRYPTION = (
    "try smtps://, or another network: somebody may intercept the connection; no password was sent"
)
HINT_BLOCKED = (
    "many providers block outgoing port 25: use port 587 with smtp+starttls://, or 465 with smtps://"
)
HINT_PORT = "see that host and port of the SMTP URL are right, and that no firewall blocks them"
HINT_REFUSED = (
    "nothing listens on this port of that host: 465 goes with smtps://, 587 with smtp+starttls://; "
    "see that host and port of the SMTP URL are right"
)
HINT_SILENT = (
    "if the port speaks TLS from the first byte, as 465 does, write smtps:// in the SMTP URL; "
    "else see that it is the port of a mail server"
)
HINT_SELF_SIGNED = (
    "if the server is your own, add ?ca=FILE to the SMTP URL, where FILE has the certificate of the server "
    "or of who signed it (PEM)"
)
HINT_EXPIRED = "renew the certificate of the server; see also that the clock of this machine is right"
HINT_OTHER_NAME = "write the host in the SMTP URL as the server's certificate has it: elsewhere.example"


def smtp_transport(
    port: int,
    security: str = "plain",
    host: str = "localhost",
    timeouts: Timeouts = LONG_TIMEOUTS,
    **login: Any,
) -> SmtpTransport:
    return SmtpTransport(SmtpServer(host, port, security, **login), "digest.example.net", timeouts=timeouts)


def failure(transport: SmtpTransport) -> tuple[str, str]:
    """How a connection fails: what is said of `the mail server HOST:PORT`, and the hint."""
    with pytest.raises(TransportUnavailable) as raised:
        transport.connect()
    transport.close()
    words = str(raised.value).split(" ", 4)
    assert words[:3] == ["the", "mail", "server"]
    return words[4], raised.value.hint


def deliver(transport: SmtpTransport) -> None:
    transport.deliver(Mail("<1@example.net>", ADDRESS, SENDER, CONTENT), lambda: None)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def test_a_connection_is_opened_once() -> None:
    with HostileServer() as server:
        transport = smtp_transport(server.port)
        transport.connect()
        transport.connect()
        deliver(transport)
        transport.close()

    assert (server.connections, len(server.accepted)) == (1, 1)


def test_nagles_algorithm_is_off() -> None:
    with HostileServer() as server:
        connection = open_connection(
            SmtpServer("localhost", server.port, "plain"),
            None,
            Client("example.net", LONG_TIMEOUTS, on_step=lambda: None),
            Deadline.after(5),
        )
        assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        connection.close()


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert failure(smtp_transport(port)) == ("cannot be used: Connection refused", HINT_REFUSED)


def test_a_name_that_cannot_be_looked_up_is_named() -> None:
    with pytest.raises(TransportUnavailable, match=r"^the mail server a\.\.b:25 cannot be used: "):
        smtp_transport(25, host="a..b").connect()


def test_a_name_that_is_not_looked_up_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: looked_up.wait(5) and [])
    transport = smtp_transport(25, timeouts=replace(LONG_TIMEOUTS, connect=0.05))
    assert failure(transport) == ("cannot be used: its name is not looked up in time", HINT_BLOCKED)
    looked_up.set()


@pytest.mark.parametrize("addresses", [0, 1, 2])
def test_the_addresses_of_a_server_are_tried_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, addresses: int
) -> None:
    with HostileServer() as server, socket.create_server(("127.0.0.1", 0)) as closed:
        ports = [closed.getsockname()[1], server.port][:addresses]
        closed.close()
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        transport = smtp_transport(server.port)
        with contextlib.nullcontext() if addresses == 2 else pytest.raises(TransportUnavailable):
            transport.connect()
        transport.close()


def test_an_error_of_the_system_is_shown_without_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **_options: object) -> None:
        raise OSError("no way\nto ada@example.org")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert failure(smtp_transport(587)) == ("cannot be used: no way to <address>", HINT_PORT)


def test_a_server_that_does_not_know_ehlo_is_greeted_by_helo() -> None:
    with HostileServer({"ehlo": "502 5.5.1 what?"}) as server:
        transport = smtp_transport(server.port)
        deliver(transport)
        transport.close()

    assert server.commands[0][:3] == [
        "ehlo digest.example.net", "helo digest.example.net", f"MAIL FROM:<{SENDER}>"
    ]  # fmt: skip


def test_a_server_that_takes_no_greeting_is_unavailable() -> None:
    with HostileServer({"ehlo": "550 who?", "helo": "550 nor so"}) as server:
        assert failure(smtp_transport(server.port)) == ("refused to serve: 550 nor so", HINT_SERVER)


@pytest.mark.parametrize(
    ("said", "shown", "hint"),
    [
        (b"554 <ada@example.org> may not\r\n", "refused to serve: 554 <address> may not", HINT_SERVER),
        (b"554-postbox,\r\n554 correct horse\r\n", "refused to serve: 554 <secret>, <secret>", HINT_SERVER),
        (b"220-more\r\n" * 10_000, "cannot be used: its reply has more than 1000 lines", HINT_SILENT),
    ],
    ids=["address", "secrets", "without end"],
)
def test_the_greeting_of_a_server_is_shown_in_one_harmless_line(said: bytes, shown: str, hint: str) -> None:
    with HostileServer({"greeting": said}) as server:
        transport = smtp_transport(server.port, user=USER, password=PASSWORD)
        assert failure(transport) == (shown, hint)
        assert USER not in repr(transport)


def test_without_starttls_nothing_is_sent_unencrypted() -> None:
    with HostileServer(login=(USER, PASSWORD)) as server:
        transport = smtp_transport(server.port, "starttls", user=USER, password=PASSWORD)
        assert failure(transport) == ("offers no encryption (STARTTLS)", HINT_ENCRYPTION)

    assert [lines[0] for lines in server.commands] == ["ehlo digest.example.net"]
    assert all("AUTH" not in lines and len(lines) <= 2 for lines in server.commands)


@pytest.mark.parametrize(
    ("reply", "fact", "hint"),
    [
        ("454 4.7.0 no TLS today", "refused to encrypt: 454 4.7.0 no TLS today", HINT_SERVER),
        ("501 5.5.4 what?", "refused to encrypt: 501 5.5.4 what?", HINT_SERVER),
        ("421 bye", "refused to encrypt: 421 bye", HINT_SERVER),
        ("what is that?", "refused to encrypt: (not a reply) what is that?", HINT_SERVER),
        (CLOSE, "cannot be used: it closed the connection", HINT_SERVER),
        (HANG, "cannot be used: timed out", HINT_SERVER),
        (
            b"220 go ahead\r\n250 AUTH PLAIN\r\n",
            "went on unencrypted after STARTTLS",
            HINT_ENCRYPTION,
        ),
        (
            b"220 go ahead\r\n\x16\x03\x03",
            "went on unencrypted after STARTTLS",
            HINT_ENCRYPTION,
        ),
    ],
    ids=["later", "never", "421", "garbage", "closed", "hangs", "injected", "handshake begun"],
)
def test_without_encryption_nothing_goes_out(
    certificate: Path, reply: str | bytes | Reply, fact: str, hint: str
) -> None:
    timeouts = replace(LONG_TIMEOUTS, command=SHORT if reply is HANG else 5)
    with HostileServer(
        {"starttls": reply}, security="starttls", certificate=certificate, login=(USER, PASSWORD)
    ) as server:
        transport = smtp_transport(
            server.port, "starttls", timeouts=timeouts, user=USER, password=PASSWORD, ca_file=certificate
        )
        assert failure(transport) == (fact, hint)

    assert [line for line in server.commands[0] if line.isprintable()][:2] == [
        "ehlo digest.example.net", "STARTTLS"
    ]  # fmt: skip
    assert "AUTH" not in server.commands[0]


def test_plain_text_in_place_of_the_handshake_is_refused(certificate: Path) -> None:
    with HostileServer({"other": "250 evil"}, extensions=("STARTTLS",)) as server:
        fact, _ = failure(smtp_transport(server.port, "starttls", ca_file=certificate))

    assert fact.startswith(("cannot be used: [SSL", "cannot be used: TLS/SSL connection has been closed"))


def test_a_handshake_that_never_ends_is_given_up(certificate: Path) -> None:
    with HostileServer({"greeting": HANG}) as server:
        timeouts = replace(LONG_TIMEOUTS, connect=SHORT)
        fact, _ = failure(smtp_transport(server.port, "tls", timeouts=timeouts, ca_file=certificate))

    assert fact.endswith("timed out")


def test_a_handshake_that_comes_byte_by_byte_is_given_up(certificate: Path) -> None:
    record = Reply(b"\x16\x03\x03\x10\x00", after_seconds=0.02, for_ever=True)
    with HostileServer({"greeting": record}) as server:
        timeouts = replace(LONG_TIMEOUTS, connect=SHORT)
        fact, _ = failure(smtp_transport(server.port, "tls", timeouts=timeouts, ca_file=certificate))

    assert fact.endswith("timed out")


def test_an_encrypted_reply_that_comes_byte_by_byte_is_given_up(certificate: Path) -> None:
    greeting = Reply(b"2", after_seconds=0.02, for_ever=True)
    with HostileServer({"greeting": greeting}, security="tls", certificate=certificate) as server:
        timeouts = replace(LONG_TIMEOUTS, command=SHORT)
        transport = smtp_transport(server.port, "tls", timeouts=timeouts, ca_file=certificate)
        fact, _ = failure(transport)

    assert fact.endswith("timed out")


def test_extensions_offered_before_encryption_do_not_count_after_it(certificate: Path) -> None:
    with HostileServer(
        security="starttls", certificate=certificate, extensions=("8BITMIME", "SIZE")
    ) as server:

        def strip(phase: str, connection: int) -> None:
            if phase == "starttls":
                server.extensions = ()

        server.on_command = strip
        transport = smtp_transport(server.port, "starttls", ca_file=certificate)
        deliver(transport)
        transport.close()

    assert [(taken.encrypted, taken.options) for taken in server.accepted] == [(True, "")]


def authenticate(server: Any, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
    success = login == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=success, handled=False)


class Encrypted(NamedTuple):
    """A server that wants TLS, from the start or by STARTTLS, and a login."""

    security: str
    port: int
    mailbox: Mailbox


@pytest.fixture(scope="module", params=["tls", "starttls"])
def encrypted(request: pytest.FixtureRequest, certificate: Path) -> Iterator[Encrypted]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    security, mailbox = request.param, Mailbox()
    options = {
        "authenticator": authenticate,
        "auth_required": True,
        "ssl_context": context if security == "tls" else None,
        "tls_context": context if security == "starttls" else None,
        "auth_require_tls": security == "starttls",
    }
    with serving(mailbox, **options) as port:
        yield Encrypted(security, port, mailbox)


# aiosmtpd does not count TLS from the start as TLS, and warns.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def test_a_mail_goes_out_encrypted_after_a_login(encrypted: Encrypted, certificate: Path) -> None:
    security, port, mailbox = encrypted
    transport = smtp_transport(port, security, user=USER, password=PASSWORD, ca_file=certificate)
    deliver(transport)
    deliver(transport)
    transport.close()

    assert mailbox.received == [Received(SENDER, (ADDRESS,), CONTENT, encrypted=True)] * 2


def test_a_wrong_password_is_our_fault(encrypted: Encrypted, certificate: Path) -> None:
    security, port, _ = encrypted
    transport = smtp_transport(port, security, user=USER, password="wrong", ca_file=certificate)

    refused, hint = failure(transport)
    assert (refused.partition(" (")[0], hint) == ("refused our user and password: 535 5.7.8", USUAL)


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(
    ("name", "expired", "trusted", "fact", "hint"),
    [
        ("localhost", False, False, "self-signed certificate", HINT_SELF_SIGNED),
        (
            "elsewhere.example",
            False,
            True,
            "Hostname mismatch, certificate is not valid for 'localhost'.",
            HINT_OTHER_NAME,
        ),
        ("localhost", True, True, "certificate has expired", HINT_EXPIRED),
    ],
    ids=["of nobody we trust", "of another host", "expired"],
)
def test_a_certificate_is_verified(
    tmp_path: Path, security: str, name: str, expired: bool, trusted: bool, fact: str, hint: str
) -> None:
    presented = make_certificate(tmp_path, name, expired=expired)
    with HostileServer(security=security, certificate=presented) as server:
        transport = smtp_transport(server.port, security, ca_file=presented if trusted else None)
        assert failure(transport) == (f"cannot be used: its certificate is refused: {fact}", hint)

    assert server.accepted == []


@pytest.mark.filterwarnings(r"ignore:ssl\.TLSVersion\.TLSv1_1 is deprecated")
def test_tls_before_1_2_is_not_spoken_even_where_python_would(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some Pythons are built to leave the least version to the system (`--with-ssl-default-suites`)."""
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(certificate, certificate.with_name("key.pem"))
    lenient = ssl.create_default_context(cafile=certificate)
    for context in (old, lenient):
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    monkeypatch.setattr(ssl, "create_default_context", lambda **_: lenient)

    with serving(Mailbox(), ssl_context=old) as port:
        fact, _ = failure(smtp_transport(port, "tls", ca_file=certificate))

    assert fact.startswith(("cannot be used: [SSL", "cannot be used: TLS/SSL connection has been closed"))


def test_a_missing_certificate_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TransportUnavailable) as raised:
        smtp_transport(465, "tls", ca_file=tmp_path / "missing.pem").connect()

    assert str(raised.value) == (
        f"the certificate file {tmp_path}/missing.pem cannot be used: No such file or directory"
    )


@pytest.mark.parametrize("closing", [True, False], ids=["alert", "and nothing more"])
def test_tls_in_place_of_the_greeting_is_told_at_once(closing: bool) -> None:
    alert = Reply(b"\x15\x03\x03\x00\x02\x02\x28", closing=closing, hanging=not closing)
    timeouts = replace(LONG_TIMEOUTS, command=5 if closing else SHORT)
    with HostileServer({"greeting": alert}) as server:
        assert failure(smtp_transport(server.port, "starttls", timeouts=timeouts)) == TLS_FIRST


TLS_FIRST = (
    "speaks TLS from the first byte", "write smtps:// at the beginning of the SMTP URL"
)  # fmt: skip


def test_a_port_that_waits_for_tls_is_told_to_who_waits_before_it(certificate: Path) -> None:
    timeouts = replace(LONG_TIMEOUTS, silence=SHORT)
    with HostileServer(security="tls", certificate=certificate) as server:
        assert failure(smtp_transport(server.port, "starttls", timeouts=timeouts)) == TLS_FIRST


def test_a_server_that_greets_late_is_no_server_that_wants_tls() -> None:
    late = Reply(b"220 at last\r\n", after_seconds=2 * SHORT)
    with HostileServer({"greeting": late}) as server:
        transport = smtp_transport(server.port, timeouts=replace(LONG_TIMEOUTS, silence=SHORT))
        transport.connect()
        transport.close()


def test_a_server_that_says_nothing_may_want_tls(certificate: Path) -> None:
    timeouts = replace(LONG_TIMEOUTS, command=SHORT)
    with HostileServer({"greeting": HANG}) as server:
        shown = failure(smtp_transport(server.port, "starttls", timeouts=timeouts))
    assert shown == ("cannot be used: timed out", HINT_SILENT)


def test_tls_on_a_port_that_begins_without_it_is_told_at_once(certificate: Path) -> None:
    with HostileServer() as server:
        shown = failure(smtp_transport(server.port, "tls", ca_file=certificate))
    assert shown == (
        "begins without TLS", "write smtp+starttls:// in place of smtps:// in the SMTP URL"
    )  # fmt: skip


def test_who_watches_is_told_each_step(certificate: Path) -> None:
    steps: list[str] = []
    with HostileServer(
        {"dot": "250 2.0.0 taken as Q1 for ada@example.org"},
        security="starttls",
        certificate=certificate,
        login=(USER, PASSWORD),
    ) as server:
        transport = SmtpTransport(
            SmtpServer("localhost", server.port, "starttls", USER, PASSWORD, certificate),
            "digest.example.net",
            timeouts=LONG_TIMEOUTS,
            tell=steps.append,
        )
        deliver(transport)
        transport.close()
    assert steps == [
        "the name localhost leads to 127.0.0.1",
        f"connected to 127.0.0.1 port {server.port}",
        "the server greets: 220 hostile.example ESMTP",
        "encrypted by TLSv1.3, with a certificate for localhost",
        "logged in by PLAIN",
        "the sender is accepted: 250 2.0.0 fine",
        "the recipient is accepted: 250 2.0.0 fine",
        "the mail is accepted, and the server's last words are: 250 2.0.0 taken as Q1 for <address>",
    ]


def test_at_port_25_nobody_looks_for_tls_before_a_late_greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    late = Reply(b"220 at last\r\n", after_seconds=2 * SHORT)
    with HostileServer({"greeting": late}) as server:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        transport = smtp_transport(25, timeouts=replace(LONG_TIMEOUTS, silence=SHORT))
        transport.connect()
        transport.close()
    assert server.connections == 1
