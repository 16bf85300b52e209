"""Take apart the addresses of the configuration, which is already checked; write links and return paths."""

from email.utils import parseaddr
from urllib.parse import quote

from digest.domain.settings import MailSettings
from digest.domain.tokens import token_in

PLACEHOLDER = "{token}"
"""Where an unsubscribe address has the token; at its end if it has no such place."""

AS_IT_IS = "Send this mail:"
"""Begins the text of a mail that a link has written, so that it is not taken for the words of a person."""

_BELOW_COUNTRIES = {"ac", "co", "com", "edu", "gov", "ne", "net", "or", "org"}


def bare_address(header: str) -> str:
    """`Daily Papers <papers@example.org>` → `papers@example.org`."""
    return parseaddr(header)[1]


def display_name(header: str) -> str:
    """`Daily Papers <papers@example.org>` → `Daily Papers`; empty if there is none."""
    return parseaddr(header)[0]


def domain(header: str) -> str:
    """`Daily Papers <papers@example.org>` → `example.org`."""
    return bare_address(header).rpartition("@")[2]


def of_one_organization(name: str, other: str) -> bool:
    """Whether two domains seem to belong to one organization, as DMARC's relaxed alignment wants it.

    They do if they end alike: in two labels, or in three where two of them are such as `co.uk`.
    """
    return _registered(name) == _registered(other)


def _registered(name: str) -> list[str]:
    labels = name.lower().split(".")
    is_public = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _BELOW_COUNTRIES
    return labels[-3:] if is_public else labels[-2:]


def contact(settings: MailSettings) -> str:
    """The bare address that gets the replies to a mail."""
    return bare_address(settings.reply_to or settings.sender)


def envelope_sender(settings: MailSettings, message_id: str) -> str:
    """Who gets the report if the mail with this Message-ID cannot be delivered.

    With a return path, the address names the mail: `bounces+TOKEN@example.org`.
    """
    if settings.return_path is None:
        return bare_address(settings.sender)
    mailbox, _, place = settings.return_path.rpartition("@")
    return f"{mailbox}+{token_in(message_id)}@{place}"


def unsubscribe_subject(token: str) -> str:
    """The subject of a mail that unsubscribes the subscriber with this token."""
    return f"unsubscribe {token}"


def unsubscribe_url(settings: MailSettings, token: str) -> str:
    """A `mailto:` link (RFC 6068) that writes such a mail to the contact address."""
    return mailto(contact(settings), unsubscribe_subject(token))


def mailto(address: str, subject: str = "", body: str = "") -> str:
    """A link (RFC 6068) that writes a mail to the address; `body` needs a subject."""
    link = f"mailto:{quote(address, safe='@')}"
    fields = f"?subject={quote(subject)}" if subject else ""
    return f"{link}{fields}&body={quote(body)}" if body else f"{link}{fields}"


def one_click_url(address: str, token: str) -> str:
    """The web address that unsubscribes the subscriber with this token when something is posted to it."""
    if PLACEHOLDER in address:
        return address.replace(PLACEHOLDER, token)
    return f"{address.removesuffix('/')}/{token}"
