"""What to do about a refused login: a table of what mail servers say, and what they mean by it. Pure.

The codes say little: 535 is "wrong password", "no passwords any more" and "not by this way". The words
decide, and then the server's name, since some say nothing.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from digest.mail.smtp.replies import Reply

LOGIN_WANTED = (
    "the server wants TLS and a login first: write smtps:// or smtp+starttls:// and user:password@ into the "
    "SMTP URL"
)
USUAL = (
    "see that user and password of the SMTP URL are right (write % as %25 and @ as %40 there); many "
    "providers want an application password in place of your own"
)
_XOAUTH2 = (
    "log in by a token: smtp+starttls+xoauth2://user@host:587 and smtp_token_command below mail "
    "(docs/delivery.md)"
)
_IN_URL = "write it into the SMTP URL in place of your own password"
_APPLICATION = f"make an application password in the security settings of the account, and {_IN_URL}"
_GOOGLE = (
    "Google wants an application password: turn on 2-step verification, make one at "
    f"https://myaccount.google.com/apppasswords, and {_IN_URL}"
)
_MICROSOFT = f"Microsoft has switched basic authentication, that is passwords, off here: {_XOAUTH2}"
_EXCHANGE = (
    f"Exchange says so of a wrong password and of a mailbox that may not log in by one: {_XOAUTH2}, or ask "
    "the administrator"
)
_SMTP_AUTH = (
    "SMTP AUTH is switched off, the password is not the cause: the administrator switches it on for the {} "
    "({} -SmtpClientAuthenticationDisabled $false)"
)
_TENANT = _SMTP_AUTH.format("organisation", "Set-TransportConfig")
_MAILBOX = _SMTP_AUTH.format("mailbox", "Set-CASMailbox")
_RULE = f"a rule of the organisation refuses this login: ask the administrator, or {_XOAUTH2}"
_LOCKED = "the account is locked: log in once in a browser, or ask the provider or administrator"
_BROWSER = "log in to the account once in a browser and allow the new device, then try again"
_EXPIRED = "the password has expired: set a new one in a browser, and write it into the SMTP URL"
_TOO_MANY = "too many logins: wait an hour; the mails stay queued. Set connections: 1 below mail"
_LATER = "nothing to do: the server cannot check logins now; the mails stay queued and are tried again"
_CODE = (
    "the provider wants its authorization code (授权码) in place of the password: turn SMTP on in the "
    f"settings of the web mail, get the code there, and {_IN_URL}"
)
_SWITCHED_OFF = (
    "turn SMTP on in the settings of the web mail (IMAP and SMTP, external programs); with two-factor "
    "authentication, make an application password there too"
)
_UNENCRYPTED = "the server lets nobody log in without TLS: use smtp+starttls:// or smtps://"
_SENDGRID = "the user is the word apikey, the password the API key: smtps://apikey:KEY@smtp.sendgrid.net:465"
_MAILGUN = (
    "Mailgun wants the SMTP credentials of the domain, not the API key; domains in Europe have the host "
    "smtp.eu.mailgun.org"
)
_SES = "Amazon SES wants SMTP credentials, made in its console for one region: an IAM access key is none"
_BREVO = "Brevo wants an SMTP key and the login that stands beside it, not the password of the account"
_MAILJET = "the user is the API key, the password the secret key"
_POSTMARK = "user and password are both the API token of the server"
_PROTON = "the password is the one that Proton's Bridge shows, or an SMTP token"
_T_ONLINE = "the password is the one for e-mail programs, which you set in the customer centre"
_ZOHO = f"{_APPLICATION}; the host is that of the account's region, such as smtp.zoho.eu"
_SAFER = "the server wants a safer way to log in: ask its operator which one"
_WAY = "the server does not take this way to log in here: use smtps:// (port 465) or smtp+starttls:// (587)"
_RENEW = (
    "get a new token: this one has expired, belongs to another mailbox than the user of the SMTP URL, or "
    "lacks the scope (Google: https://mail.google.com/, Microsoft: https://outlook.office.com/SMTP.Send)"
)

# The first row that fits decides: the codes (`*` is anything), and what the words have in small letters.
_BY_WORDS: Sequence[tuple[str, str, str]] = (
    # codes         words, advice
    ("*",           r"smtpclientauthentication is disabled for the tenant", _TENANT),
    ("*",           r"smtpclientauthentication is disabled", _MAILBOX),
    ("*",           r"account (is|was|has been) (\w+ )?(locked|disabled|suspended|blocked)", _LOCKED),
    ("*",           r"too many|rate limit|concurrent connections|temporar(il)?y (blocked|locked)", _TOO_MANY),
    ("*",           r"starttls (command )?first|must issue|encryption (is )?required", _UNENCRYPTED),
    ("*",           r"requires? (tls|ssl|encryption)|(secure|encrypted) connection", _UNENCRYPTED),
    ("538*",        "", _UNENCRYPTED),
    ("*",           r"password (has |is )?expired|password transition|expired password", _EXPIRED),
    ("4*",          r"^(?!.*(invalid|incorrect|wrong|not accepted))", _LATER),
)  # fmt: skip
"""Holds for a login by a token too. Some servers refuse a wrong password as if it were for now: 454."""

_BY_WORDS_OF_PASSWORDS: Sequence[tuple[str, str, str]] = (
    ("*",           r"basic auth(entication)? is (disabled|not|no longer)", _MICROSOFT),
    ("*",           r"user credentials were incorrect", USUAL),
    ("*",           r"did not meet the criteria|conditional access|security defaults", _RULE),
    ("535 5.7.139", "", _MICROSOFT),
    ("535 5.7.3",   r"authentication unsuccessful", _EXCHANGE),
    ("*",           r"application-specific password|badcredentials|invalidsecondfactor", _GOOGLE),
    ("*",           r"log ?in (via|with) (your|a) (web )?browser|web ?login ?required", _BROWSER),
    ("*",           r"app(lication)?[- ]?(specific )?password|parol prilozheniya", _APPLICATION),
    ("*",           r"two[- ](factor|step)|2fa|2-step|second factor|multi-?factor", _APPLICATION),
    ("*",           r"authori[sz]ation code|auth(entication)? code|授权码", _CODE),
    ("*",           r"mail\.qq\.com|login fail\. (please|account)", _CODE),
    ("*",           r"sendgrid|authorization grant is invalid", _SENDGRID),
    ("*",           r"mailgun", _MAILGUN),
    ("*",           r"(smtp|imap|pop3|service)\b.{0,40}(not (enabled|open)|disabled)", _SWITCHED_OFF),
    ("*",           r"does not have access rights|has no permission|not enabled for", _SWITCHED_OFF),
)  # fmt: skip

# Where the words say nothing, the name of the server does.
_BY_SERVER: Sequence[tuple[str, str]] = (
    (r"(gmail|google|googlemail)\.com",                    _GOOGLE),
    (r"(office365|outlook|hotmail|live)\.com",             _MICROSOFT),
    (r"amazonaws\.com(\.cn)?",                             _SES),
    (r"sendgrid\.net",                                     _SENDGRID),
    (r"mailgun\.org",                                      _MAILGUN),
    (r"(brevo|sendinblue)\.com",                           _BREVO),
    (r"mailjet\.com",                                      _MAILJET),
    (r"postmarkapp\.com",                                  _POSTMARK),
    (r"(qq|163|126|yeah|sina|aliyun)\.(com|net|cn)",       _CODE),
    (r"gmx\.\w+|web\.de|mail\.com|1und1\.de",              _SWITCHED_OFF),
    (r"t-online\.de",                                      _T_ONLINE),
    (r"zoho(cloud)?\.\w+(\.\w+)?",                         _ZOHO),
    (r"proton(mail)?\.(me|ch)",                            _PROTON),
    (r"(yahoo|aol|me|icloud|fastmail|messagingengine)\.com(\.\w+)?|yandex\.\w+|mail\.ru", _APPLICATION),
)  # fmt: skip

_BY_CODE: Sequence[tuple[str, str]] = (("534*", _SAFER), ("50[0-4]*", _WAY))


def login_advice(host: str, reply: Reply, *, with_token: bool = False) -> str:
    """What to do about this reply of the server to a login, which was by a token or by a password."""
    words = reply.words.decode("utf-8", "replace").casefold()
    codes = f"{reply.code:03} {reply.enhanced}".strip()
    for pattern, found, advice in (*_BY_WORDS, *(() if with_token else _BY_WORDS_OF_PASSWORDS)):
        if fnmatchcase(codes, pattern) and re.search(found, words):
            return advice
    if with_token:
        return _RENEW
    by_server = (advice for name, advice in _BY_SERVER if re.search(rf"(^|\.)({name})$", host))
    by_code = (advice for pattern, advice in _BY_CODE if fnmatchcase(codes, pattern))
    return next(by_server, None) or next(by_code, USUAL)


def mechanism_advice(
    offered: Sequence[str], *, is_encrypted: bool, has_starttls: bool, with_token: bool
) -> str:
    """What to do about a server that offers no way to log in that the program knows."""
    if not offered and has_starttls and not is_encrypted:
        return _UNENCRYPTED
    if not offered:
        return (
            "a server takes logins at port 465 (smtps://) or 587 (smtp+starttls://); if this one needs none, "
            "leave user:password@ out of the SMTP URL"
        )
    if with_token:
        return "this server takes no tokens: write a URL without +xoauth2, with user:password@"
    if "XOAUTH2" in offered or "OAUTHBEARER" in offered:
        return f"the server takes no passwords, only tokens: {_XOAUTH2}"
    return "ask the operator of the server to allow PLAIN or LOGIN over TLS, or use another relay"
