"""E-mail addresses. The only module that knows email_validator."""

import re
from email.headerregistry import Address

from email_validator import EmailNotValidError, validate_email

from digest.config.values import label
from digest.config.wording import quoted

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_ENCODED = "=?"


def address(text: str) -> str:
    """The address in its normal form: the domain in lower case and ASCII (IDNA 2008), what stands before
    the "@" as it is, in NFC if it is not ASCII (mail to it needs SMTPUTF8, RFC 6531).

    Raises ValueError. Names under `.test` are allowed, for trials (RFC 6761, section 6.2).
    """
    if _NAMED.fullmatch(text):
        raise ValueError(f'{quoted(text)}: write the address alone; a name goes under the key "name"')
    return _bare(text)


def mailbox(text: str) -> str:
    """`Name <a@b.example>` or a bare address as a header value (RFC 5322, section 3.4).

    The address is ASCII, since what answers to it must find it from everywhere. Raises ValueError.
    """
    named = _NAMED.fullmatch(text.strip())
    if not named:
        return _ascii(text.strip())
    bare = _ascii(named["address"].strip())
    name = named["name"].strip().strip('"').strip()
    return str(Address(display_name(name), addr_spec=bare)) if name else bare


def display_name(text: str) -> str:
    """A name to stand before an address. Raises ValueError if a mail program could read more into it."""
    name = label(text)
    _refuse_encoded(name)
    return name


def _bare(text: str) -> str:
    try:
        valid = validate_email(text, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError as exc:
        raise ValueError(_problem(text)) from exc
    _refuse_encoded(valid.local_part)
    return f"{valid.local_part}@{valid.ascii_domain}"


def _ascii(text: str) -> str:
    bare = _bare(text)
    if not bare.isascii():
        raise ValueError(
            f'{quoted(text)}: only ASCII characters can stand before the "@" here, since not every mail '
            "server could return a mail or a reply to it; use another address of yours"
        )
    return bare


def _refuse_encoded(text: str) -> None:
    if _ENCODED in text:
        raise ValueError(f'{quoted(text)}: "=?" begins an encoded word in mail headers; delete it')


def _problem(text: str) -> str:
    domain = text.rpartition("@")[2]
    if "@" in text and not domain.isascii():
        return (
            f'{quoted(text)}: what follows the "@" is no domain; beyond ASCII a domain has letters and '
            "digits, but no emoji or other signs"
        )
    return f"{quoted(text)} is not an e-mail address; write one such as you@example.org"
