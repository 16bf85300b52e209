"""Addresses of arXiv's services, and which hosts are this machine itself."""

import ipaddress
from urllib.parse import urlsplit

from digest.config.wording import quoted

_REMEDY = "write one such as https://export.arxiv.org/api/query"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def endpoint(text: str) -> str:
    """An https address, or an http address of this machine. Raises ValueError."""
    scheme, host = _scheme_and_host(text)
    if scheme == "http" and not is_loopback(host):
        raise ValueError(f"{quoted(text)}: http is for this machine only; write https")
    return text


def feed(text: str) -> str:
    """An endpoint to which categories are appended: it ends with a slash. Raises ValueError."""
    return endpoint(text).removesuffix("/") + "/"


def is_local(url: str) -> bool:
    """Whether an endpoint is on this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def _scheme_and_host(text: str) -> tuple[str, str]:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - the property raises ValueError for a port that is none
    except ValueError as exc:
        raise ValueError(f"not a web address; {_REMEDY}") from exc
    odd = parts.query or parts.fragment or "@" in parts.netloc or not text.isascii() or " " in text
    if parts.scheme not in {"https", "http"} or not parts.hostname or odd:
        raise ValueError(f"not a web address without user, query and fragment; {_REMEDY}")
    return parts.scheme, parts.hostname
