"""Which SMTP server carries the mails, and in whose name."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from digest.config.addresses import address, mailbox
from digest.config.document import Document
from digest.config.endpoints import is_loopback
from digest.config.environment import Overrides, fault_of
from digest.config.secret import read_secret
from digest.config.smtp import smtp_server
from digest.errors import Fault
from digest.models import SmtpServer

NAME = "Daily Papers"
LOCAL_SENDER = f"{NAME} <digest@localhost>"

_URL_FILE = ("mail", "smtp_url_file")
_FROM = ("mail", "from")


def read_smtp(
    document: Document, folder: Path, overrides: Overrides
) -> tuple[SmtpServer | None, list[Fault]]:
    """The server that the environment or the file names, if one does. `folder` is that of the file."""
    if overrides.smtp_url:
        url = overrides.smtp_url
        return _attempt(lambda: smtp_server(url, Path.cwd()), partial(fault_of, "DIGEST_SMTP_URL"))
    if overrides.smtp_url_file:
        named_by = partial(fault_of, "DIGEST_SMTP_URL_FILE")
        return _from_file(overrides.smtp_url_file, overrides, named_by)
    named = document.at(_URL_FILE)
    if isinstance(named, str) and named:
        return _from_file(folder / named, overrides, partial(document.fault, _URL_FILE))
    return None, []


def _from_file(
    file: Path, overrides: Overrides, fault: Callable[[str], Fault]
) -> tuple[SmtpServer | None, list[Fault]]:
    return _attempt(
        lambda: smtp_server(read_secret(file, overrides.credentials), file.parent),
        lambda problem: fault(f"{file}: {problem}"),
    )


def _attempt(
    read: Callable[[], SmtpServer], fault: Callable[[str], Fault]
) -> tuple[SmtpServer | None, list[Fault]]:
    try:
        return read(), []
    except ValueError as exc:
        return None, [fault(str(exc))]


def default_sender(smtp: SmtpServer | None) -> str | None:
    """Who mails come from if the file does not say; None if that cannot be known."""
    if smtp is None or (smtp.user is None and is_loopback(smtp.host)):
        return LOCAL_SENDER
    try:
        return mailbox(f"{NAME} <{address(smtp.user or '')}>")
    except ValueError:
        return None


def sender_faults(document: Document, smtp: SmtpServer | None) -> list[Fault]:
    """A fault if nothing tells who the mails come from."""
    mail = document.at(_FROM[:1])
    if (isinstance(mail, dict) and "from" in mail) or default_sender(smtp):
        return []
    problem = f"missing; the SMTP user is no address, so add a line such as from: {NAME} <digest@example.org>"
    return [document.fault(_FROM, problem)]
