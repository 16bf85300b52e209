"""E-mail addresses. The only module that knows email_validator."""

import re
from email.headerregistry import Address

from email_validator import EmailNotValidError, validate_email

from digest.config.values import label
from digest.config.wording import quoted

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")


def address(text: str) -> str:
    """The address in its normal, ASCII form: the domain in lower case and, where need be, in punycode.

    Raises ValueError. Names under `.test` are allowed, for trials (RFC 6761, section 6.2).
    """
    if _NAMED.fullmatch(text):
        raise ValueError(f'{quoted(text)}: write the address alone; a name goes under the key "name"')
    return _bare(text)


def mailbox(text: str) -> str:
    """`Name <a@b.example>` or a bare address as a header value (RFC 5322, section 3.4). Raises ValueError."""
    named = _NAMED.fullmatch(text.strip())
    if not named:
        return _bare(text.strip())
    bare = _bare(named["address"].strip())
    name = named["name"].strip().strip('"').strip()
    return str(Address(display_name(name), addr_spec=bare)) if name else bare


def display_name(text: str) -> str:
    """A name to stand before an address. Raises ValueError if a mail program could read more into it."""
    name = label(text)
    if "=?" in name:
        raise ValueError(f'{quoted(name)}: "=?" begins an encoded word in mail headers; delete it')
    return name


def _bare(text: str) -> str:
    try:
        valid = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as exc:
        raise ValueError(_problem(text)) from exc
    return f"{valid.ascii_local_part}@{valid.ascii_domain}"


def _problem(text: str) -> str:
    local, at, _ = text.rpartition("@")
    if at and not local.isascii():
        return (
            f'{quoted(text)}: only ASCII characters can stand before the "@"; use another address of theirs'
        )
    return f"{quoted(text)} is not an e-mail address; write one such as you@example.org"
