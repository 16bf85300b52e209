"""Where the mail server is named, and how the file that holds a secret is read."""

from dataclasses import replace
from pathlib import Path

import pytest

from digest.config.environment import Overrides
from digest.config.mail_server import MailServerSetting, read_mail_server, read_secret, reread
from digest.config.yaml_document import Document, parse
from digest.domain.settings import SmtpServer, TokenSource


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "smtp-url"
    file.touch(mode=0o600)
    return file


def test_the_one_line_is_read_without_its_line_end(file: Path) -> None:
    file.write_text("smtps://u:p@h\n")
    assert read_secret(file, None) == "smtps://u:p@h"


@pytest.mark.parametrize("around", ["\ufeff{}\r\n", "# the relay\n\n{}\n# until June\n", "  {}  "])
def test_a_mark_comments_and_blank_lines_do_not_count(file: Path, around: str) -> None:
    file.write_text(around.format("smtps://u:p@h"), encoding="utf-8", newline="")
    assert read_secret(file, None) == "smtps://u:p@h"


def test_a_secret_in_utf_16_is_refused(file: Path) -> None:
    file.write_text("smtps://u:p@h", encoding="utf-16")
    with pytest.raises(ValueError, match=r"^not UTF-8; save the file as UTF-8"):
        read_secret(file, None)


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o601], ids=oct)
def test_a_secret_that_others_can_access_is_refused(file: Path, mode: int) -> None:
    file.write_text("smtps://u:p@h\n")
    file.chmod(mode)
    with pytest.raises(ValueError) as caught:
        read_secret(file, file.parent / "elsewhere")
    assert str(caught.value) == f"others may read this secret; run: chmod 600 {file}"


def test_a_credential_from_systemd_may_have_any_permissions(file: Path) -> None:
    file.write_text("smtps://u:p@h\n")
    file.chmod(0o444)
    assert read_secret(file, file.parent) == "smtps://u:p@h"


