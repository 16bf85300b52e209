"""Read a text of the configuration as a value. Each function raises ValueError with problem and remedy."""

import ipaddress
import re
import unicodedata
from datetime import time
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from digest.config.quoting import quoted, suggestion
from digest.domain.auditing import AUDIT_TIMES
from digest.domain.expressions import Expression
from digest.domain.keywords import Match
from digest.sources.arxiv.categories import ARCHIVES, CATEGORIES, pattern
from digest.sources.arxiv.query_grammar import MalformedQuery
from digest.sources.arxiv.query_language import expression_of_query

LONGEST_PHRASE = 200

LONGEST_QUERY = 2_000

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DAY_GROUPS = {"daily": frozenset(range(7)), "weekdays": frozenset(range(5)), "weekly": frozenset({0})}

WHEN_EMPTY = ("skip", "send")

WHEN_UNCONFIRMED = ("retry", "never")

_NAMED_ADDRESS = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_LONGEST_ADDRESS = 1_000  # of what is looked at; an address has 254 characters at most
_ENCODED_WORD = "=?"
_OFFSET = re.compile(r"(?:[+\-−]|\b(?:UTC|GMT))\s*\d", re.IGNORECASE)
_ABBREVIATION = re.compile(r"[A-Za-z]{3,4}")
_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_SHORTEST_DAY = 3
_URL_REMEDY = "write one such as https://example.org/path"
_SPACE = "Zs"  # Unicode's category of spaces; str.isprintable() accepts only one of them


def address(text: str) -> str:
    """The address in its normal form.

    The domain is in lower case and ASCII (IDNA 2008). The part before the "@" is as written, in NFC if it is
    not ASCII (mail to it needs SMTPUTF8, RFC 6531). Names under `.test` are allowed, for trials (RFC 6761,
    section 6.2). Raises ValueError.
    """
    if _NAMED_ADDRESS.fullmatch(text):
        raise ValueError(f'{quoted(text)}: write the address alone; a name goes under the key "name"')
    return _normal(text)


def mailbox(text: str) -> str:
    """`Name <a@b.example>` or a bare address as a header value (RFC 5322, section 3.4).

    The address is ASCII, since replies and returned mails to it may come from any mail server.
    Raises ValueError.
    """
    named = _NAMED_ADDRESS.fullmatch(text.strip())
    if not named:
        return _ascii_address(text.strip())
    from email.headerregistry import Address  # only here: it costs 13 ms

    bare = _ascii_address(named["address"].strip())
    name = named["name"].strip().strip('"').strip()
    return str(Address(display_name(name), addr_spec=bare)) if name else bare


def display_name(text: str) -> str:
    """A name before an address. Raises ValueError if a mail program could decode it to something else."""
    name = label(text)
    _refuse_encoded_words(name)
    return name


