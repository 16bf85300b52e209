"""Define a keyword: a subscriber's conditions on papers, and the id that they determine."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from digest.domain.analyzer import searchable
from digest.domain.expressions import (
    AllOf,
    Expression,
    Field,
    Term,
    Without,
    all_of,
    any_of,
    wanted_terms,
)
from digest.domain.names import canonical_name

AUTHORS, CATEGORIES = "authors", "categories"
"""The places of a condition that are not in Match."""

EXACT = "exact "
"""Before the place of a phrase whose words must be as they are written."""

Condition = tuple[str, str]
"""Where (a Match, AUTHORS or CATEGORIES) and what: words with single spaces, or a category's name."""


class Match(StrEnum):
    """Where a phrase must occur."""

    TITLE_OR_ABSTRACT = "title-or-abstract"
    TITLE_AND_ABSTRACT = "title-and-abstract"
    TITLE = "title"
    ABSTRACT = "abstract"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side; with `exact` as they are written, otherwise by the rule of the analyzer."""

    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Keyword:
    """A named set of conditions. Conditions of different kinds must all hold.

    `match` None means the default for each phrase: several words in title or abstract, a single
    word in title and abstract. `exact` is about the phrases in `any` and `all`. A category is `cs.LG`, or
    `cs.*` for all of an archive, by the name that the source uses. `query` stands for all other conditions.
    """

    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    match: Match | None = None
    exact: bool = False
    query: Expression | None = None

    @property
    def id(self) -> str:
        """32 hexadecimal digits: the same for keywords with the same conditions, whatever their names."""
        return _id(self)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases that speak for a paper, each once."""
        terms = wanted_terms(expression_of(self))
        found = (Phrase(term.text, term.exact) for term in terms if term.field in _TEXTS)
        return tuple(dict.fromkeys(found))

    @property
    def all_authors(self) -> tuple[str, ...]:
        """The authors' names that speak for a paper."""
        terms = wanted_terms(expression_of(self))
        return tuple(dict.fromkeys(term.text for term in terms if term.field is Field.AUTHOR))

    @property
    def all_categories(self) -> tuple[str, ...]:
        """The categories that speak for a paper."""
        terms = wanted_terms(expression_of(self))
        return tuple(dict.fromkeys(term.text for term in terms if term.field is Field.CATEGORY))


_TEXTS = (Field.TITLE, Field.ABSTRACT)


def distinct(keywords: Iterable[Keyword]) -> tuple[Keyword, ...]:
    """The keywords without those that have the id of an earlier one."""
    by_id: dict[str, Keyword] = {}
    for keyword in keywords:
        by_id.setdefault(keyword.id, keyword)
    return tuple(by_id.values())


# A run needs them for each paper of a mail.
@lru_cache(maxsize=20_000)
def expression_of(keyword: Keyword) -> Expression:
    """What the keyword wants of a paper."""
    if keyword.query is not None:
        return keyword.query
    any_phrase = tuple(_in_texts(phrase, keyword) for phrase in keyword.any)
    all_phrases = tuple(_in_texts(phrase, keyword) for phrase in keyword.all)
    alternatives = (
        any_phrase,
        *((phrase,) for phrase in all_phrases),
        tuple(Term(Field.AUTHOR, author) for author in keyword.authors),
        tuple(Term(Field.CATEGORY, category) for category in keyword.categories),
    )
    wanted = all_of(tuple(any_of(parts) for parts in alternatives if parts))
    unwanted = tuple(_placed(phrase, Match.TITLE_OR_ABSTRACT) for phrase in keyword.exclude)
    return Without(wanted, any_of(unwanted)) if unwanted else wanted


def _in_texts(phrase: str, keyword: Keyword) -> Expression:
    return _placed(phrase, keyword.match or default_match(phrase), exact=keyword.exact)


def _placed(phrase: str, place: Match, *, exact: bool = False) -> Expression:
    title, abstract = (Term(field, phrase, exact) for field in _TEXTS)
    match place:
        case Match.TITLE:
            return title
        case Match.ABSTRACT:
            return abstract
        case Match.TITLE_AND_ABSTRACT:
            return AllOf((title, abstract))
        case Match.TITLE_OR_ABSTRACT:
            return any_of((title, abstract))


def definition_id(required: Iterable[Iterable[Condition]], excluded: Iterable[Condition]) -> str:
    """The id of the keywords with these conditions. Case and order do not matter."""
    wanted = sorted({_canonical(conditions) for conditions in required})
    return _hashed([wanted, _canonical(excluded)])


def default_match(phrase: str) -> Match:
    """Several words: title or abstract. A single word: title and abstract."""
    return Match.TITLE_OR_ABSTRACT if len(phrase.split()) > 1 else Match.TITLE_AND_ABSTRACT


# A run needs the ids of keywords thousands of times.
@lru_cache(maxsize=20_000)
def _id(keyword: Keyword) -> str:
    if keyword.query is not None:
        return _hashed(["query", _structure(keyword.query)])
    return definition_id(_required(keyword), _excluded(keyword))


def _required(keyword: Keyword) -> tuple[frozenset[Condition], ...]:
    """The sets of conditions; at least one of each set must hold."""
    alternatives = (
        {_condition(phrase, keyword) for phrase in keyword.any},
        *({_condition(phrase, keyword)} for phrase in keyword.all),
        {(AUTHORS, canonical_name(author)) for author in keyword.authors},
        {(CATEGORIES, category) for category in keyword.categories},
    )
    return tuple(frozenset(conditions) for conditions in alternatives if conditions)


def _excluded(keyword: Keyword) -> frozenset[Condition]:
    """The conditions of which none may hold."""
    return frozenset((Match.TITLE_OR_ABSTRACT, searchable(phrase)) for phrase in keyword.exclude)


def _condition(phrase: str, keyword: Keyword) -> Condition:
    place = keyword.match or default_match(phrase)
    return (f"{EXACT}{place}" if keyword.exact else place), searchable(phrase)


def _canonical(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    return tuple(sorted({(str(where), what.casefold()) for where, what in conditions}))


def _structure(expression: Expression) -> object:
    """The expression as JSON can have it; case does not matter."""
    match expression:
        case Term(field, text):
            return [field, text.casefold()]
        case Without(wanted, unwanted):
            return ["without", _structure(wanted), _structure(unwanted)]
        case AllOf(parts):
            return ["all", *map(_structure, parts)]
        case _:
            return ["any", *map(_structure, expression.parts)]


def _hashed(definition: object) -> str:
    return hashlib.sha256(json.dumps(definition, ensure_ascii=False).encode()).hexdigest()[:32]