@pytest.mark.parametrize(
    "text", ["", "\n\n", "smtps://u:p@h\nhunter2\n"], ids=["empty", "blank", "two lines"]
)
def test_a_file_without_exactly_one_line_is_refused(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(ValueError) as caught:
        read_secret(file, None)
    assert (
        str(caught.value) == "must have exactly one line, the SMTP URL; write it, or delete the other lines"
    )


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        read_secret(tmp_path / "none", None)
    assert str(caught.value) == ("cannot be read (No such file or directory); make it, or correct the path")


def test_a_file_that_is_not_utf_8_is_refused(file: Path) -> None:
    file.write_bytes(b"hunter2\xff")
    with pytest.raises(ValueError) as caught:
        read_secret(file, None)
    assert str(caught.value) == "not UTF-8; save the file as UTF-8, with the secret on its first line"


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
    assert read_mail_server(document(), tmp_path, Overrides()) == MailServerSetting()


def test_the_file_names_a_secret_beside_it(secret: Path) -> None:
    named = document("mail: {smtp_url_file: url}")
    assert read_mail_server(named, secret.parent, Overrides()) == MailServerSetting(_SERVER)


def test_a_variable_names_a_secret(secret: Path) -> None:
    found = read_mail_server(document(), Path("/"), Overrides(smtp_url_file=secret))
    assert found == MailServerSetting(_SERVER)
    assert found.server
    assert found.server.url_file == secret


def test_the_variable_wins_over_the_file(tmp_path: Path) -> None:
    named = document("mail: {smtp_url_file: missing}")
    assert read_mail_server(named, tmp_path, Overrides(smtp_url=_URL)) == MailServerSetting(_SERVER)


def test_a_certificate_lies_beside_the_secret_that_names_it(secret: Path) -> None:
    secret.write_text(f"{_URL}?ca=ca.pem")
    (secret.parent / "ca.pem").touch()
    server = read_mail_server(document(), Path("/"), Overrides(smtp_url_file=secret)).server
    assert server == SmtpServer("mail.example.org", 465, "tls", "robot", "hunter2", secret.parent / "ca.pem")


def faults(document: Document, folder: Path, overrides: Overrides) -> list[str]:
    found = read_mail_server(document, folder, overrides)
    assert found.server is None
    return [str(fault) for fault in found.faults]


_SCHEME = "the SMTP URL must begin with smtps://, smtp+starttls:// or smtp://"


def test_a_fault_in_the_secret_has_the_position_of_its_name(secret: Path) -> None:
    secret.write_text("hunter2")
    named = document("mail:\n  smtp_url_file: url")
    assert faults(named, secret.parent, Overrides()) == [
        f"s.yaml:2:18: mail.smtp_url_file: {secret}: {_SCHEME}"
    ]
    assert faults(document(), Path("/"), Overrides(smtp_url_file=secret)) == [
        f"DIGEST_SMTP_URL_FILE: {secret}: {_SCHEME}"
    ]
    assert faults(document(), Path("/"), Overrides(smtp_url="hunter2")) == [f"DIGEST_SMTP_URL: {_SCHEME}"]


def test_a_secret_that_others_can_read_is_a_fault_with_its_remedy(secret: Path) -> None:
    secret.chmod(0o644)
    assert faults(document(), Path("/"), Overrides(smtp_url_file=secret)) == [
        f"DIGEST_SMTP_URL_FILE: {secret}: others may read this secret; run: chmod 600 {secret}"
    ]


@pytest.mark.parametrize(
    ("url", "warning"),
    [
        (
            "smtp+starttls://u:p@h:465",
            "port 465 speaks TLS from the first byte; write smtps://, or port 587",
        ),
        ("smtp://localhost:465", "port 465 speaks TLS from the first byte; write smtps://"),
        (
            "smtps://u:p@h:587",
            "port 587 speaks no TLS before STARTTLS; write smtp+starttls://, or port 465",
        ),
        ("smtps://u:p@h:25", "port 25 speaks no TLS before STARTTLS; write smtp+starttls://"),
    ],
)
def test_a_port_that_is_another_ways_is_wondered_at(url: str, warning: str) -> None:
    found = read_mail_server(document(), Path("/"), Overrides(smtp_url=url))
    assert [str(one) for one in found.warnings] == [f"DIGEST_SMTP_URL: {warning}"]
    assert found.server


@pytest.mark.parametrize(
    "url", ["smtps://h", "smtp+starttls://h", "smtp+starttls://h:2525", "smtps://h:2465"]
)
def test_other_ports_are_taken_without_a_word(url: str) -> None:
    assert read_mail_server(document(), Path("/"), Overrides(smtp_url=url)).warnings == ()


# Tokens

_WITH_TOKEN = Overrides(smtp_url="smtps+xoauth2://me@x.example@h")


def token_of(text: str, overrides: Overrides = _WITH_TOKEN) -> TokenSource | None:
    server = read_mail_server(document(text), Path("/c"), overrides).server
    return server.token if server else None


def test_a_token_comes_from_a_file_or_a_command() -> None:
    assert token_of("mail: {smtp_token_file: t}") == TokenSource(file=Path("/c/t"), folder=Path("/c"))
    assert token_of("mail: {smtp_token_command: [get, me]}") == TokenSource(
        command=("get", "me"), folder=Path("/c")
    )


def test_a_token_file_may_be_guarded_by_systemd() -> None:
    token = token_of("mail: {smtp_token_file: /s/t}", replace(_WITH_TOKEN, credentials=Path("/s")))
    assert token == TokenSource(file=Path("/s/t"), folder=Path("/c"), is_guarded=True)


def test_a_password_needs_no_token() -> None:
    assert token_of("mail: {smtp_token_file: t}", Overrides(smtp_url=_URL)) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("welcome: 1", "+xoauth2 needs a token: name smtp_token_command or smtp_token_file below mail"),
        (
            "mail: {smtp_token_file: t, smtp_token_command: [t]}",
            "smtp_token_command and smtp_token_file are both set below mail; delete one of them",
        ),
    ],
    ids=["none", "two"],
)
def test_a_user_without_a_password_needs_one_source_of_tokens(text: str, problem: str) -> None:
    assert faults(document(text), Path("/c"), _WITH_TOKEN) == [f"DIGEST_SMTP_URL: {problem}"]


# A new password


def test_a_server_is_read_again_with_its_new_password(secret: Path) -> None:
    known = replace(_SERVER, url_file=secret)
    assert reread(known) == known
    secret.write_text("smtps://robot:hunter3@mail.example.org")
    assert reread(known) == replace(_SERVER, password="hunter3")


@pytest.mark.parametrize("text", ["", "smtps://robot:hunter", "smtps+xoauth2://robot@mail.example.org"])
def test_a_server_that_cannot_be_read_again_stays_the_same(secret: Path, text: str) -> None:
    secret.write_text(text)
    assert reread(replace(_SERVER, url_file=secret)) == _SERVER
    assert reread(_SERVER) == _SERVER


def test_a_server_with_a_token_keeps_its_source(secret: Path) -> None:
    secret.write_text("smtps+xoauth2://you@mail.example.org")
    known = SmtpServer("h", 465, "tls", "me", token=TokenSource(Path("/t")), url_file=secret)
    assert reread(known) == SmtpServer("mail.example.org", 465, "tls", "you", token=known.token)
