"""A digest's small texts: its subject, its amounts, dates, lists of authors, links to code."""

import re
from collections.abc import Sequence
from datetime import date

from digest.models import Digest, Entry
from digest.plaintext import counted, one_line

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_SUBJECT_LENGTH = 78
_NAMED_KEYWORDS = 2
_ALL_AUTHORS = 6
_FIRST_AUTHORS = 5

# Paths of these sites that are not somebody's repository.
_PAGES = "blog|collections|docs|features|orgs|papers|topics"
_REPOSITORY = re.compile(
    r"(?<![\w.-])(?:www\.)?"
    rf"(?P<path>(?:github\.com|gitlab\.com|bitbucket\.org|huggingface\.co)/(?!(?:{_PAGES})/)"
    r"(?:datasets/|spaces/)?[\w.-]+/[\w.-]*\w)",
    re.ASCII | re.IGNORECASE,
)


def subject(digest: Digest) -> str:
    """Such as `12 new papers: Reward Model, Reasoning and 1 more · 22 Jun`.

    Names fewer keywords where it would be longer than 78 characters, if need be none.
    """
    lead, day = _lead(digest.entries), f"{digest.date.day} {_MONTHS[digest.date.month - 1][:3]}"
    names = [one_line(section.keyword.name) for section in digest.sections]
    for named in range(min(_NAMED_KEYWORDS, len(names)), 0, -1):
        candidate = f"{lead} {_listed(names, named)} · {day}"
        if len(candidate) <= _SUBJECT_LENGTH:
            return candidate
    return f"{lead.rstrip(' :·')} · {day}"


def amount(entries: Sequence[Entry]) -> str:
    """`12 new papers`, `10 papers to begin with`, both, or `No new papers`."""
    welcome = sum(entry.welcome for entry in entries)
    new = len(entries) - welcome
    if not welcome:
        return counted(new, "new paper") if new else "No new papers"
    begin = f"{welcome} to begin with" if new else f"{counted(welcome, 'paper')} to begin with"
    return f"{counted(new, 'new paper')} and {begin}" if new else begin


def long_date(day: date) -> str:
    """`Monday, 22 June 2026`."""
    return f"{_WEEKDAYS[day.weekday()]}, {plain_date(day)}"


def plain_date(day: date) -> str:
    """`22 June 2026`, whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def authors_line(authors: Sequence[str]) -> str:
    """All of up to six authors; of more, the first five and the number of the others."""
    if len(authors) <= _ALL_AUTHORS:
        return ", ".join(authors)
    return _listed(authors, _FIRST_AUTHORS)


def repository_url(text: str) -> str:
    """The first repository of source code, models or data that the text names; empty if there is none."""
    found = _REPOSITORY.search(text.replace(r"\_", "_"))  # an underscore as TeX writes it
    return f"https://{found['path']}" if found else ""


def _lead(entries: Sequence[Entry]) -> str:
    if entries and all(entry.welcome for entry in entries):
        return f"Welcome: {amount(entries)} ·"
    return f"{amount(entries)}:"


def _listed(names: Sequence[str], named: int) -> str:
    shown, others = ", ".join(names[:named]), len(names) - named
    return f"{shown} and {others} more" if others else shown
