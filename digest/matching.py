"""Where phrases stand in a text, by the rule of arXiv's search.

A text is split at every character that is neither letter nor digit, a possessive `'s` is dropped,
case and accents are folded, and each word is Porter-stemmed; the words of a phrase must then stand
side by side.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"([^\W_]+)(?:['’]s(?![^\W_]))?", re.IGNORECASE)
_STEMMER = snowballstemmer.stemmer("porter")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text; `marked` if it is what a phrase found."""

    text: str
    marked: bool


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text's words, in order."""
    return tuple(_stem(word[1]) for word in _words(text))


def mark(text: str, phrases: Iterable[str]) -> tuple[Segment, ...]:
    """The text (in NFC) cut into segments, so that what a phrase found stands in marked ones."""
    text = unicodedata.normalize("NFC", text)
    segments, position = [], 0
    for start, end in _merged(sorted(_spans(text, phrases))):
        segments += [Segment(text[position:start], marked=False), Segment(text[start:end], marked=True)]
        position = end
    segments.append(Segment(text[position:], marked=False))
    return tuple(segment for segment in segments if segment.text)


def _spans(text: str, phrases: Iterable[str]) -> Iterator[tuple[int, int]]:
    wanted = {stems(phrase) for phrase in phrases} - {()}
    lengths = sorted({len(phrase) for phrase in wanted})
    words = list(_words(text))
    found = tuple(_stem(word[1]) for word in words)
    for first in range(len(words)):
        for length in lengths:
            if found[first : first + length] in wanted and first + length <= len(words):
                yield words[first].start(), words[first + length - 1].end()


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


def _words(text: str) -> Iterator[re.Match[str]]:
    return _WORD.finditer(text)


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
    return str(_STEMMER.stemWord(folded))
