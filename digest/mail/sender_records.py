"""Read what the DNS says about who may send mail for a domain.

SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Texts = Callable[[str], tuple[str, ...]]
"""The TXT records of a name."""

MOST_LOOKUPS = 10
"""Of one SPF record with all those that it includes (RFC 7208, section 4.6.4)."""

_SPF = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_DMARC = re.compile(r"v\s*=\s*DMARC1\s*(?:;|$)")
_ASKS = {"include", "a", "mx", "ptr", "exists", "redirect"}
_TERM = re.compile(r"(?P<sign>[+?~-]?)(?P<name>[a-z0-9_.-]+)(?:[:=](?P<value>[^/]*))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism or a modifier of an SPF record, such as `-all` or `include:_spf.example.org`."""

    name: str
    value: str
    sign: str


def spf_records(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The SPF records among the TXT records. More than one counts as none (RFC 7208, section 4.5)."""
    return tuple(text for text in texts if _SPF.match(text))


def spf_terms(record: str) -> Iterator[Term]:
    """The terms that count: none behind `all`, which decides. What is malformed is left out."""
    for word in record.split()[1:]:
        if term := _TERM.match(word):
            yield Term(term["name"].lower(), (term["value"] or "").lower(), term["sign"])
            if term["name"].lower() == "all":
                return


def allows_all(record: str) -> bool:
    """Whether the record says that every machine of the world may send for the domain."""
    return any(term.name == "all" and term.sign in {"", "+"} for term in spf_terms(record))


def spf_lookups(record: str, texts: Texts) -> int:
    """The number of look-ups that the record costs a receiver; counted no further than one too many."""
    count, waiting = 0, [record]
    while waiting and count <= MOST_LOOKUPS:
        for term in spf_terms(waiting.pop()):
            count += term.name in _ASKS
            if count > MOST_LOOKUPS:
                break
            if term.name in {"include", "redirect"} and "%" not in term.value:
                waiting += spf_records(texts(term.value))
    return count


def dmarc_record(domain: str, texts: Texts) -> tuple[str, str]:
    """The domain whose DMARC record counts for this one, and the record; two empty texts if there is none.

    That of a domain above it counts where it has none of its own.
    """
    labels = domain.split(".")
    for start in range(max(len(labels) - 1, 1)):
        name = ".".join(labels[start:])
        records = [text for text in texts(f"_dmarc.{name}") if _DMARC.match(text)]
        if records:  # several count as none (RFC 7489, section 6.6.3)
            return (name, records[0]) if len(records) == 1 else ("", "")
    return "", ""


def tags(record: str) -> Mapping[str, str]:
    """The tags of a DKIM or DMARC record, such as {"v": "DMARC1", "p": "none"}."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}
