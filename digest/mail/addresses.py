"""Addresses in the forms that a mail needs. Addresses come from the configuration, already checked."""

from email.utils import parseaddr
from urllib.parse import quote

from digest.models import MailSettings


def bare_address(header: str) -> str:
    """`Daily Papers <papers@example.org>` → `papers@example.org`."""
    return parseaddr(header)[1]


def display_name(header: str) -> str:
    """`Daily Papers <papers@example.org>` → `Daily Papers`; empty if there is none."""
    return parseaddr(header)[0]


def domain(header: str) -> str:
    """`Daily Papers <papers@example.org>` → `example.org`."""
    return bare_address(header).rpartition("@")[2]


def contact(settings: MailSettings) -> str:
    """The bare address of whoever reads the answers to a mail."""
    return bare_address(settings.reply_to or settings.sender)


def unsubscribe_url(settings: MailSettings) -> str:
    """A `mailto:` link (RFC 6068) that asks them to send no more."""
    return f"mailto:{quote(contact(settings), safe='@')}?subject=unsubscribe"
