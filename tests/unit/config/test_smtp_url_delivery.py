from pathlib import Path

import pytest

from digest.config.environment import Overrides
from digest.config.smtp_url import default_sender, read_smtp, sender_faults
from digest.config.yaml_document import Document, parse
from digest.domain.settings import SmtpServer

_SERVER = SmtpServer("mail.example.org", 465, "tls", "robot", "hunter2")
_URL = "smtps://robot:hunter2@mail.example.org"


def document(text: str = "welcome: 1") -> Document:
    return parse("s.yaml", text)[0]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "url"
    file.touch(mode=0o600)
    file.write_text(_URL)
    return file


def test_without_an_address_there_is_no_server(tmp_path: Path) -> None:
    assert read_smtp(document(), tmp_path, Overrides()) == (None, [])


def test_the_file_names_a_secret_beside_it(secret: Path) -> None:
    named = document("mail: {smtp_url_file: url}")
    assert read_smtp(named, secret.parent, Overrides()) == (_SERVER, [])


def test_a_variable_names_a_secret(secret: Path) -> None:
    assert read_smtp(document(), Path("/"), Overrides(smtp_url_file=secret)) == (_SERVER, [])


def test_the_variable_wins_over_the_file(tmp_path: Path) -> None:
    named = document("mail: {smtp_url_file: missing}")
    assert read_smtp(named, tmp_path, Overrides(smtp_url=_URL)) == (_SERVER, [])


def test_a_certificate_lies_beside_the_secret_that_names_it(secret: Path) -> None:
    secret.write_text(f"{_URL}?ca=ca.pem")
    (secret.parent / "ca.pem").touch()
    server, _ = read_smtp(document(), Path("/"), Overrides(smtp_url_file=secret))
    assert server == SmtpServer("mail.example.org", 465, "tls", "robot", "hunter2", secret.parent / "ca.pem")


def told(document: Document, folder: Path, overrides: Overrides) -> list[str]:
    server, faults = read_smtp(document, folder, overrides)
    assert server is None
    return [str(fault) for fault in faults]


_SCHEME = "the SMTP address must begin with smtps://, smtp+starttls:// or smtp://"


def test_a_fault_in_the_secret_is_placed_where_the_secret_is_named(secret: Path) -> None:
    secret.write_text("hunter2")
    named = document("mail:\n  smtp_url_file: url")
    assert told(named, secret.parent, Overrides()) == [
        f"s.yaml:2:18: mail.smtp_url_file: {secret}: {_SCHEME}"
    ]
    assert told(document(), Path("/"), Overrides(smtp_url_file=secret)) == [
        f"DIGEST_SMTP_URL_FILE: {secret}: {_SCHEME}"
    ]
    assert told(document(), Path("/"), Overrides(smtp_url="hunter2")) == [f"DIGEST_SMTP_URL: {_SCHEME}"]


def test_a_secret_that_others_can_read_is_a_fault_with_its_remedy(secret: Path) -> None:
    secret.chmod(0o644)
    assert told(document(), Path("/"), Overrides(smtp_url_file=secret)) == [
        f"DIGEST_SMTP_URL_FILE: {secret}: others may read this secret; run: chmod 600 {secret}"
    ]


@pytest.mark.parametrize(
    ("smtp", "expected"),
    [
        (None, "Daily Papers <digest@localhost>"),
        (SmtpServer("h", 465, "tls", "me@Example.org", "p"), "Daily Papers <me@example.org>"),
        (SmtpServer("h", 465, "tls", "me", "p"), None),
        (SmtpServer("mail.example.org", 465, "tls"), None),
        (SmtpServer("localhost", 25, "plain"), "Daily Papers <digest@localhost>"),
        (SmtpServer("::1", 25, "plain", "me@example.org", "p"), "Daily Papers <me@example.org>"),
        (SmtpServer("127.0.0.1", 25, "plain", "me", "p"), None),
    ],
    ids=[
        *("outbox", "user is an address", "user is a name", "no user"),
        *("on this machine", "on this machine, user is an address", "on this machine, user is a name"),
    ],
)
def test_the_sender_is_the_smtp_user_where_that_is_an_address_or_this_machines_own(
    smtp: SmtpServer | None, expected: str | None
) -> None:
    assert default_sender(smtp) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [("mail:\n  when_empty: skip", "s.yaml:2:3"), ("welcome: 1", "s.yaml:1:1")],
    ids=["a mail section", "none"],
)
def test_a_sender_that_nothing_tells_is_missing(text: str, place: str) -> None:
    assert [str(fault) for fault in sender_faults(document(text), _SERVER)] == [
        (
            f"{place}: mail.from: missing; the SMTP user is no address, so add a line such as "
            "from: Daily Papers <digest@example.org>"
        )
    ]


def test_a_sender_in_the_file_is_enough() -> None:
    assert sender_faults(document("mail: {from: a@example.org}"), _SERVER) == []
