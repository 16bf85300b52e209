"""Fetch the access token for a mail server (XOAUTH2), anew for each login: it lives for an hour."""

import re

from digest.domain.settings import TokenSource
from digest.domain.text import one_line
from digest.errors import TransportUnavailable
from digest.system.command_output import command_output
from digest.system.masking import without_mailbox
from digest.system.remedies import said
from digest.system.secret_files import secret_text

COMMAND_SECONDS = 30.0

_TOKEN = re.compile(r"[\x21-\x7e]+")  # RFC 6750, section 2.1, and what servers give out besides
_MOST_WORDS = 300  # characters of what the command says

_HINT_COMMAND = "run the command under mail.smtp_token_command yourself: it must print the token alone"
_HINT_FILE = "see that the program that renews mail.smtp_token_file works"


def fetch_token(source: TokenSource, seconds: float = COMMAND_SECONDS) -> str:
    """The token of now. Raises TransportUnavailable, with what the command says in `detail`."""
    return _from_command(source, seconds) if source.command else _from_file(source)


def _from_file(source: TokenSource) -> str:
    assert source.file
    try:
        token = secret_text(source.file, is_guarded=source.is_guarded)
    except ValueError as exc:
        raise _no_token(f"the token file {source.file}: {exc}", _HINT_FILE) from exc
    if not _TOKEN.fullmatch(token):
        raise _no_token(f"the token file {source.file} must hold the token and nothing else", _HINT_FILE)
    return token


def _from_command(source: TokenSource, seconds: float) -> str:
    name = "the command for the token"
    try:
        output = command_output(source.command, source.folder, seconds)
    except OSError as exc:
        raise _no_token(f"{name} cannot be used: {said(exc)}", _HINT_COMMAND) from exc
    words = without_mailbox(map(one_line, output.stderr.decode("utf-8", "replace").splitlines()))
    if output.status:
        raise _no_token(f"{name} failed with status {output.status}", _HINT_COMMAND, words)
    token = output.stdout.decode("utf-8", "replace").strip()
    if not _TOKEN.fullmatch(token):
        raise _no_token(f"{name} did not print a token and nothing else", _HINT_COMMAND, words)
    return token


def _no_token(problem: str, hint: str, words: str = "") -> TransportUnavailable:
    error = TransportUnavailable(problem)
    error.hint = hint
    error.detail = f"it says: {words[-_MOST_WORDS:]}" if words else ""
    return error
