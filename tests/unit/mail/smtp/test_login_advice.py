"""What real servers say to a login, and what their operator's friend would answer."""

import pytest

from digest.mail.smtp.login_advice import login_advice, mechanism_advice
from digest.mail.smtp.replies import Reply

USUAL = "see that user and password of the SMTP URL are right"
GOOGLE = "Google wants an application password"
APPLICATION = "make an application password"
MICROSOFT = "Microsoft has switched basic authentication, that is passwords, off here"
EXCHANGE = "Exchange says so of a wrong password and of a mailbox that may not log in by one"
SMTP_AUTH = (
    "SMTP AUTH is switched off, the password is not the cause: the administrator switches it on for the "
)
RULE = "a rule of the organisation refuses this login"
LOCKED = "the account is locked"
BROWSER = "log in to the account once in a browser"
EXPIRED = "the password has expired"
TOO_MANY = "too many logins"
LATER = "nothing to do: the server cannot check logins now"
CODE = "the provider wants its authorization code"
SWITCHED_OFF = "turn SMTP on in the settings of the web mail"
UNENCRYPTED = "the server lets nobody log in without TLS"
SENDGRID = "the user is the word apikey"
MAILGUN = "Mailgun wants the SMTP credentials"
SES = "Amazon SES wants SMTP credentials"
SAFER = "the server wants a safer way"
WAY = "the server does not take this way to log in here"
RENEW = "get a new token"

REPLIES = [
    ("", 535, "5.7.8 Username and Password not accepted. https://x/?p=BadCredentials a-1", GOOGLE),
    ("", 534, "5.7.9 Application-specific password required. Learn more at\n5.7.9 https://x", GOOGLE),
    ("smtp.gmail.com", 535, "5.7.8 no", GOOGLE),
    ("smtp-relay.gmail.com", 534, "5.7.9 no", GOOGLE),
    ("", 534, "5.7.14 Please log in via your web browser and then try again.", BROWSER),
    ("", 454, "4.7.0 Too many login attempts, please try again later.", TOO_MANY),
    ("", 535, "5.7.139 Unsuccessful, basic authentication is disabled. [AM0PR01]", MICROSOFT),
    ("", 535, "5.7.139 Unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit",
     f"{SMTP_AUTH}organisation"),
    ("", 535, "5.7.139 Unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit",
     f"{SMTP_AUTH}mailbox"),
    ("", 535, "5.7.139 Unsuccessful, the request did not meet the criteria to be authenticated", RULE),
    ("", 535, "5.7.139 Unsuccessful, user is locked by your organization's security defaults", RULE),
    ("", 535, "5.7.139 Unsuccessful, the user credentials were incorrect.", USUAL),
    ("", 535, "5.7.139 no", MICROSOFT),
    ("", 535, "5.7.3 Authentication unsuccessful [VI1PR0]", EXCHANGE),
    ("smtp.office365.com", 535, "5.7.8 no", MICROSOFT),
    ("", 432, "4.3.2 Concurrent connections limit exceeded", TOO_MANY),
    ("", 454, "4.7.0 Temporary authentication failure", LATER),
    ("", 421, "4.3.2 Service not available", LATER),
    ("", 454, "4.7.0 invalid username or password", USUAL),
    ("", 432, "4.7.12 A password transition is needed", EXPIRED),
    ("", 535, "5.7.8 Your password has expired", EXPIRED),
    ("", 535, "5.7.0 Account is temporarily locked", LOCKED),
    ("smtp.mail.yahoo.com", 535, "5.7.0 (#AUTH005) Incorrect username or password", APPLICATION),
    ("smtp.aol.com", 535, "5.7.0 no", APPLICATION),
    ("smtp.mail.me.com", 535, "5.7.8 Error: authentication failed", APPLICATION),
    ("smtp.fastmail.com", 535, "5.7.0 Incorrect username or password", APPLICATION),
    ("", 535, "5.7.0 You must use an app password with this service", APPLICATION),
    ("", 535, "5.7.0 NEOBHODIM parol prilozheniya / Application password is REQUIRED", APPLICATION),
    ("mail.gmx.net", 535, "Authentication credentials invalid", SWITCHED_OFF),
    ("smtp.web.de", 535, "Authentication credentials invalid", SWITCHED_OFF),
    ("smtp.zoho.eu", 535, "Authentication Failed", APPLICATION),
    ("", 535, "Login Fail. Please enter your authorization code to login. More in https://x", CODE),
    ("smtp.qq.com", 535, "Error", CODE),
    ("smtp.163.com", 535, "Error: authentication failed", CODE),
    ("", 550, "User has no permission", SWITCHED_OFF),
    ("", 535, "5.7.8 This user does not have access rights to this service", SWITCHED_OFF),
    ("", 535, "5.7.1 SMTP service is not enabled for this account", SWITCHED_OFF),
    ("email-smtp.eu-west-1.amazonaws.com", 535, "Authentication Credentials Invalid", SES),
    ("smtp.sendgrid.net", 535, "Authentication failed: Bad username / password", SENDGRID),
    ("", 535, "The provided authorization grant is invalid, expired, or revoked", SENDGRID),
    ("", 535, "5.7.0 Mailgun is not loving your login or password", MAILGUN),
    ("", 530, "5.7.0 Must issue a STARTTLS command first", UNENCRYPTED),
    ("", 538, "5.7.11 no", UNENCRYPTED),
    ("", 535, "5.7.0 Encryption required for requested authentication mechanism", UNENCRYPTED),
    ("", 534, "5.7.9 Mechanism too weak", SAFER),
    ("", 504, "5.7.4 Unrecognized Authentication Type", WAY),
    ("", 503, "5.5.1 AUTH not available", WAY),
    ("", 535, "5.7.8 Error: authentication failed: UGFzc3dvcmQ6", USUAL),
    ("mail.example.org", 535, "Incorrect authentication data", USUAL),
    ("gmail.com.example.org", 535, "no", USUAL),
]  # fmt: skip


