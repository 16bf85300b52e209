"""Take the SMTP URL apart, as people write it: `smtps://user:password@host:465`.

The URL holds a password, so no fault shows any part of it.
"""

import re
from pathlib import Path
from urllib.parse import parse_qs, unquote

from digest.config.fields import is_loopback
from digest.domain.settings import SmtpServer
from digest.system.places import Kind, place_of

_SECURITY = {"smtps": ("tls", 465), "smtp+starttls": ("starttls", 587), "smtp": ("plain", 25)}

_HOST_AND_PORT = re.compile(
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>\d{1,5}))?/?", re.IGNORECASE | re.ASCII
)

_BLANK = " \t\r\n\ufeff\u200b\xa0"
_SCHEME = r"smtps?(?:\+\w+)*://"
_ASSIGNMENT = re.compile(rf"\A(?:export\s+)?[A-Za-z_]\w*\s*[=:]\s*(?=[\"'“‘]?{_SCHEME})", re.IGNORECASE)
_QUOTED = re.compile(r"""["'“‘](.*)["'”’]\s*(?:#.*)?""")
_COMMENT = re.compile(r"\s+#[^@]*$")
_COMMENT_OR_PASSWORD = re.compile(r"@.*\s#.*@")
_XOAUTH2 = "+xoauth2"

_HIGHEST_PORT = 65535
_OPTIONS = "the part after the ? of the SMTP URL must be ca=FILE or insecure=yes"


def tidy_url(text: str) -> str:
    """The URL without what is often written around it: white space, quotes, `export NAME=` and a comment."""
    text = _ASSIGNMENT.sub("", text.strip(_BLANK), count=1)
    if quoted := _QUOTED.fullmatch(text):
        return quoted[1].strip(_BLANK)
    return _COMMENT.sub("", text)


def smtp_server(url: str, folder: Path) -> SmtpServer:
    """The server of `smtp+starttls://user:password@host:587?ca=FILE`.

    User and password end at the last `@` and are percent-decoded. A relative FILE starts at `folder`. With
    `+xoauth2` behind the scheme there is a user and no password: a token is still to be added.
    Raises ValueError.
    """
    url = tidy_url(url)
    if _COMMENT_OR_PASSWORD.search(url):  # a guess may send the password to a wrong host
        raise ValueError(
            "an @ stands before and after the # in the SMTP URL: if the # is in the password, write "
            "it as %23; write a comment in a line of its own"
        )
    scheme, _, rest = url.partition("://")
    with_token = scheme.lower().endswith(_XOAUTH2)
    scheme = scheme.lower().removesuffix(_XOAUTH2)
    if scheme not in _SECURITY:
        raise ValueError("the SMTP URL must begin with smtps://, smtp+starttls:// or smtp://")
    security, default_port = _SECURITY[scheme]
    login, at, location = rest.rpartition("@")
    server, _, query = location.partition("?")
    host, port = _host_and_port(server)
    user, password = _login(login, with_token=with_token) if at or with_token else (None, None)
    options = _options(query)
    if security == "plain" and not is_loopback(host):
        _refuse_unencrypted(options, with_password=user is not None)
    ca_file = _ca_file(options.get("ca"), folder)
    return SmtpServer(host, port or default_port, security, user, password, ca_file)


def _host_and_port(text: str) -> tuple[str, int | None]:
    server = _HOST_AND_PORT.fullmatch(text)
    if not server:
        raise ValueError(
            "the SMTP URL must name a host and may name a port, as in smtps://user:password@host:465; "
            "in the password write % as %25 and @ as %40"
        )
    port = int(server["port"]) if server["port"] else None
    if port is not None and not 1 <= port <= _HIGHEST_PORT:
        raise ValueError(f"the port of the SMTP URL must be from 1 to {_HIGHEST_PORT}")
    return server["host"].strip("[]").lower(), port


def _login(text: str, *, with_token: bool) -> tuple[str, str | None]:
    user, colon, password = text.partition(":")
    if with_token and (colon or not user):
        raise ValueError("with +xoauth2 the SMTP URL must have a user and no password before the @")
    if not (with_token or (user and password)):
        raise ValueError("the SMTP URL must have user:password before the @, or neither of them")
    try:
        decoded = unquote(user, errors="strict"), unquote(password, errors="strict")
    except UnicodeDecodeError:
        problem = "user and password of the SMTP URL must be UTF-8, percent-encoded; write % as %25"
        raise ValueError(problem) from None
    if not all(part.isprintable() for part in decoded):
        raise ValueError(
            "user or password of the SMTP URL has a character that cannot be seen, such as the space "
            "U+00A0 that web pages have; type it again"
        )
    return decoded[0], None if with_token else decoded[1]


def _options(query: str) -> dict[str, str]:
    try:
        options = parse_qs(query, keep_blank_values=True, strict_parsing=True) if query else {}
    except ValueError as exc:
        raise ValueError(_OPTIONS) from exc
    if options.keys() - {"ca", "insecure"} or options.get("insecure", ["yes"]) != ["yes"]:
        raise ValueError(_OPTIONS)
    return {name: values[-1] for name, values in options.items()}


def _refuse_unencrypted(options: dict[str, str], *, with_password: bool) -> None:
    if with_password:
        raise ValueError(
            "smtp:// would send the password unencrypted beyond this machine; "
            "use smtps:// or smtp+starttls://, or leave user and password out"
        )
    if "insecure" not in options:
        raise ValueError(
            "smtp:// sends mails unencrypted, so it is for this machine only; "
            "use smtps:// or smtp+starttls://, or add ?insecure=yes"
        )


def _ca_file(text: str | None, folder: Path) -> Path | None:
    if text is None:
        return None
    file = folder / text
    if place_of(file).kind is not Kind.FILE:
        raise ValueError("the certificate file of the SMTP URL (ca=) does not exist; fix its path")
    return file
