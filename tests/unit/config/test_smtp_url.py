from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.environment import Overrides
from digest.config.smtp_url import read_secret, read_smtp, smtp_server
from digest.config.yaml_document import Document, parse
from digest.domain.settings import SmtpServer

_HOST = (
    "the SMTP address must name a host and may name a port, as in smtps://user:password@host:465; "
    "in the password write % as %25 and @ as %40"
)
_LOGIN = "the SMTP address must have user:password before the @, or neither of them"
_OPTIONS = "the part after the ? of the SMTP address must be ca=FILE or insecure=yes"
_OPEN = (
    "smtp:// sends mails unencrypted, so it is for this machine only; "
    "use smtps:// or smtp+starttls://, or add ?insecure=yes"
)
_OPEN_PASSWORD = (
    "smtp:// would send the password unencrypted beyond this machine; "
    "use smtps:// or smtp+starttls://, or leave user and password out"
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://u:p@mail.example.org", SmtpServer("mail.example.org", 465, "tls", "u", "p")),
        ("SMTPS://u:p@MAIL.example.org:1/", SmtpServer("mail.example.org", 1, "tls", "u", "p")),
        ("smtp+starttls://mail.example.org", SmtpServer("mail.example.org", 587, "starttls")),
        ("smtp://localhost", SmtpServer("localhost", 25, "plain")),
        ("smtp://[::1]:2525", SmtpServer("::1", 2525, "plain")),
        ("smtp://10.0.0.1?insecure=yes", SmtpServer("10.0.0.1", 25, "plain")),
        ("smtps://me@x.org:a@b:c/d?e#f@h.org", SmtpServer("h.org", 465, "tls", "me@x.org", "a@b:c/d?e#f")),
        ("smtps://me%40x.org:p%25%C3%A4@h.org", SmtpServer("h.org", 465, "tls", "me@x.org", "p%ä")),
    ],
    ids=[
        "tls",
        "case and port",
        "starttls",
        "plain",
        "IPv6",
        "insecure on purpose",
        "raw characters",
        "coded",
    ],
)
def test_a_url_is_read_as_a_server(url: str, expected: SmtpServer, tmp_path: Path) -> None:
    assert smtp_server(url, tmp_path) == expected


def test_a_certificate_file_is_taken_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("certificate")
    server = smtp_server("smtps://mail.example.org?ca=ca.pem", tmp_path)
    assert server == SmtpServer("mail.example.org", 465, "tls", ca_file=tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("hunter2", "the SMTP address must begin with smtps://, smtp+starttls:// or smtp://"),
        ("imaps://u:hunter2@h", "the SMTP address must begin with smtps://, smtp+starttls:// or smtp://"),
        ("smtps://u:hunter2@", _HOST),
        ("smtps://u:hunter2", _HOST),
        ("smtps://u:hunter2@h:port", _HOST),
        ("smtps://u:hunter2@h/path", _HOST),
        ("smtps://u:hunter2@h h", _HOST),
        ("smtps://u:hunter2@h:0", "the port of the SMTP address must be from 1 to 65535"),
        ("smtps://u:hunter2@h:65536", "the port of the SMTP address must be from 1 to 65535"),
        ("smtps://hunter2@h", _LOGIN),
        ("smtps://:hunter2@h", _LOGIN),
        ("smtps://hunter2:@h", _LOGIN),
        ("smtps://u:hunter2%ff@h", "user and password of the SMTP address must be UTF-8, percent-encoded"),
        (
            "smtps://u:hunter2%0d%0a@h",
            "user or password of the SMTP address has a control character; delete it",
        ),
        ("smtps://u:hunter2@h?ca", _OPTIONS),
        ("smtps://u:hunter2@h?hunter2=yes", _OPTIONS),
        ("smtp://u:hunter2@h?insecure=no", _OPTIONS),
        ("smtp://h", _OPEN),
        ("smtp://u:hunter2@h", _OPEN_PASSWORD),
        ("smtp://u:hunter2@h?insecure=yes", _OPEN_PASSWORD),
        (
            f"smtps://u:hunter2@h?ca={'x' * 300}",
            "the certificate file of the SMTP address (ca=) does not exist; fix its path",
        ),
        (
            "smtps://u:hunter2@h?ca=hunter2.pem",
            "the certificate file of the SMTP address (ca=) does not exist; fix its path",
        ),
    ],
)
def test_the_fault_of_a_url_does_not_show_the_url(url: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        smtp_server(url, tmp_path)
    assert str(caught.value) == problem


@given(st.text(max_size=60))
def test_no_part_of_a_password_is_ever_in_a_fault(text: str) -> None:
    assert "Zq7" not in _outcome(f"smtps://user:Zq7{text}")


def _outcome(url: str) -> str:
    try:
        return repr(smtp_server(url, Path("/")))
    except ValueError as error:
        return str(error)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "smtp-url"
    file.touch(mode=0o600)
    return file


def test_the_one_line_is_read_without_its_line_end(file: Path) -> None:
    file.write_text("smtps://u:p@h\n")
    assert read_secret(file, None) == "smtps://u:p@h"


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
        str(caught.value)
        == "must have exactly one line, the SMTP address; write it, or delete the other lines"
    )


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        read_secret(tmp_path / "none", None)
    assert str(caught.value) == ("cannot be read (No such file or directory); make it, or correct the path")


def test_a_file_that_is_not_utf_8_is_refused(file: Path) -> None:
    file.write_bytes(b"hunter2\xff")
    with pytest.raises(ValueError) as caught:
        read_secret(file, None)
    assert str(caught.value) == "not UTF-8; write the SMTP address on its first line"


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


def faults(document: Document, folder: Path, overrides: Overrides) -> list[str]:
    server, faults = read_smtp(document, folder, overrides)
    assert server is None
    return [str(fault) for fault in faults]


_SCHEME = "the SMTP address must begin with smtps://, smtp+starttls:// or smtp://"


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
