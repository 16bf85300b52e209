"""Read the mail server from the SMTP URL: find the URL, guard the file that holds it, take it apart.

The URL holds a password, so no fault shows any part of it.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, unquote

from digest.config.environment import Overrides, fault_of
from digest.config.fields import is_loopback
from digest.config.secret_file import read_guarded
from digest.config.yaml_document import Document
from digest.domain.settings import SmtpServer
from digest.errors import ConfigFault
from digest.system.places import Kind, place_of

_URL_FILE = ("mail", "smtp_url_file")
_SECURITY = {"smtps": ("tls", 465), "smtp+starttls": ("starttls", 587), "smtp": ("plain", 25)}

_HOST_AND_PORT = re.compile(
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>\d{1,5}))?/?", re.IGNORECASE | re.ASCII
)

_HIGHEST_PORT = 65535
_OPTIONS = "the part after the ? of the SMTP address must be ca=FILE or insecure=yes"


def read_smtp(
    document: Document, folder: Path, overrides: Overrides
) -> tuple[SmtpServer | None, list[ConfigFault]]:
    """The server that the environment names, or else the file; None if neither does.

    `folder` is that of the file.
    """
    if overrides.smtp_url:
        url = overrides.smtp_url
        return _server_or_fault(lambda: smtp_server(url, Path.cwd()), partial(fault_of, "DIGEST_SMTP_URL"))
    if overrides.smtp_url_file:
        fault = partial(fault_of, "DIGEST_SMTP_URL_FILE")
        return _server_in(overrides.smtp_url_file, overrides, fault)
    named = document.at(_URL_FILE)
    if isinstance(named, str) and named:
        return _server_in(folder / named, overrides, partial(document.fault, _URL_FILE))
    return None, []


def _server_in(
    file: Path, overrides: Overrides, fault: Callable[[str], ConfigFault]
) -> tuple[SmtpServer | None, list[ConfigFault]]:
    return _server_or_fault(
        lambda: smtp_server(read_secret(file, overrides.credentials), file.parent),
        lambda problem: fault(f"{file}: {problem}"),
    )


def _server_or_fault(
    read: Callable[[], SmtpServer], fault: Callable[[str], ConfigFault]
) -> tuple[SmtpServer | None, list[ConfigFault]]:
    try:
        return read(), []
    except ValueError as exc:
        return None, [fault(str(exc))]


def read_secret(file: Path, credentials: Path | None, name: str = "the SMTP address") -> str:
    """The one line of the file, without its line end; `name` says in errors what it is.

    The file must be for its owner alone, unless it is in `credentials` (read_guarded). Raises ValueError.
    """
    try:
        text = read_guarded(file, credentials).decode().strip()
    except UnicodeDecodeError as exc:
        raise ValueError(f"not UTF-8; write {name} on its first line") from exc
    if len(text.splitlines()) != 1:
        raise ValueError(f"must have exactly one line, {name}; write it, or delete the other lines")
    return text


def smtp_server(url: str, folder: Path) -> SmtpServer:
    """The server of `smtp+starttls://user:password@host:587?ca=FILE`.

    User and password end at the last `@` and are percent-decoded. A relative FILE starts at `folder`.
    Raises ValueError.
    """
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in _SECURITY:
        raise ValueError("the SMTP address must begin with smtps://, smtp+starttls:// or smtp://")
    security, default_port = _SECURITY[scheme.lower()]
    login, at, location = rest.rpartition("@")
    server, _, query = location.partition("?")
    host, port = _host_and_port(server)
    user, password = _login(login) if at else (None, None)
    options = _options(query)
    if security == "plain" and not is_loopback(host):
        _refuse_unencrypted(options, with_password=user is not None)
    ca_file = _ca_file(options.get("ca"), folder)
    return SmtpServer(host, port or default_port, security, user, password, ca_file)


def _host_and_port(text: str) -> tuple[str, int | None]:
    server = _HOST_AND_PORT.fullmatch(text)
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
        raise ValueError("the certificate file of the SMTP address (ca=) does not exist; fix its path")
    return file
