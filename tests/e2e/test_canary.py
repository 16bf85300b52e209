"""Addresses, a password and tokens that must turn up nowhere, whatever command is run.

Every command runs for a few subscribers, beside mail servers that repeat all they know in their answers.
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
from tests.support.home import Home
from tests.support.hostile_smtp import HostileServer, Script
from tests.support.ledger import READER, SENDER, states

READERS = [f"canary-{letter}@example.org" for letter in "abcd"]
USER, PASSWORD = "canary-user", "canary-password"
SECRETS = (
    USER,
    PASSWORD,
    base64.b64encode(PASSWORD.encode()).decode(),
    base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode(),
)
ECHO = f"<{READERS[0]}> {READERS[1]} {USER} {PASSWORD}"
WISH = "From: {}\nTo: digest@example.org\nSubject: unsubscribe {}\nMessage-ID: <invented@example.org>\n\n\n"
MAY_SHOW_ADDRESSES = {"status", "status as JSON"}


@dataclass
class Life:
    """What a home has lived through, command by command."""

    home: Home
    told: dict[str, CompletedProcess[str]] = field(default_factory=dict)
    delivered: list[bytes] = field(default_factory=list)
    tokens: tuple[str, ...] = ()

    def live(self, name: str, *arguments: str) -> None:
        self.told[name] = self.home.digest(*arguments)

    def live_beside(
        self, script: Script, name: str, *arguments: str, recipients: Mapping[str, str] | None = None
    ) -> None:
        """Run a command while a mail server that wants our password behaves so."""
        with HostileServer(script, login=(USER, PASSWORD), recipients=recipients) as server:
            self.use(server)
            self.live(name, *arguments)
        self.delivered += [mail.content for mail in server.accepted]

    def use(self, server: HostileServer) -> None:
        url = f"smtp://{USER}:{PASSWORD}@127.0.0.1:{server.port}"
        self.home.environment["DIGEST_SMTP_URL"] = url


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    folder = tmp_path_factory.mktemp("canary")
    before = os.umask(0)  # what the program creates must be private by its own doing
    with ArxivServer(load_papers(), DAYS[0]) as arxiv:
        life = Life(Home(folder, arxiv, {"TMPDIR": str(folder), "DIGEST_RETRY_SCALE": "1"}))
        life.home.write(SENDER + "".join(READER.format(subscriber, "Reward Model") for subscriber in READERS))
        try:
            _deliver(life)
            _look(life)
            _leave(life)
        finally:
            os.umask(before)
    return life


def _deliver(life: Life) -> None:
    """Runs that fail in all ways and at last succeed; then a daemon."""
    life.live_beside({"auth": f"535 5.7.8 no: {ECHO}"}, "run, password refused", "--verbose", "run")
    refusals = {READERS[0]: f"550 5.1.1 {ECHO} unknown", READERS[1]: f"450 4.2.0 {ECHO} busy"}
    life.live_beside({}, "run, subscribers refused", "--verbose", "run", recipients=refusals)
    life.home.at(DAYS[0] + timedelta(hours=2))
    life.live_beside({"dot": f"999 {ECHO}"}, "run, garbage at the dot", "--verbose", "run")
    life.home.at(DAYS[0] + timedelta(hours=4))
    life.home.environment["DIGEST_SMTP_URL"] = f"smtp://{USER}:{PASSWORD}@127.0.0.1:9"
    life.live("run, server down", "--verbose", "run")
    life.live_beside({}, "run", "--verbose", "run")
    life.home.at(DAYS[1])
    _live_as_daemon(life)
    life.home.at(DAYS[2])
    life.home.environment["DIGEST_SMTP_URL"] = ""
    life.live("preview", "--verbose", "preview", "--output", "shown", READERS[0])
    life.live("run to the outbox", "--verbose", "run")


def _live_as_daemon(life: Life) -> None:
    with HostileServer(login=(USER, PASSWORD)) as server:
        life.use(server)
        process = life.home.start("--verbose", "daemon")
        deadline = time.monotonic() + 20
        while len(server.accepted) < len(READERS) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        life.told["daemon"] = CompletedProcess(("daemon",), process.returncode, out, err)
    life.delivered += [mail.content for mail in server.accepted]


def _look(life: Life) -> None:
    life.live_beside({"auth": f"535 5.7.8 no: {ECHO}"}, "doctor", "--verbose", "doctor")
    life.live("check", "--verbose", "check")
    life.live("status", "--verbose", "status")
    life.live("status as JSON", "--verbose", "status", "--json")
    life.live("explain", "--verbose", "explain", "2605.06118")


def _leave(life: Life) -> None:
    """Subscribers go by token, by mail and for ever; one comes back."""
    signer = Signer(_signing_key(life.home))
    life.tokens = tuple(signer.unsubscribe_token(subscriber) for subscriber in READERS)
    life.live("unsubscribe by token", "--verbose", "unsubscribe", life.tokens[0])
    life.live("unsubscribe a stranger", "--verbose", "unsubscribe", "canary-e@example.org")
    wish = life.home.folder / "wish.eml"
    wish.write_text(WISH.format(READERS[2], life.tokens[2]))
    life.live("inbox", "--verbose", "inbox", wish.name)
    life.live("forget", "--verbose", "forget", READERS[3])
    life.live("check who left", "--verbose", "check")
    life.live("resubscribe", "--verbose", "resubscribe", READERS[2])


def _signing_key(home: Home) -> bytes:
    with closing(sqlite3.connect(home.folder / "state" / "digest.sqlite3")) as connection:
        key: bytes = connection.execute("SELECT value FROM secrets WHERE name = 'signing'").fetchone()[0]
    return key


def needles(life: Life) -> list[str]:
    return [*SECRETS, *life.tokens, *(subscriber.partition("@")[0] for subscriber in READERS)]


def found(haystack: str, needles: list[str]) -> list[str]:
    return [needle for needle in needles if needle.lower() in haystack.lower()]


STATUSES = {
    "run, password refused": 75,
    "run, subscribers refused": 1,
    "run, garbage at the dot": 1,
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


def test_every_command_ended_as_it_should(life: Life) -> None:
    assert {name: done.returncode for name, done in life.told.items()} == STATUSES
    assert "Traceback" not in "".join(done.stderr for done in life.told.values())


def test_every_way_of_making_mails_made_some(life: Life) -> None:
    assert len(life.delivered) == 2 + 2 + len(
        READERS
    )  # by the second run, the one that went well, the daemon
    assert list((life.home.folder / "shown").glob("**/*.html"))
    assert len(list((life.home.folder / "outbox").glob("*.eml"))) == len(READERS) - 1  # one is forgotten


def test_the_servers_words_came_through_without_what_they_gave_away(life: Life) -> None:
    assert "550 5.1.1 <address> <address>" in life.told["run, subscribers refused"].stderr
    assert "535 5.7.8" in life.told["run, password refused"].stderr


def test_the_tokens_that_are_looked_for_are_those_of_the_mails(life: Life) -> None:
    assert all(any(token.encode() in mail for mail in life.delivered) for token in life.tokens)


@pytest.mark.parametrize("name", STATUSES)
def test_nothing_private_stands_in_what_a_command_says(life: Life, name: str) -> None:
    done = life.told[name]
    assert found(done.stderr, needles(life)) == []
    private = [*SECRETS, *life.tokens] if name in MAY_SHOW_ADDRESSES else needles(life)
    assert found(done.stdout, private) == []


def test_no_file_is_named_after_anybody(life: Life) -> None:
    names = "\n".join(str(path.relative_to(life.home.folder)) for path in life.home.folder.rglob("*"))
    assert ".eml" in names
    assert found(names, needles(life)) == []


def test_the_password_is_in_no_file(life: Life) -> None:
    written = [path.read_bytes() for path in life.home.folder.rglob("*") if path.is_file()]
    assert not [secret for secret in SECRETS if any(secret.encode() in content for content in written)]


def test_the_archive_and_the_locks_tell_nobodys_address_or_token(life: Life) -> None:
    public = [life.home.folder / "README.md", *life.home.folder.rglob("*.lock")]
    assert len(public) > 1
    assert not [name for path in public if (name := found(path.read_text(), needles(life)))]


def test_all_that_the_program_creates_is_private_but_the_archive(life: Life) -> None:
    ours = {life.home.folder / name for name in ("README.md", "subscribers.yaml", "wish.eml")}
    created = set(life.home.folder.rglob("*")) - ours
    assert {oct(path.stat().st_mode & 0o777) for path in created if path.is_file()} == {"0o600"}
    assert {oct(path.stat().st_mode & 0o777) for path in created if path.is_dir()} == {"0o700"}
    assert oct((life.home.folder / "README.md").stat().st_mode & 0o777) == "0o644"


def test_who_was_forgotten_is_in_no_file_of_the_program(life: Life) -> None:
    assert READERS[3] not in states(life.home)
    programs = [path for path in life.home.folder.rglob("*") if path.is_file() and path.suffix != ".yaml"]
    assert not [path for path in programs if READERS[3].encode() in path.read_bytes()]
