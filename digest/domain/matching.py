"""Match keywords with papers, and mark phrases in a text, by the rule of arXiv's search.

The words of a phrase must be side by side (domain/analyzer.py); any word may stand in the place of a stop
word, so that `LLM for security` also finds `LLM-based security`. What arXiv is asked for is made from the
same expressions (sources/arxiv/query.py), so that both agree.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from digest.domain.analyzer import Stems, exact_words, phrase_stems, searchable, stem_of, stems, words
from digest.domain.expressions import (
    Expression,
    Field,
    Term,
    any_of,
    holds,
    needed_terms,
    terms_of,
    with_terms,
)
from digest.domain.keywords import Keyword, Phrase, expression_of
from digest.domain.names import PersonName, name_words, person_name
from digest.domain.text import with_few_marks

_TEXTS = (Field.TITLE, Field.ABSTRACT)

_Offsets = tuple[int, ...]
"""The places of a phrase's words, from 0 on; a gap is where a stop word was."""


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

    Each keyword must have a condition besides `exclude`. `expression` gives what a keyword wants.
    """

    def __init__(
        self, keywords: Iterable[Keyword], expression: Callable[[Keyword], Expression] = expression_of
    ) -> None:
        self._wanted = {keyword.id: expression(keyword) for keyword in keywords}
        terms = {term for wanted in self._wanted.values() for term in terms_of(wanted)}
        self._texts = {field: _Phrases.of_terms(terms, field) for field in (Field.TITLE, Field.ABSTRACT)}
        self._names = _Names(term for term in terms if term.field is Field.AUTHOR)
        self._by_term: dict[Term, list[str]] = defaultdict(list)
        for keyword_id, wanted in self._wanted.items():
            for term in needed_terms(wanted):
                self._by_term[term].append(keyword_id)

    def claims(self, described: Described) -> frozenset[str]:
        """The ids of the keywords that match the paper."""
        facts = {
            *self._texts[Field.TITLE].found_in(described.title),
            *self._texts[Field.ABSTRACT].found_in(described.abstract),
            *self._names.found_in(described.authors),
            *_categories(described),
        }
        candidates = {keyword_id for term in facts for keyword_id in self._by_term.get(term, ())}
        return frozenset(one for one in candidates if holds(self._wanted[one], facts))


class _Phrases:
    """Terms, found in a text all at once: those whose words have the same offsets together."""

    def __init__(self) -> None:
        self._stemmed: dict[_Offsets, dict[tuple[str, ...], list[Term]]] = {}
        self._exact: dict[_Offsets, dict[tuple[str, ...], list[Term]]] = {}

    @classmethod
    def of_terms(cls, terms: Iterable[Term], field: Field) -> "_Phrases":
        phrases = cls()
        for term in terms:
            if term.field is field:
                phrases.add(term)
        return phrases

    def add(self, term: Term) -> None:
        table = self._exact if term.exact else self._stemmed
        offsets, wanted = _shape(Phrase(term.text, term.exact))
        if wanted:
            table.setdefault(offsets, {}).setdefault(wanted, []).append(term)

    def found_in(self, text: str) -> Iterator[Term]:
        for table, split in ((self._stemmed, stems), (self._exact, exact_words)):
            found = split(text) if table else ()
            for offsets, wanted in table.items():
                for run in wanted.keys() & set(_runs(found, offsets)):
                    yield from wanted[run]


class _Names:
    """Authors' names that are wanted, each looked up by one of its words."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_word: dict[str, list[tuple[PersonName, Term]]] = defaultdict(list)
        for term in terms:
            name = person_name(term.text)
            if name.words:
                self._by_word[max(name.words, key=len)].append((name, term))

    def found_in(self, authors: Sequence[str]) -> Iterator[Term]:
        """The authors are split only if a keyword has authors: there may be thousands."""
        for author in authors if self._by_word else ():
            found = name_words(author)
            for word in found:
                yield from (term for name, term in self._by_word.get(word, ()) if name.is_of(found))


def occurrences(text: str, phrases: Iterable[Phrase]) -> tuple[int, ...]:
    """How often each phrase stands in the text."""
    return tuple(_occurrences(text, phrase) for phrase in phrases)


def mark(text: str, phrases: Iterable[Phrase]) -> tuple[Segment, ...]:
    """The text (in NFC) cut into segments; those that a phrase found are marked, with the word in a gap."""
    text = unicodedata.normalize("NFC", with_few_marks(text))
    segments, position = [], 0
    for start, end in _merged(sorted(_spans(text, phrases))):
        segments += [Segment(text[position:start], marked=False), Segment(text[start:end], marked=True)]
        position = end
    segments.append(Segment(text[position:], marked=False))
    return tuple(segment for segment in segments if segment.text)


