"""Match keywords with papers, and mark phrases in a text, by the rule of arXiv's search.

A text is split at every character that is neither letter nor digit, a possessive `'s` is dropped, case and
accents are folded, and each word is stemmed; the words of a phrase must then be side by side. The conditions
are those that arXiv is asked for (domain/keywords.py), so that both agree.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, Self

from digest.domain.keywords import AUTHORS, CATEGORIES, Condition, Keyword, Match, excluded, required
from digest.domain.stemming import stem

Stems = tuple[str, ...]

Term = tuple[str, Stems]
"""A fact about a paper: where (a Match, AUTHORS or CATEGORIES) which words are."""

_WORD = re.compile(r"([^\W_]+)(?:['’]s(?![^\W_]))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text; `marked` if a phrase found it."""

    text: str
    marked: bool


class Described(Protocol):
    """What a paper needs to be matched; a Paper has it."""

    @property
    def title(self) -> str: ...
    @property
    def abstract(self) -> str: ...
    @property
    def authors(self) -> tuple[str, ...]: ...
    @property
    def categories(self) -> tuple[str, ...]: ...


class Matcher:
    """Finds which of many keywords match a paper, in one pass over its words.

    Each keyword must have a condition besides `exclude`.
    """

    def __init__(self, keywords: Iterable[Keyword]) -> None:
        wanted = {conditions.keyword_id: conditions for conditions in map(_conditions, keywords)}.values()
        terms = {term for conditions in wanted for term in conditions.terms}
        self._phrases = {place: _Phrases.wanted_in(place, terms) for place in Match}
        self._authors = _Phrases.wanted_in(AUTHORS, terms)
        self._by_term: dict[Term, list[_Conditions]] = defaultdict(list)
        for conditions in wanted:
            for term in conditions.required[0]:  # one of them must hold, so these are enough for the lookup
                self._by_term[term].append(conditions)

    def claims(self, described: Described) -> frozenset[str]:
        """The ids of the keywords that match the paper."""
        facts = {*self._texts(described), *self._names(described), *_categories(described)}
        candidates = [conditions for term in facts for conditions in self._by_term.get(term, ())]
        return frozenset(conditions.keyword_id for conditions in candidates if conditions.hold(facts))

    def _texts(self, described: Described) -> Iterator[Term]:
        title, abstract = stems(described.title), stems(described.abstract)
        for place, phrases in self._phrases.items():
            found = _found(place, phrases.found_in(title), phrases.found_in(abstract))
            yield from ((place, words) for words in found)

    def _names(self, described: Described) -> Iterator[Term]:
        """The authors are stemmed only if a keyword has authors: there may be thousands."""
        for author in described.authors if self._authors else ():
            yield from ((AUTHORS, words) for words in self._authors.found_in(stems(author)))


@dataclass(frozen=True, slots=True)
class _Conditions:
    """A keyword: one term of each set in `required` must hold for a paper, and none of `excluded`."""

    keyword_id: str
    required: tuple[frozenset[Term], ...]
    excluded: frozenset[Term]

    @property
    def terms(self) -> frozenset[Term]:
        return self.excluded.union(*self.required)

    def hold(self, facts: set[Term]) -> bool:
        """Whether they hold for a paper with these facts."""
        return self.excluded.isdisjoint(facts) and not any(terms.isdisjoint(facts) for terms in self.required)


class _Phrases:
    """Phrases, found all at once: those of one length together, however many they are."""

    def __init__(self, phrases: Iterable[Stems]) -> None:
        self._by_length: dict[int, set[Stems]] = defaultdict(set)
        for phrase in phrases:
            self._by_length[len(phrase)].add(phrase)

    @classmethod
    def wanted_in(cls, place: str, terms: Iterable[Term]) -> Self:
        return cls(words for where, words in terms if where == place)

    def __bool__(self) -> bool:
        return bool(self._by_length)

    def found_in(self, words: Stems) -> set[Stems]:
        found = (wanted.intersection(_runs(words, length)) for length, wanted in self._by_length.items())
        return set().union(*found)

    def places_in(self, words: Stems) -> Iterator[tuple[int, int]]:
        """The positions of the first and the last word of each phrase in the words."""
        for length, wanted in self._by_length.items():
            for first, run in enumerate(_runs(words, length)):
                if run in wanted:
                    yield first, first + length - 1


def stems(text: str) -> Stems:
    """The stems of a text's words, in order."""
    return tuple(map(_stem, _WORD.findall(unicodedata.normalize("NFC", text))))


def mark(text: str, phrases: Iterable[str]) -> tuple[Segment, ...]:
    """The text (in NFC) cut into segments; those that a phrase found are marked."""
    text = unicodedata.normalize("NFC", text)
    segments, position = [], 0
    for start, end in _merged(sorted(_spans(text, phrases))):
        segments += [Segment(text[position:start], marked=False), Segment(text[start:end], marked=True)]
        position = end
    segments.append(Segment(text[position:], marked=False))
    return tuple(segment for segment in segments if segment.text)


def _conditions(keyword: Keyword) -> _Conditions:
    return _Conditions(
        keyword.id,
        tuple(frozenset(map(_term, conditions)) for conditions in required(keyword)),
        frozenset(map(_term, excluded(keyword))),
    )


def _term(condition: Condition) -> Term:
    where, what = condition
    return where, (what,) if where == CATEGORIES else stems(what)


def _categories(described: Described) -> Iterator[Term]:
    """Each category, and the pattern of its archive: `cs.*` for `cs.LG`."""
    for name in described.categories:
        yield CATEGORIES, (name,)
        archive, _, subject = name.partition(".")
        if subject:
            yield CATEGORIES, (f"{archive}.*",)


def _found(place: Match, in_title: set[Stems], in_abstract: set[Stems]) -> set[Stems]:
    match place:
        case Match.TITLE:
            return in_title
        case Match.ABSTRACT:
            return in_abstract
        case Match.TITLE_AND_ABSTRACT:
            return in_title & in_abstract
        case Match.TITLE_OR_ABSTRACT:
            return in_title | in_abstract


def _spans(text: str, phrases: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the phrases are in the text: first character, and the one after the last."""
    words = list(_WORD.finditer(text))
    wanted = _Phrases(stems(phrase) for phrase in phrases)
    for first, last in wanted.places_in(tuple(_stem(word[1]) for word in words)):
        yield words[first].start(), words[last].end()


def _runs(words: Stems, length: int) -> Iterator[Stems]:
    """Every sequence of `length` words side by side, in order."""
    return zip(*(words[first:] for first in range(length)), strict=False)


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ascending spans, with overlapping ones joined."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current and start < current[1]:
            current = (current[0], max(current[1], end))
        else:
            if current:
                yield current
            current = (start, end)
    if current:
        yield current


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
    return stem(folded)
