"""Against real servers on the loopback interface: aiosmtpd, and a scripted one for what it cannot do."""

import base64
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pytest
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from digest.errors import DeliveryUnknown, RecipientRefused, TransportError, TransportUnavailable
from digest.mail.smtp import SmtpTransport
from digest.models import Mail, SmtpServer
from tests.mailbox import Mailbox, Received, serving

ADDRESS = "ada@example.org"
SENDER = "digest@example.net"
CONTENT = b"Subject: Two papers\r\n\r\n.One\r\n..\r\n.\r\nEnd.\r\n"
USER, PASSWORD = "postbox", "correct horse"


def mail(content: bytes = CONTENT, recipient: str = ADDRESS) -> Mail:
    return Mail(message_id="<1@example.net>", recipient=recipient, sender=SENDER, content=content)


class Last(bytes):
    """A reply after which the server closes the connection."""


class Late(bytes):
    """A reply that takes longer than the shortest time-out here."""


class Scripted:
    """A server that takes one connection a script; a script maps a command to its reply.

    The greeting answers `HELLO`, the end of a mail `.`. None closes the connection instead of
    replying, and b"" leaves the client waiting. What a script does not name succeeds.
    """

    USUAL: Mapping[str, bytes] = {"HELLO": b"220 ready", "DATA": b"354 go on", "QUIT": b"221 bye"}

    def __init__(self, *scripts: Mapping[str, bytes | None]) -> None:
        self.commands: list[list[str]] = []
        self.contents: list[bytes] = []
        self._scripts = scripts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Scripted":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(timeout=5)
        self._listener.close()
        assert not self._thread.is_alive(), "the client left a connection open, or never opened one"

    def _serve(self) -> None:
        for script in self._scripts:
            self.commands.append([])
            connection = self._listener.accept()[0]
            with connection, connection.makefile("rb") as lines:
                self._talk(connection, lines, {**self.USUAL, **script})

    def _talk(self, connection: socket.socket, lines: BinaryIO, script: Mapping[str, bytes | None]) -> None:
        command = "HELLO"
        while (reply := script.get(command, b"250 fine")) is not None:
            time.sleep(0.15 if isinstance(reply, Late) else 0)
            connection.sendall(reply + b"\r\n" if reply else b"")
            if isinstance(reply, Last):
                return
            if reply.startswith(b"354") and command == "DATA":
                self.contents.append(b"".join(iter(lines.readline, b".\r\n")))
                command = "."
            elif line := lines.readline():
                self.commands[-1].append(line.decode().strip().lower())
                command = line[:4].decode().strip().upper()
            else:
                return


def transport(port: int, security: str = "plain", seconds: float = 5, **login: Any) -> SmtpTransport:
    server = SmtpServer("localhost", port, security, **login)
    return SmtpTransport(server, "digest.example.net", command_seconds=seconds, final_seconds=seconds)


def failure(postman: SmtpTransport) -> tuple[type[TransportError], str]:
    """How a mail fails: the error's class, and what it says of `the mail server localhost:PORT`."""
    with pytest.raises(TransportError) as raised:
        postman.deliver(mail())
    postman.close()
    words = str(raised.value).split(" ", 4)
    assert words[:3] == ["the", "mail", "server"]
    assert words[3].startswith("localhost:")
    return type(raised.value), words[4]


def test_mails_arrive_byte_for_byte_on_one_connection() -> None:
    with Scripted({}) as server:
        postman = transport(server.port)
        postman.deliver(mail())
        postman.deliver(mail(b"no line end", recipient="bo@example.org"))
        postman.close()

    first = [f"mail from:<{SENDER}>", f"rcpt to:<{ADDRESS}>", "data"]
    second = [f"mail from:<{SENDER}>", "rcpt to:<bo@example.org>", "data"]
    assert server.commands == [["ehlo digest.example.net", *first, *second, "quit"]]
    assert server.contents == [
        b"Subject: Two papers\r\n\r\n..One\r\n...\r\n..\r\nEnd.\r\n",
        b"no line end\r\n",
    ]


