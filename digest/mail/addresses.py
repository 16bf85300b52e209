"""Take apart the addresses of the configuration, which is already checked, and write unsubscribe links."""

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
    """The bare address that gets the replies to a mail."""
    return bare_address(settings.reply_to or settings.sender)


def unsubscribe_subject(token: str) -> str:
    """The subject of a mail that unsubscribes the subscriber with this token."""
    return f"unsubscribe {token}"


def unsubscribe_url(settings: MailSettings, token: str) -> str:
    """A `mailto:` link (RFC 6068) that writes such a mail to the contact address."""
    return f"mailto:{quote(contact(settings), safe='@')}?subject={quote(unsubscribe_subject(token))}"
