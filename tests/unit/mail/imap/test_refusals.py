"""What to do after a refused login, by the words that providers use."""

import pytest

from digest.mail.imap.refusals import is_temporary, login_hint


@pytest.mark.parametrize(
    ("host", "words", "hint"),
    [
        (
            "imap.gmail.com",
            "[ALERT] Application-specific password required: see help (Failure)",
            "make an app",
        ),
        ("imap.gmail.com", "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "make an application"),
        ("imap.gmail.com", "[ALERT] Your account is not enabled for IMAP use.", "switch IMAP on"),
        ("imap.mail.me.com", "[AUTHENTICATIONFAILED] Authentication failed.", "make an application password"),
        ("imap.mail.yahoo.com", "[AUTHENTICATIONFAILED] LOGIN Invalid credentials", "make an application"),
        ("outlook.office365.com", "LOGIN failed.", "this provider takes no passwords"),
        ("mx.example.org", "AuthFailed:LogonDenied-BasicAuthBlocked", "this provider takes no passwords"),
        ("mx.example.org", "[AUTHENTICATIONFAILED] Authentication failed.", "see that user and password"),
        ("mx.example.org", "[PRIVACYREQUIRED] Plaintext authentication disallowed", "use imaps://"),
        ("mx.example.org", "[EXPIRED] That password isn't valid any more", "the password has expired"),
        ("mx.example.org", "[WEBALERT https://x] Web login required.", "log in to this account once"),
        ("mx.example.org", "[AUTHORIZATIONFAILED] imap disabled", "switch IMAP on"),
        ("mx.example.org", "[CONTACTADMIN] no", "the account is locked"),
        ("imap.qq.com", "Login fail", "make an authorization code"),
        ("mx.example.org", "请使用授权码登录", "make an authorization code"),
        ("mx.example.org", "[UNAVAILABLE] Temporary authentication failure.", "nothing is lost"),
        ("notgmail.com", "[AUTHENTICATIONFAILED] no", "see that user and password are right"),
    ],
)
def test_the_hint_says_what_to_do_next(host: str, words: str, hint: str) -> None:
    assert hint in login_hint(host, words)


def test_only_some_refusals_end_by_themselves() -> None:
    words = ["[UNAVAILABLE] later", "[LIMIT] Too many simultaneous connections", "[AUTHENTICATIONFAILED] no"]
    assert list(map(is_temporary, words)) == [True, True, False]


def test_a_host_that_only_ends_like_a_provider_gets_no_advice_about_it() -> None:
    assert "application" not in login_hint("notgmail.com", "[AUTHENTICATIONFAILED] no")
