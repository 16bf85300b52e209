"""Ask the DNS, in limited time; the only module that knows dnspython."""

import time
from typing import Any
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from digest.errors import NameServerError

QUESTION_SECONDS = 3.0
ALL_SECONDS = 10.0


class NameServer:
    """A name server: `server` such as `127.0.0.1:53`, or None for the system's.

    Each question has three seconds, and all questions together have ten. A name that has no such record has
    an empty answer. Every method raises NameServerError if there is no answer.
    """

    def __init__(self, server: str | None = None) -> None:
        self._server = server
        self._until = time.monotonic() + ALL_SECONDS

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records; each is one text, whatever the pieces that it is in."""
        return tuple(b"".join(each.strings).decode("utf-8", "replace") for each in self._ask(name, "TXT"))

    def mail_servers(self, name: str) -> tuple[str, ...]:
        """The hosts of the MX records; an empty name among them means that there is no mail (RFC 7505)."""
        return tuple(each.exchange.to_text(omit_final_dot=True).strip(".") for each in self._ask(name, "MX"))

    def has_address(self, name: str) -> bool:
        """Whether the name is that of a host."""
        return bool(self._ask(name, "A") or self._ask(name, "AAAA"))

    def _ask(self, name: str, kind: str) -> list[Any]:
        seconds = min(QUESTION_SECONDS, self._until - time.monotonic())
        if seconds <= 0:
            raise NameServerError(f"the answers took more than {ALL_SECONDS:g} seconds")
        try:
            question = dns.name.from_text(f"{name}.")
            return list(self._resolver().resolve(question, kind, lifetime=seconds, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError) as exc:
            raise NameServerError(f"no answer about {name} ({type(exc).__name__})") from exc

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=self._server is None)
        if self._server:
            parts = urlsplit(f"//{self._server}")
            resolver.nameservers, resolver.port = [parts.hostname or ""], parts.port or resolver.port
        return resolver
