"""Addresses, a password and tokens must not appear in any output or file of any command.

Every command runs for a few subscribers, with mail servers that repeat all they know in their replies.
"""

import base64
import os
import signal
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from subprocess import CompletedProcess

import pytest

from digest.demo.papers import load_papers
from digest.demo.scenario import DAYS
from digest.demo.server import ArxivServer
from digest.domain.tokens import Signer
from tests.support.dns_server import serving_names
from tests.support.home import Home
from tests.support.hostile_smtp import HostileServer, Script
from tests.support.ledger import SENDER, SUBSCRIBER, states

pytestmark = pytest.mark.exhaustive

SUBSCRIBERS = [f"canary-{letter}@example.org" for letter in "abcd"]
USER, PASSWORD = "canary-user", "canary-password"
SECRETS = (
    USER,
    PASSWORD,
    base64.b64encode(PASSWORD.encode()).decode(),
    base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode(),
)
ECHO = f"<{SUBSCRIBERS[0]}> {SUBSCRIBERS[1]} {USER} {PASSWORD}"
REQUEST = (
    "From: {}\nTo: digest@example.org\nSubject: unsubscribe {}\nMessage-ID: <invented@example.org>\n\n\n"
)
MAY_SHOW_ADDRESSES = {"status", "status as JSON"}


@dataclass
class Session:
    """A home, and what each command did there."""

    home: Home
    done: dict[str, CompletedProcess[str]] = field(default_factory=dict)
    delivered: list[bytes] = field(default_factory=list)
    tokens: tuple[str, ...] = ()

    def run(self, name: str, *arguments: str) -> None:
        self.done[name] = self.home.digest(*arguments)

    def run_with_server(
        self, script: Script, name: str, *arguments: str, recipients: Mapping[str, str] | None = None
    ) -> None:
        """Run a command with a mail server that wants our password and follows this script."""
        with HostileServer(script, login=(USER, PASSWORD), recipients=recipients) as server:
            self.use(server)
            self.run(name, *arguments)
        self.delivered += [mail.content for mail in server.accepted]

    def use(self, server: HostileServer) -> None:
        url = f"smtp://{USER}:{PASSWORD}@127.0.0.1:{server.port}"
        self.home.environment["DIGEST_SMTP_URL"] = url


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("canary")
    before = os.umask(0)  # what the program creates must be private by its own doing
    with ArxivServer(load_papers(), DAYS[0]) as arxiv:
        session = Session(Home(folder, arxiv, {"TMPDIR": str(folder), "DIGEST_RETRY_SCALE": "1"}))
        session.home.write(
            SENDER + "".join(SUBSCRIBER.format(subscriber, "Reward Model") for subscriber in SUBSCRIBERS)
        )
        try:
            _deliver(session)
            _look(session)
            _leave(session)
        finally:
            os.umask(before)
    return session


def _deliver(session: Session) -> None:
    """Runs that fail in all ways and at last succeed; then a daemon."""
    session.run_with_server({"auth": f"535 5.7.8 no: {ECHO}"}, "run, password refused", "--verbose", "run")
    refusals = {SUBSCRIBERS[0]: f"550 5.1.1 {ECHO} unknown", SUBSCRIBERS[1]: f"450 4.2.0 {ECHO} busy"}
    session.run_with_server({}, "run, subscribers refused", "--verbose", "run", recipients=refusals)
    session.home.at(DAYS[0] + timedelta(hours=2))
    session.run_with_server({"dot": f"999 {ECHO}"}, "run, garbage after the mail", "--verbose", "run")
    session.home.at(DAYS[0] + timedelta(hours=4))
    session.home.environment["DIGEST_SMTP_URL"] = f"smtp://{USER}:{PASSWORD}@127.0.0.1:9"
    session.run("run, server down", "--verbose", "run")
    session.run_with_server({}, "run", "--verbose", "run")
    session.home.at(DAYS[1])
    _run_daemon(session)
    session.home.at(DAYS[2])
    session.home.environment["DIGEST_SMTP_URL"] = ""
    session.run("preview", "--verbose", "preview", "--output", "shown", SUBSCRIBERS[0])
    session.run("run to the outbox", "--verbose", "run")


def _run_daemon(session: Session) -> None:
    with HostileServer(login=(USER, PASSWORD)) as server:
        session.use(server)
        process = session.home.start("--verbose", "daemon")
        deadline = time.monotonic() + 20
        while len(server.accepted) < len(SUBSCRIBERS) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        session.done["daemon"] = CompletedProcess(("daemon",), process.returncode, out, err)
    session.delivered += [mail.content for mail in server.accepted]


def _look(session: Session) -> None:
    with serving_names({}) as session.home.environment["DIGEST_DNS_SERVER"]:
        session.run_with_server({"auth": f"535 5.7.8 no: {ECHO}"}, "doctor", "--verbose", "doctor")
    session.run("check", "--verbose", "check")
    session.run("status", "--verbose", "status")
    session.run("status as JSON", "--verbose", "status", "--json")
    session.run("explain", "--verbose", "explain", "2605.06118")


