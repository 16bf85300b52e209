"""A digest's small texts: its subject, its amounts, dates, lists of authors, links to code."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from digest.domain.digests import Digest, Entry
from digest.domain.text import counted, one_line

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

# No name there is longer than 100 characters.
_REPOSITORY = re.compile(
    r"(?<![\w.-])(?:www\.)?"
    rf"(?P<place>(?:github\.com|gitlab\.com|bitbucket\.org|huggingface\.co)/(?!(?:{_PAGES})/)"
    r"(?:(?:datasets|spaces)/)?)(?P<name>[\w.-]{1,100}/[\w.-]{0,99}\w)(?!\w)",
    re.ASCII | re.IGNORECASE,
)

_KINDS = {"huggingface.co/": "Model", "huggingface.co/datasets/": "Data", "huggingface.co/spaces/": "Demo"}


class Told(Enum):
    """How much of a paper a mail tells."""

    ALL = auto()
    SHORTENED = auto()
    """Of its abstract only the beginning."""
    NO_ABSTRACT = auto()
    TITLE = auto()


@dataclass(frozen=True, slots=True)
class Repository:
    """Where code, a model or data lies: `Code`, `invented/paper`, `https://github.com/invented/paper`."""

    kind: str
    name: str
    url: str


def subject(digest: Digest) -> str:
    """Such as `12 new papers: Reward Model, Reasoning and 1 more · 22 Jun`, and which of several mails.

    Names fewer keywords where it would be longer than 78 characters, if need be none.
    """
    lead, end = _lead(digest.entries), f"{digest.date.day} {_MONTHS[digest.date.month - 1][:3]}"
    if digest.parts > 1:
        end += f" ({digest.part} of {digest.parts})"
    names = [one_line(section.keyword.name) for section in digest.sections]
    for named in range(min(_NAMED_KEYWORDS, len(names)), 0, -1):
        candidate = f"{lead} {listed(names, named)} · {end}"
        if len(candidate) <= _SUBJECT_LENGTH:
            return candidate
    return f"{lead.rstrip(' :·')} · {end}"


def amount(entries: Sequence[Entry]) -> str:
    """`12 new papers`, `10 papers to begin with`, both, or `No new papers`."""
    welcome = sum(entry.welcome for entry in entries)
    new = len(entries) - welcome
    if not welcome:
        return counted(new, "new paper") if new else "No new papers"
    begin = f"{welcome} to begin with" if new else f"{counted(welcome, 'paper')} to begin with"
    return f"{counted(new, 'new paper')} and {begin}" if new else begin


def left_out(told: Collection[Told]) -> str:
    """What a mail that tells so much of its papers leaves out, in a sentence; empty if that is nothing."""
    kinds = set(told)
    if kinds <= {Told.ALL}:
        return ""
    fact = "Papers are shown by their titles alone" if kinds == {Told.TITLE} else _left_out_in_part(kinds)
    return f"{fact}, so that mail programs show this mail whole: every title links to its paper."


def _left_out_in_part(kinds: Collection[Told]) -> str:
    missing = Told.NO_ABSTRACT in kinds or Told.TITLE in kinds
    kept = Told.ALL in kinds or Told.SHORTENED in kinds
    deeds = ["shortened"] * (Told.SHORTENED in kinds) + ["left out"] * missing
    what = "Some abstracts" if missing and kept else "Abstracts"
    titles = ", and some papers are shown by their titles alone" if Told.TITLE in kinds else ""
    return f"{what} are {' or '.join(deeds)}{titles}"


def long_date(day: date) -> str:
    """`Monday, 22 June 2026`."""
    return f"{_WEEKDAYS[day.weekday()]}, {plain_date(day)}"


def plain_date(day: date) -> str:
    """`22 June 2026`, whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def cut(text: str, characters: int) -> str:
    """The text, or as much of it as goes into so many characters together with an ellipsis."""
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def authors_line(authors: Sequence[str]) -> str:
    """All of up to six authors; of more, the first five and the number of the others."""
    if len(authors) <= _ALL_AUTHORS:
        return ", ".join(authors)
    return listed(authors, _FIRST_AUTHORS)


def listed(names: Sequence[str], named: int) -> str:
    """The first so many of the names, and the number of the others."""
    shown, others = ", ".join(names[:named]), len(names[named:])
    return f"{shown} and {others} more" if others else shown


def repository(text: str) -> Repository | None:
    """The first repository of source code, models or data that the text names."""
    found = _REPOSITORY.search(text.replace(r"\_", "_"))  # an underscore as TeX writes it
    if not found:
        return None
    kind = _KINDS.get(found["place"].lower(), "Code")
    return Repository(kind, found["name"], f"https://{found['place']}{found['name']}")


def _lead(entries: Sequence[Entry]) -> str:
    if entries and all(entry.welcome for entry in entries):
        return f"Welcome: {amount(entries)} ·"
    return f"{amount(entries)}:"
