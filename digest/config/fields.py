"""Text as a person writes it → a value. Each function raises ValueError with the problem and its remedy."""

import ipaddress
import re
import unicodedata
from datetime import time
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from email_validator import EmailNotValidError, validate_email

from digest.config.quoting import quoted, suggestion
from digest.domain.keywords import Match, searchable
from digest.sources.arxiv.categories import ARCHIVES, CATEGORIES, pattern

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


WHEN_EMPTY = ("skip", "send")

WHEN_UNCONFIRMED = ("retry", "never")

LONGEST_PHRASE = 200

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DAY_GROUPS = {"daily": frozenset(range(7)), "weekdays": frozenset(range(5)), "weekly": frozenset({0})}

_ZONE = "use a name such as Europe/Berlin"

_SHORTEST_DAY = 3

_HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)

_SPACE = "Zs"  # Unicode's category of spaces, of which only one counts as printable


def time_of_day(text: str) -> time:
    """`07:00`, `7:30`, `23:59`."""
    hour = _HOUR.fullmatch(text)
    if not hour:
        raise ValueError(f"{quoted(text)} is not a time of day; write hours and minutes, 00:00 to 23:59")
    return time(int(hour[1]), int(hour[2]))


def timezone(text: str) -> ZoneInfo:
    """A name of the IANA time zone database, such as `Europe/Berlin`."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as exc:  # unknown; not a plain name; a folder of the database
        raise ValueError(f"unknown time zone {quoted(text)}; {_nearest_timezone(text)}") from exc


def _nearest_timezone(text: str) -> str:
    zones = available_timezones()
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zones)}
    city = cities.get(text.casefold().replace(" ", "_"))
    return f'did you mean "{city}"?' if city else suggestion(text, zones, _ZONE, 0.75)


def days(text: str) -> frozenset[int]:
    """`daily`, `weekdays`, `weekly` (on Mondays), or a day, by three letters at least; Monday is 0."""
    word = text.casefold()
    if word in DAY_GROUPS:
        return DAY_GROUPS[word]
    for number, day in enumerate(DAYS):
        if len(word) >= _SHORTEST_DAY and day.startswith(word):
            return frozenset({number})
    otherwise = "write daily, weekdays, or days such as [monday, friday]"
    raise ValueError(f"unknown day {quoted(text)}; {suggestion(text, (*DAYS, *DAY_GROUPS), otherwise, 0.8)}")


def phrase(text: str) -> str:
    """A phrase that arXiv can look for, with single spaces."""
    tidy = label(text)
    if '"' in tidy:
        raise ValueError(
            f"{quoted(tidy)}: a double quote cannot be searched for; delete it (a phrase needs none)"
        )
    if not searchable(tidy):
        raise ValueError(f"{quoted(tidy)} has no letter or digit to search for; write a word")
    return tidy


def label(text: str) -> str:
    """A text to be shown, with single spaces: visible characters, at least one and at most 200."""
    tidy = " ".join(visible_text(text).split())
    if len(tidy) > LONGEST_PHRASE:
        raise ValueError(f"{len(tidy)} characters long; shorten it to {LONGEST_PHRASE}")
    return tidy


def visible_text(text: str) -> str:
    """The same text, if it is not blank and has no control characters, line ends or the like."""
    for char in text:
        if not char.isprintable() and unicodedata.category(char) != _SPACE:
            raise ValueError(
                f"{quoted(text)} has the invisible character U+{ord(char):04X}; type it anew, on one line"
            )
    if not text.strip():
        raise ValueError("empty; write a text or delete this")
    return text


def category(text: str) -> str:
    """A category (`cs.LG`), or an archive (`cs`), as Keyword.categories has it."""
    known = CATEGORIES | ARCHIVES
    if text not in known:
        otherwise = "they are listed at https://arxiv.org/category_taxonomy"
        raise ValueError(f"unknown category {quoted(text)}; {suggestion(text, known, otherwise)}")
    return pattern(text)


def match(text: str) -> Match:
    """Where a phrase must stand."""
    return Match(choice(text, tuple(Match)))


def when_empty(text: str) -> str:
    """`skip` or `send`."""
    return choice(text, WHEN_EMPTY)


def when_unconfirmed(text: str) -> str:
    """`retry` or `never`."""
    return choice(text, WHEN_UNCONFIRMED)


def choice(text: str, known: tuple[str, ...]) -> str:
    """One of a few known words."""
    if text not in known:
        raise ValueError(
            f"unknown word {quoted(text)}; {suggestion(text, known, 'use ' + ' or '.join(known))}"
        )
    return text


def path(text: str) -> Path:
    """The path of a file or folder; a relative one is not resolved yet."""
    if visible_text(text).startswith("~"):
        raise ValueError(f'{quoted(text)}: "~" has no meaning here; write the whole path')
    return Path(text)