def accented_forms(keyword: Keyword, texts: Iterable[str]) -> frozenset[str]:
    """How the texts write the keyword's phrases, where that has letters beyond ASCII."""
    phrases = [phrase for phrase in keyword.phrases if not phrase.exact]
    wanted = {phrase_stems(phrase.text) for phrase in phrases}
    segments = (segment for text in texts if not text.isascii() for segment in mark(text, phrases))
    found = (searchable(segment.text) for segment in segments if segment.marked)
    return frozenset(one for one in found if not one.isascii() and phrase_stems(one) in wanted)


def with_accented_forms(keyword: Keyword, forms: Iterable[str]) -> Keyword:
    """A keyword that also looks for these forms of its phrases; for a source that folds no accents."""
    by_stems: dict[Stems, set[str]] = defaultdict(set)
    for form in forms:
        by_stems[phrase_stems(form)].add(form)

    def spelled(term: Term) -> Expression:
        known = by_stems.get(phrase_stems(term.text), ()) if term.field in _TEXTS else ()
        others = (Term(term.field, form, term.exact) for form in sorted(known))
        return any_of(tuple(dict.fromkeys((term, *others))))

    return replace(keyword, query=with_terms(expression_of(keyword), spelled)) if by_stems else keyword


def fills_gaps(phrase: Phrase, texts: Iterable[str]) -> bool:
    """Whether the texts have the phrase, but only with other words in the places of its stop words."""
    if phrase.exact or None not in phrase_stems(phrase.text):
        return False
    found = [segment.text for text in texts for segment in mark(text, [phrase]) if segment.marked]
    return bool(found) and all(_stop_words(words) != _stop_words(phrase.text) for words in found)


def is_found_by_gaps(keyword: Keyword, described: Described) -> bool:
    """Whether every phrase of the keyword that the paper has is there with other words in its gaps."""
    texts = (described.title, described.abstract)
    gaps = [phrase for phrase in keyword.phrases if fills_gaps(phrase, texts)]
    return bool(gaps) and not any(
        segment.marked
        for phrase in keyword.phrases
        if phrase not in gaps
        for text in texts
        for segment in mark(text, [phrase])
    )


def _occurrences(text: str, phrase: Phrase) -> int:
    offsets, wanted = _shape(phrase)
    found = _exact_words_of(text) if phrase.exact else _stems_of(text)
    return sum(run == wanted for run in _runs(found, offsets))


# All keywords of a subscriber are looked for in one paper after the other.
_stems_of = lru_cache(64)(stems)
_exact_words_of = lru_cache(64)(exact_words)


def _stop_words(text: str) -> list[tuple[int, str]]:
    """The stop words between the first and the last other word, and where they are."""
    found = [(stem_of(word), word) for word in exact_words(text)]
    others = [place for place, (stemmed, _) in enumerate(found) if stemmed is not None]
    inside = enumerate(found[others[0] : others[-1]])
    return [(place, word) for place, (stemmed, word) in inside if stemmed is None]


def _spans(text: str, phrases: Iterable[Phrase]) -> Iterator[tuple[int, int]]:
    """Where the phrases are in the text: first character, and the one after the last."""
    places = list(words(text))
    stemmed = tuple(stem_of(place[0]) for place in places)
    exact = exact_words(text)
    for phrase in phrases:
        offsets, wanted = _shape(phrase)
        for first, run in enumerate(_runs(exact if phrase.exact else stemmed, offsets)):
            if run == wanted:
                yield places[first].start(), places[first + offsets[-1]].end()


@lru_cache(maxsize=20_000)
def _shape(phrase: Phrase) -> tuple[_Offsets, tuple[str, ...]]:
    """The offsets of a phrase's words, and the words; both empty if it has none."""
    found = exact_words(phrase.text) if phrase.exact else phrase_stems(phrase.text)
    there = [(offset, word) for offset, word in enumerate(found) if word is not None]
    return tuple(offset for offset, _ in there), tuple(word for _, word in there)


def _runs(found: Sequence[str | None], offsets: _Offsets) -> Iterator[tuple[str | None, ...]]:
    """The words at these offsets from every place, in order."""
    return zip(*(found[offset:] for offset in offsets), strict=False)


def _categories(described: Described) -> Iterator[Term]:
    """Each category, and the pattern of its archive: `cs.*` for `cs.LG`."""
    for name in described.categories:
        yield Term(Field.CATEGORY, name)
        archive, _, subject = name.partition(".")
        if subject:
            yield Term(Field.CATEGORY, f"{archive}.*")


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
