"""Define a keyword: a subscriber's conditions on papers, and the id that they determine."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_NOT_IN_A_WORD = re.compile(r"[^\w']+|_+")

AUTHORS, CATEGORIES = "authors", "categories"
"""The places of a condition that are not in Match."""

Condition = tuple[str, str]
"""Where (a Match, AUTHORS or CATEGORIES) and what: words with single spaces, or a category's name."""


class Match(StrEnum):
    """Where a phrase must occur."""

    TITLE_OR_ABSTRACT = "title-or-abstract"
    TITLE_AND_ABSTRACT = "title-and-abstract"
    TITLE = "title"
    ABSTRACT = "abstract"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A named set of conditions. Conditions of different kinds must all hold.

    `match` None means the default for each phrase: several words in title or abstract, a single
    word in title and abstract. A category is `cs.LG`, or `cs.*` for all of an archive, by the name that the
    source uses.
    """

    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    match: Match | None = None

    @property
    def id(self) -> str:
        """32 hexadecimal digits: the same for keywords with the same conditions, whatever their names."""
        return _id(self)


def distinct(keywords: Iterable[Keyword]) -> tuple[Keyword, ...]:
    """The keywords without those that have the id of an earlier one."""
    by_id: dict[str, Keyword] = {}
    for keyword in keywords:
        by_id.setdefault(keyword.id, keyword)
    return tuple(by_id.values())


def required(keyword: Keyword) -> tuple[frozenset[Condition], ...]:
    """The sets of conditions; at least one of each set must hold."""
    alternatives = (
        {_phrase(phrase, keyword.match) for phrase in keyword.any},
        *({_phrase(phrase, keyword.match)} for phrase in keyword.all),
        {(AUTHORS, searchable(author)) for author in keyword.authors},
        {(CATEGORIES, category) for category in keyword.categories},
    )
    return tuple(frozenset(conditions) for conditions in alternatives if conditions)


def excluded(keyword: Keyword) -> frozenset[Condition]:
    """The conditions of which none may hold."""
    return frozenset(_phrase(phrase, Match.TITLE_OR_ABSTRACT) for phrase in keyword.exclude)


def definition_id(required: Iterable[Iterable[Condition]], excluded: Iterable[Condition]) -> str:
    """The id of the keywords with these conditions. Case and order do not matter."""
    wanted = sorted({_canonical(conditions) for conditions in required})
    definition = json.dumps([wanted, _canonical(excluded)], ensure_ascii=False)
    return hashlib.sha256(definition.encode()).hexdigest()[:32]


def searchable(phrase: str) -> str:
    """The words of a phrase with single spaces, without punctuation; empty if there are none."""
    plain = unicodedata.normalize("NFC", phrase).replace("’", "'")
    words = _NOT_IN_A_WORD.sub(" ", plain).split()
    return " ".join(word for word in words if word.strip("'"))


def default_match(phrase: str) -> Match:
    """Several words: title or abstract. A single word: title and abstract."""
    return Match.TITLE_OR_ABSTRACT if len(phrase.split()) > 1 else Match.TITLE_AND_ABSTRACT


# A run needs the ids of keywords thousands of times.
@lru_cache(maxsize=20_000)
def _id(keyword: Keyword) -> str:
    return definition_id(required(keyword), excluded(keyword))


def _phrase(phrase: str, match: Match | None) -> Condition:
    return match or default_match(phrase), searchable(phrase)


def _canonical(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    return tuple(sorted({(str(where), what.casefold()) for where, what in conditions}))
