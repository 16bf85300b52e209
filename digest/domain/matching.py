"""Where phrases stand in a text, and which keywords a paper answers, by the rule of arXiv's search.

A text is split at every character that is neither letter nor digit, a possessive `'s` is dropped,
case and accents are folded, and each word is Porter-stemmed; the words of a phrase must then stand
side by side. Keywords are first made what arXiv is asked (digest.keywords), so that both agree.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, Self

import snowballstemmer

from digest.domain.keywords import AUTHORS, CATEGORIES, Condition, Keyword, Match, excluded, required

Stems = tuple[str, ...]

Term = tuple[str, Stems]
"""A fact about a paper: where (a Match, or one of the two below) stand which words."""

_WORD = re.compile(r"([^\W_]+)(?:['’]s(?![^\W_]))?", re.IGNORECASE)

_STEMMER = snowballstemmer.stemmer("porter")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text; `marked` if it is what a phrase found."""

    text: str
    marked: bool


class Described(Protocol):
    """What a paper must tell of itself to be matched; a Paper does."""

    @property
    def title(self) -> str: ...
    @property
    def abstract(self) -> str: ...
    @property
    def authors(self) -> tuple[str, ...]: ...
    @property
    def categories(self) -> tuple[str, ...]: ...


class Matcher:
    """Tells which of many keywords a paper answers; one pass over its words serves them all.

    Each keyword must ask for something; `exclude` alone does not.
    """

    def __init__(self, keywords: Iterable[Keyword]) -> None:
        requests = {request.key: request for request in map(_conditions, keywords)}.values()
        terms = {term for request in requests for term in request.terms}
        self._phrases = {place: _Phrases.wanted_in(place, terms) for place in Match}
        self._authors = _Phrases.wanted_in(AUTHORS, terms)
        self._by_term: dict[Term, list[_Conditions]] = defaultdict(list)
        for request in requests:
            for term in request.wanted[0]:  # one must hold, so these are enough to find the question by
                self._by_term[term].append(request)

    def claims(self, described: Described) -> frozenset[str]:
        """The keys (digest.keywords.key) of the keywords that the paper answers."""
        facts = {*self._texts(described), *self._names(described), *_categories(described)}
        candidates = [request for term in facts for request in self._by_term.get(term, ())]
        return frozenset(request.key for request in candidates if request.is_answered_by(facts))

    def _texts(self, described: Described) -> Iterator[Term]:
        title, abstract = stems(described.title), stems(described.abstract)
        for place, phrases in self._phrases.items():
            found = _found(place, phrases.found_in(title), phrases.found_in(abstract))
            yield from ((place, words) for words in found)

    def _names(self, described: Described) -> Iterator[Term]:
        """Stemming thousands of names takes its time, so only if somebody asks for authors."""
        for author in described.authors if self._authors else ():
            yield from ((AUTHORS, words) for words in self._authors.found_in(stems(author)))


@dataclass(frozen=True, slots=True)
class _Conditions:
    """A keyword: one term of each set in `wanted` must hold for a paper, and none of `unwanted`."""

    key: str
    wanted: tuple[frozenset[Term], ...]
    unwanted: frozenset[Term]

    @property
    def terms(self) -> frozenset[Term]:
        return self.unwanted.union(*self.wanted)

    def is_answered_by(self, facts: set[Term]) -> bool:
        return self.unwanted.isdisjoint(facts) and not any(terms.isdisjoint(facts) for terms in self.wanted)


class _Phrases:
    """Phrases, looked for all at once: those of one length in one go, whatever their number."""

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
        """The positions of the first and the last word, wherever a phrase stands."""
        for length, wanted in self._by_length.items():
            for first, run in enumerate(_runs(words, length)):
                if run in wanted:
                    yield first, first + length - 1


def stems(text: str) -> Stems:
    """The stems of a text's words, in order."""
    return tuple(map(_stem, _WORD.findall(unicodedata.normalize("NFC", text))))


def mark(text: str, phrases: Iterable[str]) -> tuple[Segment, ...]:
    """The text (in NFC) cut into segments, so that what a phrase found stands in marked ones."""
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
    """Where in the text the phrases stand: from which character up to which."""
    words = list(_WORD.finditer(text))
    wanted = _Phrases(stems(phrase) for phrase in phrases)
    for first, last in wanted.places_in(tuple(_stem(word[1]) for word in words)):
        yield words[first].start(), words[last].end()


def _runs(words: Stems, length: int) -> Iterator[Stems]:
    """Every so many words that stand side by side, in order."""
    return zip(*(words[first:] for first in range(length)), strict=False)


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ascending spans, with those that overlap made one."""
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
    return str(_STEMMER.stemWord(folded))
