"""Read where answers arrive: the address of a mailbox on an IMAP server, or the path of a local one; and the
password, which is never part of the address.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, unquote

from digest.config.environment import Overrides, fault_of
from digest.config.fields import is_loopback, path
from digest.config.yaml_document import Document
from digest.domain.settings import ImapServer
from digest.errors import ConfigFault
from digest.system.places import Kind, place_of
from digest.system.secret_files import is_guarded, secret_text

Value = TypeVar("Value")

_INBOX = ("mail", "inbox")
_PASSWORD_FILE = ("mail", "inbox_password_file")
_SECURITY = {"imaps": ("tls", 993), "imap+starttls": ("starttls", 143), "imap": ("plain", 143)}
_HOST_AND_PORT = re.compile(
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[1-9]\d{0,4}))?", re.IGNORECASE | re.ASCII
)
_HIGHEST_PORT = 65_535
_EXAMPLE = "imaps://user@mail.example.org/INBOX"
_OPTIONS = "the part after the ? of the inbox address must be ca=FILE or handled=FOLDER"


def read_inbox(
    document: Document, folder: Path, overrides: Overrides
) -> tuple[ImapServer | Path | None, str | None, list[ConfigFault]]:
    """The inbox that the file names, the password that the environment or a file has, and the faults of both.

    `folder` is that of the file.
    """
    faults: list[ConfigFault] = []
    named = document.at(_INBOX)
    inbox = None
    if isinstance(named, str) and named:
        inbox = _or_fault(lambda: inbox_at(named, folder), partial(document.fault, _INBOX), faults)
    return inbox, _password(document, folder, overrides, faults), faults


def inbox_at(text: str, folder: Path) -> ImapServer | Path:
    """The server of an address, or else a path, which starts at `folder`. Raises ValueError."""
    return imap_server(text, folder) if is_address(text) else folder / path(text)


def is_address(text: str) -> bool:
    """Whether this is an address, and not a path."""
    return "://" in text


def imap_server(url: str, folder: Path) -> ImapServer:
    """The server of `imaps://user@host:993/FOLDER?ca=FILE&handled=FOLDER`.

    The user ends at the last `@` before the folder; user and folders are percent-decoded. A relative FILE
    starts at `folder`. Raises ValueError, which shows no part of the address.
    """
    scheme, _, rest = url.strip().partition("://")
    if scheme.lower() not in _SECURITY:
        raise ValueError("the inbox address must begin with imaps://, imap+starttls:// or imap://")
    security, default_port = _SECURITY[scheme.lower()]
    location, _, query = rest.partition("?")
    login, _, name = location.partition("/")
    user, _, server = login.rpartition("@")
    host, port = _host_and_port(server)
    if security == "plain" and not is_loopback(host):
        raise ValueError("imap:// sends the password unencrypted; use imaps:// or imap+starttls://")
    options = _options(query)
    name, handled = _decoded(name) or "INBOX", _decoded(options.get("handled", ""))
    if name == handled:
        raise ValueError("the inbox address must name two folders: what is handled goes to another one")
    return ImapServer(
        host,
        port or default_port,
        security,
        _user(user),
        name,
        handled=handled or None,
        ca_file=_ca_file(options.get("ca"), folder),
    )


def _host_and_port(text: str) -> tuple[str, int | None]:
    server = _HOST_AND_PORT.fullmatch(text)
    if not server:
        raise ValueError(f"the inbox address must name a user and a host, and may name a port: {_EXAMPLE}")
    port = int(server["port"]) if server["port"] else None
    if port and port > _HIGHEST_PORT:
        raise ValueError(f"the port of the inbox address must be from 1 to {_HIGHEST_PORT}")
    return server["host"].strip("[]").lower(), port


def _user(text: str) -> str:
    if not text:
        raise ValueError(f"the inbox address must have a user before the @: {_EXAMPLE}; write @ in it as %40")
    if ":" in text:
        raise ValueError(
            "the inbox address must not hold a password, which others could see; delete it there, and write "
            "it to DIGEST_INBOX_PASSWORD or to a file that mail.inbox_password_file names"
        )
    return _decoded(text)


def _decoded(text: str) -> str:
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError as exc:
        raise ValueError("user and folder of the inbox address must be UTF-8, percent-encoded") from exc
    if not all(sign.isprintable() for sign in decoded):
        raise ValueError("user or folder of the inbox address has a control character; delete it")
    return decoded


def _options(query: str) -> dict[str, str]:
    """As they are written: `+` stands for itself in the name of a folder."""
    try:
        pairs = parse_qsl(query.replace("+", "%2B"), keep_blank_values=True, strict_parsing=True)
    except ValueError as exc:
        if not query:
            return {}
        raise ValueError(_OPTIONS) from exc
    if {name for name, _ in pairs} - {"ca", "handled"}:
        raise ValueError(_OPTIONS)
    return dict(pairs)


def _ca_file(text: str | None, folder: Path) -> Path | None:
    if text is None:
        return None
    file = folder / text
    if place_of(file).kind is not Kind.FILE:
        raise ValueError("the certificate file of the inbox address (ca=) does not exist; fix its path")
    return file


def _password(
    document: Document, folder: Path, overrides: Overrides, faults: list[ConfigFault]
) -> str | None:
    """The environment wins over the file."""
    if overrides.inbox_password:
        return overrides.inbox_password
    named = document.at(_PASSWORD_FILE)
    file, fault = overrides.inbox_password_file, partial(fault_of, "DIGEST_INBOX_PASSWORD_FILE")
    if not file and isinstance(named, str) and named:
        file, fault = folder / named, partial(document.fault, _PASSWORD_FILE)
    if not file:
        return None
    return _or_fault(
        lambda: _line_in(file, overrides.credentials),
        lambda problem: fault(f"{file}: {problem}"),
        faults,
    )


def _line_in(file: Path, credentials: Path | None) -> str:
    """The one line of a secret file. Raises ValueError."""
    text = secret_text(file, is_guarded=is_guarded(file, credentials))
    if len(text.splitlines()) != 1:
        raise ValueError("must have exactly one line, the password; write it, or delete the other lines")
    return text


def _or_fault(
    read: Callable[[], Value], fault: Callable[[str], ConfigFault], faults: list[ConfigFault]
) -> Value | None:
    try:
        return read()
    except ValueError as exc:
        faults.append(fault(str(exc)))
        return None
