from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.smtp_url import smtp_server
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
def test_an_url_names_a_server(url: str, expected: SmtpServer, tmp_path: Path) -> None:
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
            "smtps://u:hunter2@h?ca=hunter2.pem",
            "the certificate file of the SMTP address (ca=) does not exist; mend its path",
        ),
    ],
)
def test_a_faulty_url_is_told_without_showing_it(url: str, problem: str, tmp_path: Path) -> None:
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
