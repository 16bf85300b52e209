"""`digest test-mail`: one mail of invented papers to one address."""

import sqlite3
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.support.home import LEAST, SENDER, Home
from tests.support.hostile_smtp import HostileServer

NEXT = [
    "look for it in the mailbox, and in its spam folder",
    "if it is in the spam folder, see that SPF, DKIM and DMARC of example.org name this mail server",
    "if it does not come, look for the answer of a mail server in the mailbox digest@example.org",
]


def message(server: HostileServer) -> EmailMessage:
    [accepted] = server.accepted
    return message_from_bytes(accepted.content, policy=policy.default)


def test_a_test_mail_is_a_digest_of_invented_papers_and_each_step_is_told(home: Home) -> None:
    home.write(LEAST + SENDER)
    with HostileServer() as server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{server.port}"
        done = home.digest("test-mail", "ADA@example.org")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "✓ the name localhost leads to 127.0.0.1",
        f"✓ connected to 127.0.0.1 port {server.port}",
        "✓ the server greets: 220 hostile.example ESMTP",
        "✓ the sender is accepted: 250 2.0.0 fine",
        "✓ the recipient is accepted: 250 2.0.0 fine",
        "✓ the mail is accepted, and the server's last words are: 250 2.0.0 taken",
        *NEXT,
    ]
    sent = message(server)
    assert (sent["To"], sent["Subject"].partition(" ·")[0]) == (
        "ada@example.org", "5 new papers: A test with invented papers"
    )  # fmt: skip
    token = sent["List-Unsubscribe"].partition("unsubscribe%20")[2].strip(">")
    assert home.digest("unsubscribe", token).stdout.startswith("subscribers[0] gets no more mail")


@pytest.mark.exhaustive
def test_a_test_mail_is_not_remembered_and_goes_to_strangers_too(home: Home) -> None:
    home.write(LEAST + SENDER)
    with HostileServer() as server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{server.port}"
        assert home.digest("test-mail", "eve@example.org").returncode == 0
    assert message(server)["To"] == "eve@example.org"
    with closing(sqlite3.connect(home.folder / "state" / "digest.sqlite3")) as state:
        assert state.execute("select count(*) from mails").fetchone() == (0,)
    assert home.arxiv.requests == []


@pytest.mark.exhaustive
def test_a_log_shows_no_address_of_a_test_mail(home: Home) -> None:
    home.write(LEAST + SENDER)
    with HostileServer({"dot": "250 2.0.0 taken for eve@example.org"}) as server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{server.port}"
        done = home.digest("--quiet", "test-mail", "eve@example.org")
    assert done.returncode == 0
    assert "@" not in done.stdout


@pytest.mark.exhaustive
def test_a_test_mail_that_fails_says_at_which_step(home: Home) -> None:
    home.write(LEAST + SENDER)
    with HostileServer({"rcpt": "550 5.7.1 relaying denied"}) as server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{server.port}"
        done = home.digest("test-mail", "eve@example.org")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "✓ the sender is accepted: 250 2.0.0 fine"
    assert done.stderr.splitlines()[0] == (
        f"error: the mail server localhost:{server.port} refused the recipient: 550 5.7.1 relaying denied"
    )


@pytest.mark.exhaustive
def test_nobody_who_wants_no_mail_gets_a_test_mail(home: Home) -> None:
    home.write(LEAST + SENDER)
    home.digest("unsubscribe", "ada@example.org")
    with HostileServer() as server:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{server.port}"
        done = home.digest("test-mail", "ada@example.org")
    assert (done.returncode, server.connections) == (2, 0)
    assert "they unsubscribed; `digest resubscribe EMAIL` sends them mail again" in done.stderr


@pytest.mark.parametrize(
    ("email", "smtp", "problem"),
    [
        ("eve", "smtp://localhost:9", "eve"),
        ("eve@example.org", "", "no mail server is configured; name it in DIGEST_SMTP_URL"),
    ],
    ids=["no address", "no server"],
)
def test_what_cannot_be_mailed_is_a_mistake(home: Home, email: str, smtp: str, problem: str) -> None:
    home.write(LEAST + SENDER)
    home.environment["DIGEST_SMTP_URL"] = smtp
    done = home.digest("test-mail", email)
    assert done.returncode == 2
    assert problem in done.stderr
    assert not Path(home.folder / "state").exists()