def _leave(session: Session) -> None:
    """Subscribers leave by token, by mail and for ever; one comes back."""
    signer = Signer(_signing_key(session.home))
    session.tokens = tuple(signer.unsubscribe_token(subscriber) for subscriber in SUBSCRIBERS)
    session.run("unsubscribe by token", "--verbose", "unsubscribe", session.tokens[0])
    session.run("unsubscribe a stranger", "--verbose", "unsubscribe", "canary-e@example.org")
    request = session.home.folder / "request.eml"
    request.write_text(REQUEST.format(SUBSCRIBERS[2], session.tokens[2]))
    session.run("inbox", "--verbose", "inbox", request.name)
    session.run("forget", "--verbose", "forget", SUBSCRIBERS[3])
    session.run("check who left", "--verbose", "check")
    session.run("resubscribe", "--verbose", "resubscribe", SUBSCRIBERS[2])


def _signing_key(home: Home) -> bytes:
    with closing(sqlite3.connect(home.folder / "state" / "digest.sqlite3")) as connection:
        key: bytes = connection.execute("SELECT value FROM secrets WHERE name = 'signing'").fetchone()[0]
    return key


def needles(session: Session) -> list[str]:
    return [*SECRETS, *session.tokens, *(subscriber.partition("@")[0] for subscriber in SUBSCRIBERS)]


def found(haystack: str, needles: list[str]) -> list[str]:
    return [needle for needle in needles if needle.lower() in haystack.lower()]


STATUSES = {
    "run, password refused": 75,
    "run, subscribers refused": 1,
    "run, garbage after the mail": 1,
    "run, server down": 75,
    "run": 0,
    "daemon": 0,
    "preview": 0,
    "run to the outbox": 0,
    "doctor": 1,
    "check": 0,
    "status": 0,
    "status as JSON": 0,
    "explain": 0,
    "unsubscribe by token": 0,
    "unsubscribe a stranger": 2,
    "inbox": 0,
    "forget": 0,
    "check who left": 0,
    "resubscribe": 0,
}


def test_every_command_ended_as_it_should(session: Session) -> None:
    assert {name: done.returncode for name, done in session.done.items()} == STATUSES
    assert "Traceback" not in "".join(done.stderr for done in session.done.values())


def test_every_way_of_sending_mails_sent_some(session: Session) -> None:
    assert len(session.delivered) == 2 + 2 + len(
        SUBSCRIBERS
    )  # by the second run, the one that went well, the daemon
    assert list((session.home.folder / "shown").glob("**/*.html"))
    assert (
        len(list((session.home.folder / "outbox").glob("*.eml"))) == len(SUBSCRIBERS) - 1
    )  # one is forgotten


def test_the_words_of_servers_are_shown_without_addresses_and_secrets(session: Session) -> None:
    assert "550 5.1.1 <address> <address>" in session.done["run, subscribers refused"].stderr
    assert "535 5.7.8" in session.done["run, password refused"].stderr


def test_the_tokens_that_are_looked_for_are_those_of_the_mails(session: Session) -> None:
    assert all(any(token.encode() in mail for mail in session.delivered) for token in session.tokens)


@pytest.mark.parametrize("name", STATUSES)
def test_no_command_prints_anything_private(session: Session, name: str) -> None:
    done = session.done[name]
    assert found(done.stderr, needles(session)) == []
    private = [*SECRETS, *session.tokens] if name in MAY_SHOW_ADDRESSES else needles(session)
    assert found(done.stdout, private) == []


def test_no_file_name_has_an_address(session: Session) -> None:
    names = "\n".join(str(path.relative_to(session.home.folder)) for path in session.home.folder.rglob("*"))
    assert ".eml" in names
    assert found(names, needles(session)) == []


def test_the_password_is_in_no_file(session: Session) -> None:
    written = [path.read_bytes() for path in session.home.folder.rglob("*") if path.is_file()]
    assert not [secret for secret in SECRETS if any(secret.encode() in content for content in written)]


def test_the_archive_and_the_locks_have_no_address_or_token(session: Session) -> None:
    public = [session.home.folder / "README.md", *session.home.folder.rglob("*.lock")]
    assert len(public) > 1
    assert not [name for path in public if (name := found(path.read_text(), needles(session)))]


def test_all_that_the_program_creates_is_private_but_the_archive(session: Session) -> None:
    ours = {session.home.folder / name for name in ("README.md", "subscribers.yaml", "request.eml")}
    created = set(session.home.folder.rglob("*")) - ours
    assert {oct(path.stat().st_mode & 0o777) for path in created if path.is_file()} == {"0o600"}
    assert {oct(path.stat().st_mode & 0o777) for path in created if path.is_dir()} == {"0o700"}
    assert oct((session.home.folder / "README.md").stat().st_mode & 0o777) == "0o644"


def test_who_was_forgotten_is_in_no_file_of_the_program(session: Session) -> None:
    assert SUBSCRIBERS[3] not in states(session.home)
    programs = [path for path in session.home.folder.rglob("*") if path.is_file() and path.suffix != ".yaml"]
    assert not [path for path in programs if SUBSCRIBERS[3].encode() in path.read_bytes()]
