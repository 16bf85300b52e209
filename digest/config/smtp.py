"""The SMTP URL, which holds a password: no fault shows any part of it."""

import re
from pathlib import Path
from urllib.parse import parse_qs, unquote

from digest.config.endpoints import is_loopback
from digest.models import SmtpServer

_SECURITY = {"smtps": ("tls", 465), "smtp+starttls": ("starttls", 587), "smtp": ("plain", 25)}
_SERVER = re.compile(
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>\d{1,5}))?/?", re.IGNORECASE | re.ASCII
)
_HIGHEST_PORT = 65535


def smtp_server(url: str, folder: Path) -> SmtpServer:
    """`smtp+starttls://user:password@host:587?ca=FILE` → a server.

    User and password are percent-decoded, and end at the last `@`. A relative FILE is taken from `folder`.
    Raises ValueError.
    """
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in _SECURITY:
        raise ValueError("the SMTP address must begin with smtps://, smtp+starttls:// or smtp://")
    security, usual_port = _SECURITY[scheme.lower()]
    login, at, location = rest.rpartition("@")
    server, _, query = location.partition("?")
    host, port = _host_and_port(server)
    user, password = _login(login) if at else (None, None)
    options = _options(query)
    if security == "plain" and not is_loopback(host):
        _refuse_open_network(options, with_password=user is not None)
    ca_file = _ca_file(options.get("ca"), folder)
    return SmtpServer(host, port or usual_port, security, user, password, ca_file)


def _host_and_port(text: str) -> tuple[str, int | None]:
    server = _SERVER.fullmatch(text)
    if not server:
        raise ValueError(
            "the SMTP address must name a host and may name a port, as in smtps://user:password@host:465; "
            "in the password write % as %25 and @ as %40"
        )
    port = int(server["port"]) if server["port"] else None
    if port is not None and not 1 <= port <= _HIGHEST_PORT:
        raise ValueError(f"the port of the SMTP address must be from 1 to {_HIGHEST_PORT}")
    return server["host"].strip("[]").lower(), port


def _login(text: str) -> tuple[str, str]:
    user, colon, password = text.partition(":")
    if not (user and colon and password):
        raise ValueError("the SMTP address must have user:password before the @, or neither of them")
    try:
        decoded = unquote(user, errors="strict"), unquote(password, errors="strict")
    except UnicodeDecodeError as exc:
        raise ValueError("user and password of the SMTP address must be UTF-8, percent-encoded") from exc
    if not all(part.isprintable() for part in decoded):
        raise ValueError("user or password of the SMTP address has a control character; delete it")
    return decoded


def _options(query: str) -> dict[str, str]:
    try:
        options = parse_qs(query, keep_blank_values=True, strict_parsing=True) if query else {}
    except ValueError as exc:
        raise ValueError("the part after the ? of the SMTP address must be ca=FILE or insecure=yes") from exc
    if options.keys() - {"ca", "insecure"} or options.get("insecure", ["yes"]) != ["yes"]:
        raise ValueError("the part after the ? of the SMTP address must be ca=FILE or insecure=yes")
    return {name: values[-1] for name, values in options.items()}


def _refuse_open_network(options: dict[str, str], *, with_password: bool) -> None:
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
    if not file.is_file():
        raise ValueError("the certificate file of the SMTP address (ca=) does not exist; mend its path")
    return file
