"""Warn of domains below `mail:` that do not go together: receivers compare them with the sender's (DMARC)."""

from collections.abc import Iterator

from digest.config.yaml_document import Document, Location
from digest.domain.settings import MailSettings
from digest.errors import ConfigFault
from digest.mail.addresses import domain, of_one_organization

_RETURN_PATH: Location = ("mail", "return_path")
_DKIM: Location = ("mail", "dkim")


def mail_warnings(document: Document, mail: MailSettings) -> Iterator[ConfigFault]:
    """A warning for each domain that belongs to another organization than the sender's (RFC 7489, 3.1)."""
    sender = domain(mail.sender)
    if mail.return_path and not of_one_organization(domain(mail.return_path), sender):
        yield document.fault(
            _RETURN_PATH,
            f"not in the sender's domain {sender}, so SPF does not count for DMARC; "
            f"use an address of {sender} or of a domain below it",
        )
    if mail.dkim and not of_one_organization(mail.dkim.domain, sender):
        yield document.fault(
            (*_DKIM, "domain"),
            f"not the sender's domain {sender}, so the signature does not count for DMARC; "
            f"write {sender}, or leave the key out",
        )
