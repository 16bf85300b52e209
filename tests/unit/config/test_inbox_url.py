"""Where answers arrive: an address without a password, or a path; and the password apart from it."""

from pathlib import Path

import pytest

from digest.config.environment import Overrides, read_environment
from digest.config.inbox_url import imap_server, inbox_at, read_inbox
from digest.config.load import load_config
from digest.config.yaml_document import Document, parse
from digest.domain.settings import ImapServer
from digest.errors import ConfigError

LEAST = "subscribers:\n  - {email: ada@example.org, keywords: [Reasoning]}\n"


def document(text: str = "") -> Document:
    return parse("s.yaml", text or "{}")[0]


def secret(folder: Path, text: str = "käse & brot\n") -> Path:
    file = folder / "secret"
    file.write_text(text)
    file.chmod(0o600)
    return file


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("imaps://ada@mx.example.org", ImapServer("mx.example.org", 993, "tls", "ada", "INBOX")),
        ("imaps://ada@mx.example.org/", ImapServer("mx.example.org", 993, "tls", "ada", "INBOX")),
        ("IMAPS://a@b.example@MX.example.org", ImapServer("mx.example.org", 993, "tls", "a@b.example")),
        (
            "imap+starttls://a%40b.example@mx.example.org:1143/Archive/%C3%9Cber%20uns",
            ImapServer("mx.example.org", 1143, "starttls", "a@b.example", "Archive/Über uns"),
        ),
        ("imap://ada@[::1]/a@b", ImapServer("::1", 143, "plain", "ada", "a@b")),
        (
            "imaps://ada@mx.example.org/INBOX?handled=Old+1%2F%3F",
            ImapServer("mx.example.org", 993, "tls", "ada", "INBOX", "Old+1/?"),
        ),
    ],
)
def test_an_address_is_taken_apart(url: str, server: ImapServer) -> None:
    assert imap_server(url, Path("/")) == server


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("pop3://ada@mx.example.org", "must begin with imaps://, imap+starttls:// or imap://"),
        ("imaps://mx.example.org/INBOX", "must have a user before the @"),
        ("imaps://ada:hunter2@mx.example.org", "must not hold a password"),
        ("imaps://ada@", "must name a user and a host"),
        ("imaps://ada@mx.example.org:99999", "must be from 1 to 65535"),
        ("imap://ada@mx.example.org", "sends the password unencrypted"),
        ("imaps://ada@mx.example.org/%FF", "must be UTF-8, percent-encoded"),
        ("imaps://a%0Ada@mx.example.org/", "has a control character"),
        ("imaps://ada@mx.example.org/?insecure=yes", "must be ca=FILE or handled=FOLDER"),
        ("imaps://ada@mx.example.org/?handled=INBOX", "must name two folders"),
        ("imaps://ada@mx.example.org/?ca", "must be ca=FILE or handled=FOLDER"),
        ("imaps://ada@mx.example.org/?ca=none.pem", "does not exist"),
    ],
)
def test_a_wrong_address_is_refused_without_being_shown(url: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        imap_server(url, Path("/nowhere"))
    assert problem in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_certificate_and_a_path_start_at_the_folder_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    server = imap_server("imaps://ada@mx.example.org?ca=ca.pem", tmp_path)
    assert server.ca_file == tmp_path / "ca.pem"
    assert inbox_at("Maildir", tmp_path) == tmp_path / "Maildir"


def test_the_password_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = secret(tmp_path)
    named = document("mail: {inbox: box, inbox_password_file: secret}")
    assert read_inbox(named, tmp_path, Overrides()) == (tmp_path / "box", "käse & brot", [])
    assert read_inbox(named, tmp_path, Overrides(inbox_password="other"))[1] == "other"
    assert read_inbox(document(), tmp_path, Overrides(inbox_password_file=file)) == (None, "käse & brot", [])
    assert read_inbox(document(), tmp_path, Overrides()) == (None, None, [])


def test_a_password_file_is_for_its_owner_alone_unless_systemd_guards_it(tmp_path: Path) -> None:
    file = secret(tmp_path)
    file.chmod(0o644)
    overrides = Overrides(inbox_password_file=file)
    *_, faults = read_inbox(document(), tmp_path, overrides)
    assert [str(fault) for fault in faults] == [
        f"DIGEST_INBOX_PASSWORD_FILE: {file}: others may read this secret; run: chmod 600 {file}"
    ]
    guarded = Overrides(inbox_password_file=file, credentials=tmp_path)
    assert read_inbox(document(), tmp_path, guarded) == (None, "käse & brot", [])


def test_the_two_ways_to_give_the_password_exclude_each_other(tmp_path: Path) -> None:
    both = {"DIGEST_INBOX_PASSWORD": "x", "DIGEST_INBOX_PASSWORD_FILE": str(tmp_path)}
    _, faults = read_environment(both)
    assert [str(fault) for fault in faults] == [
        "DIGEST_INBOX_PASSWORD: DIGEST_INBOX_PASSWORD_FILE is set too; unset one of the two"
    ]


def test_the_configuration_names_the_inbox_and_its_faults(tmp_path: Path) -> None:
    secret(tmp_path)
    file = tmp_path / "subscribers.yaml"
    file.write_text(LEAST + "mail:\n  inbox: imaps://ada@mx.example.org\n  inbox_password_file: secret\n")
    config = load_config(file, {})
    assert config.inbox == ImapServer("mx.example.org", 993, "tls", "ada")
    assert config.inbox_password == "käse & brot"
    assert "brot" not in repr(config)
    file.write_text(LEAST + "mail:\n  inbox: imaps://ada:hunter2@mx.example.org\n")
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    assert str(caught.value) == (
        f"{file}:4:10: mail.inbox: the inbox address must not hold a password, which others could see; "
        "delete it there, and write it to DIGEST_INBOX_PASSWORD or to a file that "
        "mail.inbox_password_file names"
    )


def test_no_other_setting_may_name_the_inbox(tmp_path: Path) -> None:
    (tmp_path / "box").touch()
    file = tmp_path / "subscribers.yaml"
    file.write_text(LEAST + "mail: {inbox: box}\narchive: {file: box}\n")
    with pytest.raises(ConfigError, match="is the inbox; name another file"):
        load_config(file, {})
