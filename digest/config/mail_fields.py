"""Read the texts that have a meaning below `mail:` only. Each function raises ValueError with problem and
remedy."""

import ipaddress
import re
from urllib.parse import urlsplit

from digest.config.fields import address, choice
from digest.config.quoting import quoted
from digest.domain.links import SERVICES
from digest.domain.subscribers import Order
from digest.mail.addresses import PLACEHOLDER

_LONGEST_LOCAL_PART = 64  # octets (RFC 5321, section 4.5.3.1.1)
_LONGEST_TOKEN = len("+") + 32
_LONGEST_URL = 400  # of a header line that has 998 octets at most, with the other link beside it
_IN_URL = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+;=%-]*")  # RFC 3986 without ",", which separates links
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_LABELS = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_LONGEST_NAME = 200  # characters of a name in the DNS, of 253, so that `._domainkey.` has room
_URL_REMEDY = f"write one such as https://example.org/unsubscribe/{PLACEHOLDER}"
_SERVER_REMEDY = "write its address, such as 127.0.0.1, 127.0.0.1:5353 or [::1]:53"
_HIGHEST_PORT = 65535
DNS_PORT = 53


def order(text: str) -> Order:
    """The order of the papers in a mail."""
    return Order(choice(text, tuple(Order)))


def service(text: str) -> str:
    """`alphaxiv` or `huggingface`, for links to a paper's pages there."""
    return choice(text, SERVICES)


def return_path(text: str) -> str:
    """The address to which each mail adds its token, as in `bounces+TOKEN@example.org`."""
    bare = address(text)
    local = bare.rpartition("@")[0]
    if not bare.isascii():
        raise ValueError(f'{quoted(text)}: use ASCII before the "@", since not every mail server knows more')
    longest = _LONGEST_LOCAL_PART - _LONGEST_TOKEN
    if len(local) > longest:
        raise ValueError(
            f'{len(local)} characters before the "@", and each mail adds {_LONGEST_TOKEN}; shorten them to '
            f"{longest}, so that they are {_LONGEST_LOCAL_PART} at most (RFC 5321)"
        )
    return bare


def unsubscribe_url(text: str) -> str:
    """The https address for one click (RFC 8058), with or without a place for the token."""
    if not _IN_URL.fullmatch(text.replace(PLACEHOLDER, "")) or len(text) > _LONGEST_URL:
        raise ValueError(f"not a web address, or with signs that a mail header cannot hold; {_URL_REMEDY}")
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - the property raises ValueError if the port is not a number
    except ValueError as exc:
        raise ValueError(f"not a web address; {_URL_REMEDY}") from exc
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"one-click unsubscribing needs an https address (RFC 8058); {_URL_REMEDY}")
    if text.count(PLACEHOLDER) > 1 or PLACEHOLDER in f"{parts.netloc}{parts.fragment}":
        raise ValueError(f"{PLACEHOLDER} stands once, behind the host; {_URL_REMEDY}")
    if PLACEHOLDER not in text and (parts.query or parts.fragment):
        raise ValueError(f"say where the token stands; {_URL_REMEDY}")
    return text


def dns_name(text: str) -> str:
    """A domain, or a DKIM selector, in lower case and ASCII."""
    name = text.lower()
    if not _LABELS.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ValueError(f"{quoted(text)} is no name in the DNS; write letters, digits, dots and hyphens")
    return name


def name_server(text: str) -> str:
    """The address of a DNS server with its port: `127.0.0.1:53`, `[::1]:53`."""
    host, port = _host_and_port(text)
    try:
        server = ipaddress.ip_address(host)
        number = int(port) if port.isascii() else 0
    except ValueError as exc:
        raise ValueError(f"{quoted(text)} is not the address of a name server; {_SERVER_REMEDY}") from exc
    if not 1 <= number <= _HIGHEST_PORT:
        raise ValueError(f"the port of a name server is from 1 to {_HIGHEST_PORT}; {_SERVER_REMEDY}")
    return f"[{server}]:{number}" if server.version == 6 else f"{server}:{number}"


def _host_and_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":") or str(DNS_PORT)
    host, colon, port = text.rpartition(":")
    if not colon or ":" in host:  # no port, or an IPv6 address without brackets
        return text, str(DNS_PORT)
    return host, port