LOST = "went away in the middle of a mail: Connection unexpectedly closed"
NO_ANSWER = "had the whole mail, but never answered: Connection unexpectedly closed"
FAILURES: dict[str, tuple[Mapping[str, bytes | None], type[TransportError], str]] = {
    "greeting refused": ({"HELLO": b"554 no"}, TransportUnavailable, "refused to serve: 554 no"),
    "greeting too busy": ({"HELLO": b"421 busy"}, TransportUnavailable, "refused to serve: 421 busy"),
    "greeting of another kind": ({"HELLO": Last(b"SSH-2")}, TransportUnavailable, "refused to serve: -1 2"),
    "no greeting": (
        {"HELLO": None}, TransportUnavailable, "cannot be used: Connection unexpectedly closed"
    ),
    "EHLO refused": (
        {"EHLO": b"550 no", "HELO": b"550 nor so"}, TransportUnavailable, "refused to serve: 550 nor so"
    ),
    "MAIL refused": ({"MAIL": b"553 who?"}, TransportUnavailable, "refused the sender: 553 who?"),
    "MAIL later": ({"MAIL": b"451 later"}, TransportUnavailable, "refused the sender: 451 later"),
    "MAIL 421": (
        {"MAIL": b"421 bye"}, TransportUnavailable, "went away in the middle of a mail: 421 bye"
    ),
    "RCPT refused": (
        {"RCPT": b"550 5.1.1 unknown"}, RecipientRefused, "refused the recipient: 550 5.1.1 unknown"
    ),
    "RCPT later": ({"RCPT": b"450 4.2.1 full"}, RecipientRefused, "refused the recipient: 450 4.2.1 full"),
    "RCPT against policy": (
        {"RCPT": b"554 5.7.1 no relay"}, TransportUnavailable, "refused the recipient: 554 5.7.1 no relay"
    ),
    "RCPT answered with nonsense": (
        {"RCPT": b"what is that?"}, TransportUnavailable, "refused the recipient: -1 is that?"
    ),
    "RCPT 421": (
        {"RCPT": b"421 bye"}, TransportUnavailable, "went away in the middle of a mail: 421 bye"
    ),
    "RCPT lost": ({"RCPT": None}, TransportUnavailable, LOST),
    "RCPT unanswered": ({"RCPT": b""}, TransportUnavailable, f"{LOST}: timed out"),
    "DATA refused": ({"DATA": b"554 5.6.0 no"}, RecipientRefused, "refused the mail unseen: 554 5.6.0 no"),
    "DATA not 354": ({"DATA": b"250 fine"}, TransportUnavailable, "refused the mail unseen: 250 fine"),
    "DATA lost": ({"DATA": None}, TransportUnavailable, LOST),
    "dot refused": ({".": b"552 5.3.4 long"}, RecipientRefused, "refused the mail: 552 5.3.4 long"),
    "dot later": ({".": b"451 later"}, RecipientRefused, "refused the mail: 451 later"),
    "dot against policy": ({".": b"550 5.7.26 no"}, TransportUnavailable, "refused the mail: 550 5.7.26 no"),
    "dot lost": ({".": None}, DeliveryUnknown, NO_ANSWER),
    "dot unanswered": ({".": b""}, DeliveryUnknown, f"{NO_ANSWER}: timed out"),
    "dot answered with nonsense": (
        {".": b"354 more"}, DeliveryUnknown, "had the whole mail, and answered 354 more"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("script", "error", "fact"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_falls_to_whom_it_belongs(
    script: Mapping[str, bytes | None], error: type[TransportError], fact: str
) -> None:
    with Scripted(script) as server:
        postman = transport(server.port, seconds=0.1 if b"" in script.values() else 5)
        assert failure(postman) == (error, fact)


def test_a_connection_lost_within_the_content_delivers_nothing() -> None:
    def hang_up_in_the_content() -> None:
        connection = listener.accept()[0]
        for reply in (b"220 ready", b"250 fine", b"250 fine", b"250 fine", b"354 go on"):
            time.sleep(0.15 if isinstance(reply, Late) else 0)
            connection.sendall(reply + b"\r\n")
            connection.recv(1024)
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hang_up_in_the_content)
        thread.start()
        with pytest.raises(TransportUnavailable, match="went away in the middle of a mail: Server not conn"):
            transport(listener.getsockname()[1]).deliver(mail(b"A line of a long mail.\r\n" * 500_000))
        thread.join()


def test_only_the_answer_to_the_final_dot_may_take_its_own_time() -> None:
    with Scripted({".": Late(b"250 fine"), "QUIT": b""}) as server:
        plain = SmtpServer("localhost", server.port, "plain")
        postman = SmtpTransport(plain, "digest.example.net", command_seconds=0.1, final_seconds=3)
        postman.deliver(mail())
        delivered = time.monotonic()
        postman.close()

    assert time.monotonic() - delivered < 2


def test_a_refusal_at_the_end_of_the_connection_changes_nothing() -> None:
    with Scripted({"QUIT": b"554 no"}) as server:
        postman = transport(server.port)
        postman.deliver(mail())
        postman.close()

    assert len(server.contents) == 1


def test_after_a_refusal_the_next_mail_goes_on_the_same_connection() -> None:
    with Scripted({"RCPT": b"550 5.1.1 unknown"}) as server:
        postman = transport(server.port)
        for _ in range(2):
            with pytest.raises(RecipientRefused):
                postman.deliver(mail())
        postman.close()

    verbs = [command.split()[0] for command in server.commands[0]]
    assert verbs == ["ehlo", "mail", "rcpt", "rset", "mail", "rcpt", "rset", "quit"]


@pytest.mark.parametrize("answer", [None, b"500 what?"], ids=["closed", "not understood"])
def test_a_connection_that_cannot_be_reset_is_replaced(answer: bytes | None) -> None:
    with Scripted({"RCPT": b"550 5.1.1 unknown", "RSET": answer}, {}) as server:
        postman = transport(server.port)
        with pytest.raises(RecipientRefused):
            postman.deliver(mail())
        postman.deliver(mail())
        postman.close()

    assert len(server.contents) == 1


@pytest.mark.parametrize(
    "last", [b"250 fine", b"250 fine\r\n421 4.4.2 idle for too long"], ids=["silently", "with 421"]
)
def test_a_connection_that_was_closed_since_the_last_mail_is_opened_again(last: bytes) -> None:
    with Scripted({".": Last(last)}, {}) as server:
        postman = transport(server.port)
        postman.deliver(mail())
        postman.deliver(mail())
        postman.close()

    assert len(server.contents) == 2


@pytest.mark.parametrize("script", [{"MAIL": b"451 later"}, {".": None}], ids=["sender refused", "unknown"])
def test_after_any_other_failure_the_next_mail_gets_a_new_connection(
    script: Mapping[str, bytes | None],
) -> None:
    with Scripted(script, {}) as server:
        postman = transport(server.port)
        with pytest.raises((TransportUnavailable, DeliveryUnknown)):
            postman.deliver(mail())
        postman.deliver(mail())
        postman.close()

    assert [commands[-1] for commands in server.commands[1:]] == ["quit"]


def test_a_server_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert failure(transport(port)) == (
        TransportUnavailable,
        "cannot be used: [Errno 111] Connection refused",
    )


def test_a_name_that_cannot_be_looked_up_is_named() -> None:
    postman = SmtpTransport(SmtpServer("a..b", 25, "plain"), "digest.example.net")

    with pytest.raises(TransportUnavailable, match=r"^the mail server a\.\.b:25 cannot be used: "):
        postman.deliver(mail())


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"<ada@example.org>: unknown", "<address>: unknown"),
        (b'"ada b"@example.org ADA@EXAMPLE.ORG, x', "<address> <address> x"),
        (b"see ?who=ada%40example.org or list+ada=40example.org", "see <address> or <address>"),
        (b"not owned by postbox", "not owned by <secret>"),
        (b"correct horse is wrong", "<secret> is wrong"),
        (b"a\x1b[31m\xffred", "a[31m\ufffdred"),
        (b"x" * 500, "x" * 200),
    ],
    ids=["in brackets", "quoted", "encoded", "user", "password", "control character", "long"],
)
def test_the_servers_words_are_told_without_address_and_secret(said: bytes, told: str) -> None:
    with Scripted(
        {"EHLO": b"250-hello\r\n250 AUTH PLAIN", "AUTH": b"235 ok", "RCPT": b"550 " + said}
    ) as server:
        postman = transport(server.port, user=USER, password=PASSWORD)
        assert failure(postman) == (RecipientRefused, f"refused the recipient: 550 {told}")