# The schema and the search for duplicates both read each address, at 0.1 ms.
@lru_cache(maxsize=20_000)
def _normal(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # only here: it costs 26 ms

    if len(text) > _LONGEST_ADDRESS:
        raise ValueError(_address_problem(text[:_LONGEST_ADDRESS]))
    try:
        valid = validate_email(text, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError as exc:
        raise ValueError(_address_problem(text)) from exc
    _refuse_encoded_words(valid.local_part)
    return f"{valid.local_part}@{valid.ascii_domain}"


def _ascii_address(text: str) -> str:
    bare = _normal(text)
    if not bare.isascii():
        raise ValueError(
            f'{quoted(text)}: only ASCII characters are possible before the "@" here, since not every mail '
            "server can send a reply or a returned mail to it; use another of your addresses"
        )
    return bare


def _refuse_encoded_words(text: str) -> None:
    if _ENCODED_WORD in text:
        raise ValueError(f'{quoted(text)}: "=?" begins an encoded word in mail headers; delete it')


def _address_problem(text: str) -> str:
    domain = text.rpartition("@")[2]
    if "@" in text and not domain.isascii():
        return (
            f'{quoted(text)}: the text after the "@" is not a domain; beyond ASCII a domain has letters and '
            "digits, but no emoji or other signs"
        )
    return f"{quoted(text)} is not an e-mail address; write one such as you@example.org"


def endpoint(text: str) -> str:
    """An https address, or an http address of this machine.

    It may be a secret. Raises ValueError that does not quote it.
    """
    scheme, host = _scheme_and_host(text)
    if scheme == "http" and not is_loopback(host):
        raise ValueError("http is for this machine only; write https")
    return text


def feed(text: str) -> str:
    """An endpoint to which categories are appended: it ends with a slash. Raises ValueError."""
    return endpoint(text).removesuffix("/") + "/"


def _scheme_and_host(text: str) -> tuple[str, str]:
    if not text.isprintable():  # urlsplit drops some control characters, and whoever sends the text may not
        raise ValueError(f"not a web address, it has a control character; {_URL_REMEDY}")
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - the property raises ValueError if the port is not a number
    except ValueError as exc:
        raise ValueError(f"not a web address; {_URL_REMEDY}") from exc
    unexpected = parts.query or parts.fragment or "@" in parts.netloc or not text.isascii() or " " in text
    if parts.scheme not in {"https", "http"} or not parts.hostname or unexpected:
        raise ValueError(f"not a web address without user, query and fragment; {_URL_REMEDY}")
    return parts.scheme, parts.hostname


def is_local(url: str) -> bool:
    """Whether an endpoint is on this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def is_loopback(host: str) -> bool:
    """Whether the host is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def time_of_day(text: str) -> time:
    """A local time such as `07:00`, `7:30` or `23:59`."""
    hour = _TIME_OF_DAY.fullmatch(text)
    if not hour:
        raise ValueError(f"{quoted(text)} is not a time of day; write hours and minutes, 00:00 to 23:59")
    return time(int(hour[1]), int(hour[2]))


def timezone(text: str) -> ZoneInfo:
    """A time zone of the IANA database, such as `Europe/Berlin`."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as exc:  # unknown; not a plain name; a folder of the database
        raise ValueError(f"unknown time zone {quoted(text)}; {_nearest_timezone(text)}") from exc


def _nearest_timezone(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    if _OFFSET.search(text):  # the nearest name would move every mail by hours; so with abbreviations
        return "an offset knows no summer time; use a name such as Europe/Berlin"
    zones = available_timezones()
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(zones)}
    if city := cities.get(text.casefold().replace(" ", "_")):
        return f'did you mean "{city}"?'
    if _ABBREVIATION.fullmatch(text):
        return "an abbreviation means one thing here and another there; use a name such as Europe/Berlin"
    return suggestion(text, zones, "use a name such as Europe/Berlin", 0.75)


def days(text: str) -> frozenset[int]:
    """The weekdays of `daily`, `weekdays`, `weekly` (Monday) or one day, of at least three letters.

    Monday is 0.
    """
    word = text.casefold()
    if word in DAY_GROUPS:
        return DAY_GROUPS[word]
    for number, day in enumerate(DAYS):
        if len(word) >= _SHORTEST_DAY and day.startswith(word):
            return frozenset({number})
    otherwise = "write daily, weekdays, or days such as [monday, friday]"
    raise ValueError(f"unknown day {quoted(text)}; {suggestion(text, (*DAYS, *DAY_GROUPS), otherwise, 0.8)}")


def label(text: str) -> str:
    """A text of 1 to 200 visible characters, in NFC and with single spaces."""
    tidy = unicodedata.normalize("NFC", " ".join(visible_text(text).split()))
    if len(tidy) > LONGEST_PHRASE:
        raise ValueError(f"{len(tidy)} characters long; shorten it to {LONGEST_PHRASE}")
    return tidy


def visible_text(text: str) -> str:
    """The text itself. Refuses a blank one, and control characters, line ends and the like."""
    for char in text:
        if not char.isprintable() and unicodedata.category(char) != _SPACE:
            raise ValueError(
                f"{quoted(text)} has the invisible character U+{ord(char):04X}; type it again, on one line"
            )
    if not text.strip():
        raise ValueError("empty; write a text or delete this")
    return text


def category(text: str) -> str:
    """A category (`cs.LG`) or an archive (`cs`), as `Keyword.categories` has it."""
    if not is_category(text):
        raise ValueError(f"unknown category {quoted(text)}; {nearest_category(text)}")
    return pattern(text)


def is_category(text: str) -> bool:
    """Whether arXiv has a category or an archive of this name."""
    return text in CATEGORIES or text in ARCHIVES


def nearest_category(text: str) -> str:
    """The remedy for an unknown category; for `cs.ML` it is `stat.ML`."""
    known = CATEGORIES | ARCHIVES
    alike = {name for name in known if name.rpartition(".")[2] == text.rpartition(".")[2]}
    otherwise = "they are listed at https://arxiv.org/category_taxonomy"
    return suggestion(text, alike, "", 0.2) or suggestion(text, known, otherwise)


def query(text: str) -> Expression:
    """A query in arXiv's own language; line ends in it count as spaces."""
    line = unicodedata.normalize("NFC", visible_text(re.sub(r"[\r\n\t]", " ", text)).rstrip())
    if len(line) > LONGEST_QUERY:
        raise ValueError(f"{len(line)} characters long; shorten it to {LONGEST_QUERY}")
    try:
        return expression_of_query(line)
    except MalformedQuery as exc:
        raise ValueError(f"column {exc.column}: {exc}") from exc


def match(text: str) -> Match:
    """Where a phrase must be."""
    return Match(choice(text, tuple(Match)))


def when_empty(text: str) -> str:
    """`skip` or `send`, for a subscriber without new papers."""
    return choice(text, WHEN_EMPTY)


def when_unconfirmed(text: str) -> str:
    """`retry` or `never`, for a mail that the server did not confirm."""
    return choice(text, WHEN_UNCONFIRMED)


def audit(text: str) -> str:
    """`weekly`, `never` or a weekday, in lower case."""
    return choice(text.casefold(), AUDIT_TIMES)


def choice(text: str, known: tuple[str, ...]) -> str:
    """The text itself, if it is one of the known words."""
    if text not in known:
        raise ValueError(
            f"unknown word {quoted(text)}; {suggestion(text, known, 'use ' + ' or '.join(known))}"
        )
    return text


def path(text: str) -> Path:
    """The path of a file or folder; a relative one is not resolved yet."""
    if visible_text(text).startswith("~"):
        raise ValueError(f'{quoted(text)}: "~" has no meaning here; write the whole path')
    if "://" in text:  # not shown: it may hold a password
        raise ValueError("an address and not a path; write the path of a file or folder")
    return Path(text)
