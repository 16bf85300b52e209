"""What it means that a mail server refuses a login, and what to do. Pure.

The words: Gmail, iCloud, Yahoo, Microsoft 365 and Dovecot; RFC 5530 for the codes in brackets.
"""

_APPLICATION = (
    "make an application password in the security settings of this account, and use it in place of its own"
)
_TOKENS_ONLY = "this provider takes no passwords over IMAP: forward the answers to a mailbox that does"
_CODE = (
    "make an authorization code (授权码) in the settings of the web mail, and use it in place of the password"
)
_WRONG = "see that user and password are right: the password is in DIGEST_INBOX_PASSWORD, or in its file"
_LATER = "nothing is lost: it is read the next time"

_TEMPORARY = ("[unavailable]", "[inuse]", "[limit]", "too many", "try again", "temporar", "server busy")

_HINTS = (
    (("application-specific", "app password", "app-specific", "application password"), _APPLICATION),
    (("basicauth", "basic auth", "xoauth2", "oauth"), _TOKENS_ONLY),
    (
        ("not enabled for imap", "imap access is disabled", "imap is disabled", "imap disabled"),
        "switch IMAP on in its settings",
    ),
    (("授权码", "authorization code", "unsafe login"), _CODE),
    (("web login", "webalert", "web browser"), "log in to this account once in a browser, then try again"),
    (("[contactadmin]", "locked"), "the account is locked: ask its provider or administrator"),
    (("[privacyrequired]", "plaintext auth"), "use imaps:// or imap+starttls:// in the address"),
    (("[expired]",), "the password has expired: set a new one"),
)

_OF_HOSTS = (
    (("gmail.com", "googlemail.com", "mail.me.com", "icloud.com", "yahoo.com", "aol.com"), _APPLICATION),
    (("qq.com", "163.com", "126.com", "yeah.net"), _CODE),
    (("office365.com", "outlook.com", "office.com"), _TOKENS_ONLY),
)
"""What is mostly the cause where the words say only that the login failed."""


def is_temporary(words: str) -> bool:
    """Whether the same login may succeed later."""
    return any(word in words.lower() for word in _TEMPORARY)


def login_hint(host: str, words: str) -> str:
    """What to do after these words of the server."""
    said = words.lower()
    if is_temporary(said):
        return _LATER
    for signs, hint in _HINTS:
        if any(sign in said for sign in signs):
            return hint
    usual = [hint for names, hint in _OF_HOSTS if any(f".{host}".endswith(f".{name}") for name in names)]
    return "; ".join([_WRONG, *usual])