ECHO = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())


@pytest.mark.parametrize(
    ("script", "password", "fact"),
    [
        ({"AUTH": b"535 5.7.8 bad " + ECHO}, PASSWORD, "refused our user and password: 535 5.7.8"),
        ({"AUTH": b"454 " + ECHO}, PASSWORD, "refused our user and password: 454"),
        ({"EHLO": b"250 plain " + ECHO}, PASSWORD, "takes no user and password (no AUTH)"),
        ({"AUTH": None}, PASSWORD, "did not let us log in; user and password must be ASCII"),
        ({}, "corréct", "did not let us log in; user and password must be ASCII"),
    ],
    ids=["refused", "later", "not offered", "lost", "not ASCII"],
)
def test_a_login_that_fails_tells_neither_user_nor_password(
    script: Mapping[str, bytes | None], password: str, fact: str
) -> None:
    with Scripted({"EHLO": b"250-hello\r\n250 AUTH PLAIN", **script}) as server:
        postman = transport(server.port, user=USER, password=password)
        with pytest.raises(TransportUnavailable) as raised:
            postman.deliver(mail())

    assert str(raised.value) == f"the mail server localhost:{server.port} {fact}"
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert USER not in repr(postman)


def authenticate(server: Any, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
    success = login == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=success, handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `localhost`, signed by itself; its key is `key.pem` beside it."""
    folder = tmp_path_factory.mktemp("tls")
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    files = "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out certificate.pem"
    subprocess.run([*made.split(), *files.split()], cwd=folder, check=True, capture_output=True)
    return folder / "certificate.pem"


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
    postman = transport(port, security, user=USER, password=PASSWORD, ca_file=certificate)
    postman.deliver(mail())
    postman.deliver(mail())
    postman.close()

    assert mailbox.received == [Received(SENDER, (ADDRESS,), CONTENT, encrypted=True)] * 2


def test_a_wrong_password_is_our_fault(encrypted: Encrypted, certificate: Path) -> None:
    security, port, _ = encrypted
    postman = transport(port, security, user=USER, password="wrong", ca_file=certificate)

    assert failure(postman) == (TransportUnavailable, "refused our user and password: 535 5.7.8")


@pytest.mark.parametrize(
    ("host", "trusted", "fact"),
    [
        ("localhost", False, "self-signed certificate"),
        ("127.0.0.1", True, "IP address mismatch, certificate is not valid for '127.0.0.1'."),
    ],
    ids=["of nobody we trust", "of another host"],
)
def test_a_certificate_is_verified(
    encrypted: Encrypted, certificate: Path, host: str, trusted: bool, fact: str
) -> None:
    security, port, _ = encrypted
    server = SmtpServer(host, port, security, USER, PASSWORD, certificate if trusted else None)

    with pytest.raises(TransportUnavailable) as raised:
        SmtpTransport(server, "digest.example.net", command_seconds=5).deliver(mail())

    assert f"certificate verify failed: {fact}" in str(raised.value)


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

    with serving(mailbox := Mailbox(), ssl_context=old) as port:
        error, fact = failure(transport(port, "tls", ca_file=certificate))

    assert (error, mailbox.received) == (TransportUnavailable, [])
    assert fact.startswith("cannot be used: [SSL")


def test_a_missing_certificate_file_is_named(tmp_path: Path) -> None:
    server = SmtpServer("localhost", 465, "tls", ca_file=tmp_path / "missing.pem")

    with pytest.raises(TransportUnavailable) as raised:
        SmtpTransport(server, "digest.example.net").deliver(mail())

    assert str(raised.value) == (
        f"the certificate file {tmp_path}/missing.pem cannot be used: No such file or directory"
    )


def test_without_starttls_nothing_is_sent_in_the_open() -> None:
    with Scripted({"EHLO": b"250-hello\r\n250 AUTH PLAIN"}) as server:
        postman = transport(server.port, "starttls", user=USER, password=PASSWORD)
        assert failure(postman) == (
            TransportUnavailable,
            "cannot be used: STARTTLS extension not supported by server.",
        )

    assert server.commands == [["ehlo digest.example.net"]]


def test_a_refusal_of_starttls_is_our_fault() -> None:
    with Scripted({"EHLO": b"250-hello\r\n250 STARTTLS", "STAR": b"454 4.7.0 no TLS today"}) as server:
        postman = transport(server.port, "starttls", user=USER, password=PASSWORD)
        assert failure(postman) == (TransportUnavailable, "refused to serve: 454 4.7.0 no TLS today")

    assert server.commands == [["ehlo digest.example.net", "starttls"]]
