"""Find the mail server: its URL in the environment or in a file, and the token that may go with it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from digest.config.environment import Overrides, fault_of
from digest.config.smtp_url import smtp_server
from digest.config.yaml_document import Document
from digest.domain.settings import SmtpServer, TokenSource
from digest.errors import ConfigFault
from digest.system.secret_files import is_guarded, secret_text

_URL_FILE = ("mail", "smtp_url_file")
_TOKEN_FILE = ("mail", "smtp_token_file")
_TOKEN_COMMAND = ("mail", "smtp_token_command")

_UNUSUAL_PORTS = {
    ("starttls", 465): "port 465 speaks TLS from the first byte; write smtps://, or port 587",
    ("plain", 465): "port 465 speaks TLS from the first byte; write smtps://",
    ("tls", 587): "port 587 speaks no TLS before STARTTLS; write smtp+starttls://, or port 465",
    ("tls", 25): "port 25 speaks no TLS before STARTTLS; write smtp+starttls://",
}


@dataclass(frozen=True, slots=True)
class MailServerSetting:
    """The server (None: there is none, or its setting has faults), and what is to be said of its setting."""

    server: SmtpServer | None = None
    faults: tuple[ConfigFault, ...] = ()
    warnings: tuple[ConfigFault, ...] = ()


def read_mail_server(document: Document, folder: Path, overrides: Overrides) -> MailServerSetting:
    """The server that the environment names, or else the file. `folder` is that of the file."""
    token = _token_source(document, folder, overrides)
    if overrides.smtp_url:
        url = overrides.smtp_url
        return _setting(lambda: smtp_server(url, Path.cwd()), partial(fault_of, "DIGEST_SMTP_URL"), token)
    if overrides.smtp_url_file:
        fault = partial(fault_of, "DIGEST_SMTP_URL_FILE")
        return _setting_in(overrides.smtp_url_file, overrides, fault, token)
    named = document.at(_URL_FILE)
    if isinstance(named, str) and named:
        return _setting_in(folder / named, overrides, partial(document.fault, _URL_FILE), token)
    return MailServerSetting()


def reread(server: SmtpServer) -> SmtpServer:
    """The server as its file names it now, perhaps with a new password; the same if that cannot be read."""
    if not server.url_file:
        return server
    try:
        now = _server_in(server.url_file, None)
    except ValueError:
        return server
    return replace(now, token=server.token) if _wants_token(now) == bool(server.token) else server


def read_secret(file: Path, credentials: Path | None) -> str:
    """The one line of the file; blank lines and comments do not count.

    The file must be for its owner alone. `credentials` is the folder of systemd's LoadCredential=. Raises
    ValueError.
    """
    text = secret_text(file, is_guarded=is_guarded(file, credentials))
    lines = [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]
    if len(lines) != 1:
        raise ValueError("must have exactly one line, the SMTP URL; write it, or delete the other lines")
    return lines[0]


def _server_in(file: Path, credentials: Path | None) -> SmtpServer:
    """Raises ValueError."""
    return replace(smtp_server(read_secret(file, credentials), file.parent), url_file=file)


def _setting_in(
    file: Path, overrides: Overrides, fault: Callable[[str], ConfigFault], token: TokenSource | None
) -> MailServerSetting:
    return _setting(
        lambda: _server_in(file, overrides.credentials),
        lambda problem: fault(f"{file}: {problem}"),
        token,
    )


def _setting(
    read: Callable[[], SmtpServer], fault: Callable[[str], ConfigFault], token: TokenSource | None
) -> MailServerSetting:
    try:
        server = read()
        if _wants_token(server):
            server = replace(server, token=_only(token))
    except ValueError as exc:
        return MailServerSetting(faults=(fault(str(exc)),))
    unusual = _UNUSUAL_PORTS.get((server.security, server.port))
    return MailServerSetting(server, warnings=(fault(unusual),) if unusual else ())


def _wants_token(server: SmtpServer) -> bool:
    return server.user is not None and server.password is None


def _only(token: TokenSource | None) -> TokenSource:
    """Raises ValueError if there is no source of tokens, or if there are two."""
    if not token:
        raise ValueError("+xoauth2 needs a token: name smtp_token_command or smtp_token_file below mail")
    if token.file and token.command:
        raise ValueError("smtp_token_command and smtp_token_file are both set below mail; delete one of them")
    return token


def _token_source(document: Document, folder: Path, overrides: Overrides) -> TokenSource | None:
    """What the file names below `mail`; the schema reports what is none."""
    named, words = document.at(_TOKEN_FILE), document.at(_TOKEN_COMMAND)
    file = folder / named if isinstance(named, str) and named else None
    command = tuple(word for word in words if isinstance(word, str)) if isinstance(words, list) else ()
    if not file and not command:
        return None
    guarded = file is not None and is_guarded(file, overrides.credentials)
    return TokenSource(file, command, folder, guarded)