@pytest.mark.parametrize(("host", "code", "words", "advice"), REPLIES)
def test_a_refused_login_has_the_advice_that_fits(host: str, code: int, words: str, advice: str) -> None:
    assert login_advice(host or "127.0.0.1", Reply(code, words.encode())).startswith(advice)


@pytest.mark.parametrize(
    ("host", "code", "words", "advice"),
    [
        ("smtp.gmail.com", 535, "5.7.8 Username and Password not accepted. BadCredentials", RENEW),
        ("smtp.office365.com", 535, "5.7.3 Authentication unsuccessful", RENEW),
        ("h", 535, "5.7.139 no, SmtpClientAuthentication is disabled for the Mailbox", f"{SMTP_AUTH}mailbox"),
        ("h", 454, "4.7.0 Temporary authentication failure", LATER),
    ],
)
def test_a_refused_token_is_no_wrong_password(host: str, code: int, words: str, advice: str) -> None:
    assert login_advice(host, Reply(code, words.encode()), with_token=True).startswith(advice)


@pytest.mark.parametrize(
    ("offered", "is_encrypted", "has_starttls", "with_token", "advice"),
    [
        ((), False, True, False, UNENCRYPTED),
        ((), True, False, False, "a server takes logins at port 465 (smtps://) or 587"),
        (("XOAUTH2",), True, False, False, "the server takes no passwords, only tokens: log in by a token"),
        (("NTLM", "GSSAPI"), True, False, False, "ask the operator of the server to allow PLAIN or LOGIN"),
        (("PLAIN", "LOGIN"), True, False, True, "this server takes no tokens"),
    ],
)
def test_a_server_without_a_way_that_we_know_has_its_advice(
    offered: tuple[str, ...], is_encrypted: bool, has_starttls: bool, with_token: bool, advice: str
) -> None:
    found = mechanism_advice(
        offered, is_encrypted=is_encrypted, has_starttls=has_starttls, with_token=with_token
    )
    assert found.startswith(advice)
