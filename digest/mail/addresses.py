"""Addresses in the forms that a mail needs. Addresses come from the configuration, already checked."""

from email.utils import parseaddr
from urllib.parse import quote

from digest.domain.settings import MailSettings


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


def unsubscribe_subject(token: str) -> str:
    """The subject of a mail by which a subscriber asks to get no more; `token` stands for that subscriber."""
    return f"unsubscribe {token}"


def unsubscribe_url(settings: MailSettings, token: str) -> str:
    """A `mailto:` link (RFC 6068) that writes such a mail to whoever reads the answers."""
    return f"mailto:{quote(contact(settings), safe='@')}?subject={quote(unsubscribe_subject(token))}"
