"""Log in: to a scripted server, and to one that knows every way."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from digest.domain.settings import SmtpServer, TokenSource
from digest.errors import LoginRefused, TransportUnavailable
from digest.mail.smtp.limits import Timeouts
from digest.mail.smtp.transport import SmtpTransport
from tests.support.hostile_smtp import CLOSE, HANG, HostileServer, Script, make_certificate
from tests.support.login_server import LoginServer

USER, PASSWORD = "postbox", "correct horse"
TIMEOUTS = Timeouts(*[5.0] * 7)
SHORT = 0.2  # seconds

ECHO = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
OFFERS = " (it offers PLAIN, LOGIN)"
LOGINS: dict[str, tuple[Script, str, str]] = {
    "refused": (
        {"auth": f"535 5.7.8 bad {ECHO}"},
        f"refused our user and password: 535 5.7.8{OFFERS}",
        "it says: 535 5.7.8 bad <secret>",
    ),
    "not now": (
        {"auth": f"454 4.7.0 {ECHO[:12]}"},
        f"cannot check our user and password now: 454 4.7.0{OFFERS}",
        "it says: 454 4.7.0 <secret>",
    ),
    "421": (
        {"auth": "421 4.7.0 bye Postbox"},
        f"cannot check our user and password now: 421 4.7.0{OFFERS}",
        "it says: 421 4.7.0 bye <secret>",
    ),
    "garbage": (
        {"auth": f"what {ECHO}"},
        f"did not let us log in: (not a reply){OFFERS}",
        "it says: (not a reply) what <secret>",
    ),
    "challenges": (
        {"auth": f"334 {ECHO}", "other": f"334 {ECHO}"},
        f"did not let us log in: 334{OFFERS}",
        "it says: 334 <secret>",
    ),
    "not offered": ({"ehlo": f"250 plain {ECHO}"}, "takes no user and password (no AUTH)", ""),
    "unknown ways": ({"ehlo": "250-hello\r\n250 AUTH GSSAPI ntlm"}, "takes no login but by GSSAPI, NTLM", ""),
    "ways that are secrets": (
        {"ehlo": f"250-hello\r\n250 AUTH POSTBOX {ECHO[:16]} NTLM"},
        "takes no login but by NTLM",
        "",
    ),
    "closed": ({"auth": CLOSE}, "did not let us log in: it closed the connection", ""),
    "hangs": ({"auth": HANG}, "did not let us log in: timed out", ""),
}


@pytest.mark.parametrize(("script", "fact", "detail"), LOGINS.values(), ids=LOGINS.keys())
def test_a_failed_login_shows_neither_user_nor_password(script: Script, fact: str, detail: str) -> None:
    timeouts = replace(TIMEOUTS, command=SHORT if HANG in script.values() else 5)
    with HostileServer(script, login=(USER, PASSWORD)) as server:
        there = SmtpServer("localhost", server.port, "plain", USER, PASSWORD)
        with pytest.raises(TransportUnavailable) as raised:
            SmtpTransport(there, "example.net", timeouts=timeouts).connect()

    assert str(raised.value) == f"the mail server localhost:{server.port} {fact}"
    assert raised.value.detail == detail
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert (server.connections, server.accepted) == (1, [])


def transport(server: LoginServer, password: str = PASSWORD, user: str = USER) -> SmtpTransport:
    return SmtpTransport(SmtpServer("localhost", server.port, "plain", user, password), timeouts=TIMEOUTS)


@pytest.mark.parametrize(
    ("ways", "login"),
    [
        ("LOGIN PLAIN CRAM-MD5", ("PLAIN", f"\0{USER}\0pässword")),
        ("GSSAPI NTLM LOGIN", ("LOGIN", f"{USER} pässword")),
    ],
)
def test_a_password_is_sent_in_utf_8_by_the_first_way_that_we_know(ways: str, login: tuple[str, str]) -> None:
    with LoginServer(ways, accepts={"pässword"}) as server:
        sender = transport(server, "pässword")
        sender.connect()
        sender.close()
    assert server.logins == [login]


def test_a_password_is_proved_without_sending_it_where_nothing_else_is_offered() -> None:
    with LoginServer("CRAM-MD5", accepts={PASSWORD}) as server:
        sender = transport(server)
        sender.connect()
        sender.close()
    [(way, said)] = server.logins
    assert (way, said.partition(" ")[0], PASSWORD in said) == ("CRAM-MD5", USER, False)


def test_a_way_that_the_server_offers_and_does_not_know_is_followed_by_the_next() -> None:
    refusal = "504 5.7.4 unrecognized authentication type"
    with LoginServer("PLAIN LOGIN", refusal=refusal) as server, pytest.raises(LoginRefused) as raised:
        transport(server).connect()
    assert [way for way, _ in server.logins] == ["PLAIN", "LOGIN"]
    assert raised.value.hint.startswith("the server does not take this way to log in here")


# Passwords that change


def test_a_refused_password_is_read_again_before_it_is_told() -> None:
    with LoginServer(accepts={"new"}) as server:
        old = SmtpServer("localhost", server.port, "plain", USER, "old")
        sender = SmtpTransport(old, timeouts=TIMEOUTS, reread=lambda known: replace(known, password="new"))
        sender.connect()
        sender.close()
    assert server.logins == [("PLAIN", f"\0{USER}\0old"), ("PLAIN", f"\0{USER}\0new")]


def test_a_password_that_is_still_the_same_is_not_sent_twice() -> None:
    with LoginServer() as server, pytest.raises(LoginRefused):
        transport(server).connect()
    assert server.logins == [("PLAIN", f"\0{USER}\0{PASSWORD}")]


def test_a_refused_password_is_read_again_once() -> None:
    with LoginServer() as server:
        there = SmtpServer("localhost", server.port, "plain", USER, "1")
        sender = SmtpTransport(
            there, timeouts=TIMEOUTS, reread=lambda known: replace(known, password=f"{known.password}1")
        )
        with pytest.raises(LoginRefused):
            sender.connect()
    assert [said for _, said in server.logins] == [f"\0{USER}\x001", f"\0{USER}\x0011"]


# Tokens


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text("first\n")
    return file


def with_token(server: LoginServer, file: Path, **options: object) -> SmtpTransport:
    there = SmtpServer("localhost", server.port, "plain", "me@x.example", token=TokenSource(file))
    return SmtpTransport(replace(there, **options), timeouts=TIMEOUTS, mails_per_connection=1)  # type: ignore[arg-type]


def test_a_token_is_fetched_for_each_connection(token_file: Path) -> None:
    with LoginServer("PLAIN XOAUTH2", accepts={"first", "second"}) as server:
        sender = with_token(server, token_file)
        sender.connect()
        sender.close()
        token_file.write_text("second\n")
        sender.connect()
        sender.close()
    assert server.logins == [
        ("XOAUTH2", "user=me@x.example\1auth=Bearer first\1\1"),
        ("XOAUTH2", "user=me@x.example\1auth=Bearer second\1\1"),
    ]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def test_a_token_is_sent_over_tls(token_file: Path, certificate: Path) -> None:
    with LoginServer("OAUTHBEARER", accepts={"first"}, certificate=certificate) as server:
        sender = with_token(server, token_file, security="tls", ca_file=certificate)
        sender.connect()
        sender.close()
    assert server.logins == [("OAUTHBEARER", "n,a=me@x.example,\1auth=Bearer first\1\1")]


@pytest.fixture
def expired() -> Iterator[LoginServer]:
    why = '{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}'
    with LoginServer("XOAUTH2", accepts={"second"}, challenge=why) as server:
        yield server


def test_a_refused_token_is_answered_and_told_with_the_servers_reason(
    token_file: Path, expired: LoginServer
) -> None:
    with pytest.raises(LoginRefused) as raised:
        with_token(expired, token_file).connect()
    assert expired.logins == [("XOAUTH2", "user=me@x.example\1auth=Bearer first\1\1"), ("XOAUTH2", "")]
    assert str(raised.value) == (
        f"the mail server localhost:{expired.port} refused our token: 535 5.7.8 (it offers XOAUTH2)"
    )
    assert raised.value.detail == (
        'it says: 535 5.7.8 no {"status":"400","schemes":"Bearer","scope":"https://mail.example/"}'
    )
    assert raised.value.hint.startswith("get a new token: this one has expired")


def test_a_refused_token_is_fetched_once_more(tmp_path: Path, expired: LoginServer) -> None:
    (tmp_path / "fetch").write_text("test -e done && echo second || echo first; touch done")
    there = SmtpServer(
        "localhost",
        expired.port,
        "plain",
        "me@x.example",
        token=TokenSource(command=("sh", "fetch"), folder=tmp_path),
    )
    sender = SmtpTransport(there, timeouts=TIMEOUTS)
    sender.connect()
    sender.close()
    assert [said for _, said in expired.logins][-1] == "user=me@x.example\1auth=Bearer second\1\1"
