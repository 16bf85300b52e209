"""Text as a person writes it → a value. Each function raises ValueError with the problem and its remedy."""

import re
import unicodedata
from datetime import time
from zoneinfo import ZoneInfo, available_timezones

from digest.categories import ARCHIVES, CATEGORIES, canonical
from digest.config.wording import quoted, suggestion
from digest.keywords import searchable
from digest.models import Match

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
    """A category (`cs.LG`), by the name that arXiv's answers use, or an archive (`cs`)."""
    known = CATEGORIES | ARCHIVES
    if text not in known:
        otherwise = "they are listed at https://arxiv.org/category_taxonomy"
        raise ValueError(f"unknown category {quoted(text)}; {suggestion(text, known, otherwise)}")
    return canonical(text)


def match(text: str) -> Match:
    """Where a phrase must stand."""
    return Match(choice(text, tuple(Match)))


def when_empty(text: str) -> str:
    """`skip` or `send`."""
    return choice(text, ("skip", "send"))


def when_unconfirmed(text: str) -> str:
    """`retry` or `never`."""
    return choice(text, ("retry", "never"))


def choice(text: str, known: tuple[str, ...]) -> str:
    """One of a few known words."""
    if text not in known:
        raise ValueError(
            f"unknown word {quoted(text)}; {suggestion(text, known, 'use ' + ' or '.join(known))}"
        )
    return text


def path(text: str) -> str:
    """A file's or folder's path, still relative to whatever names it."""
    if visible_text(text).startswith("~"):
        raise ValueError(f'{quoted(text)}: "~" has no meaning here; write the whole path')
    return text
