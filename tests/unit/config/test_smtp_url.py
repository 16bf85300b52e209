from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.smtp_url import smtp_server
from digest.domain.settings import SmtpServer

_HOST = (
    "the SMTP URL must name a host and may name a port, as in smtps://user:password@host:465; "
    "in the password write % as %25 and @ as %40"
)
_SCHEME = "the SMTP URL must begin with smtps://, smtp+starttls:// or smtp://"
_TOKEN = "with +xoauth2 the SMTP URL must have a user and no password before the @"
_CODING = "user and password of the SMTP URL must be UTF-8, percent-encoded; write % as %25"
_INVISIBLE = (
    "user or password of the SMTP URL has a character that cannot be seen, such as the space U+00A0 that "
    "web pages have; type it again"
)
_LOGIN = "the SMTP URL must have user:password before the @, or neither of them"
_COMMENT = (
    "an @ stands before and after the # in the SMTP URL: if the # is in the password, write it as %23; "
    "write a comment in a line of its own"
)
_OPTIONS = "the part after the ? of the SMTP URL must be ca=FILE or insecure=yes"
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
        ("smtps://me@x.org:100%@h.org", SmtpServer("h.org", 465, "tls", "me@x.org", "100%")),
        ("smtp+starttls+xoauth2://me@x.org@h.org", SmtpServer("h.org", 587, "starttls", "me@x.org")),
        ("SMTPS+XOAuth2://me%40x.org@h.org:1", SmtpServer("h.org", 1, "tls", "me@x.org")),
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
        "a percent sign",
        "token",
        "token and port",
    ],
)
def test_a_url_is_read_as_a_server(url: str, expected: SmtpServer, tmp_path: Path) -> None:
    assert smtp_server(url, tmp_path) == expected


@pytest.mark.parametrize(
    "written",
    [
        "\ufeff smtps://u:p@h\r\n",
        '"smtps://u:p@h"',
        "'smtps://u:p@h' ",
        "“smtps://u:p@h”",
        "export DIGEST_SMTP_URL='smtps://u:p@h'",
        "DIGEST_SMTP_URL=smtps://u:p@h",
        "smtp_url: smtps://u:p@h",
        "smtps://u:p@h  # the relay",
        'X="smtps://u:p@h" # the relay',
    ],
)
def test_what_is_often_written_around_a_url_does_no_harm(written: str, tmp_path: Path) -> None:
    assert smtp_server(written, tmp_path) == SmtpServer("h", 465, "tls", "u", "p")


def test_a_password_may_look_like_what_stands_around_a_url(tmp_path: Path) -> None:
    server = smtp_server('smtps://u:X=smtps://"p" #1@h', tmp_path)
    assert server.password == 'X=smtps://"p" #1'


def test_a_certificate_file_is_taken_from_the_folder(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("certificate")
    server = smtp_server("smtps://mail.example.org?ca=ca.pem", tmp_path)
    assert server == SmtpServer("mail.example.org", 465, "tls", ca_file=tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("hunter2", "the SMTP URL must begin with smtps://, smtp+starttls:// or smtp://"),
        ("imaps://u:hunter2@h", "the SMTP URL must begin with smtps://, smtp+starttls:// or smtp://"),
        ("smtps://u:hunter2@", _HOST),
        ("smtps://u:hunter2", _HOST),
        ("smtps://u:hunter2@h:port", _HOST),
        ("smtps://u:hunter2@h/path", _HOST),
        ("smtps://u:hunter2@h h", _HOST),
        ("smtps://u:hunter2@h:0", "the port of the SMTP URL must be from 1 to 65535"),
        ("smtps://u:hunter2@h:65536", "the port of the SMTP URL must be from 1 to 65535"),
        ("smtps://hunter2@h", _LOGIN),
        ("smtps://:hunter2@h", _LOGIN),
        ("smtps://hunter2:@h", _LOGIN),
        ("smtps://u:hunter2%ff@h", _CODING),
        (
            "smtps://u:hunter2%0d%0a@h",
            _INVISIBLE,
        ),
        ("smtps://u:hunter2\xa0hunter2@h", _INVISIBLE),
        ("smtps+xoauth2://u:hunter2@h", _TOKEN),
        ("smtps+xoauth2://hunter2", _TOKEN),
        ("smtps+xoauth2://@h", _TOKEN),
        ("smtp+starttls+oauth://hunter2@h", _SCHEME),
        ("smtp+xoauth2://hunter2@h", _OPEN_PASSWORD),
        ("smtps://u:hunter2@h:465 # ask hunter2@h", _COMMENT),
        ('"smtps://u:hunter2@h', _SCHEME),
        ("smtps://u:hunter2@h?ca", _OPTIONS),
        ("smtps://u:hunter2@h?hunter2=yes", _OPTIONS),
        ("smtp://u:hunter2@h?insecure=no", _OPTIONS),
        ("smtp://h", _OPEN),
        ("smtp://u:hunter2@h", _OPEN_PASSWORD),
        ("smtp://u:hunter2@h?insecure=yes", _OPEN_PASSWORD),
        (
            f"smtps://u:hunter2@h?ca={'x' * 300}",
            "the certificate file of the SMTP URL (ca=) does not exist; fix its path",
        ),
        (
            "smtps://u:hunter2@h?ca=hunter2.pem",
            "the certificate file of the SMTP URL (ca=) does not exist; fix its path",
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
