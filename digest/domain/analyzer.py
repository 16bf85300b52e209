"""Split a text into words and stems as the `english` analyzer of arXiv's search does.

A word ends where Unicode's rule has a word boundary (UAX #29), so `3.1`, `foo_bar` and `don't` are one word,
`state-of-the-art` is four, and each Chinese character is one. A possessive `'s` is dropped, and so are stop
words, but their place stays empty. Plain words are stemmed. In contrast to arXiv, accents are folded: people
leave them out.
Source: mappings/DocumentMapping.json of arXiv's public search code; the analyzer is described at
https://www.elastic.co/guide/en/elasticsearch/reference/7.17/analysis-lang-analyzer.html#english-analyzer
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from digest.domain.stemming import stem
from digest.domain.text import with_few_marks

STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be but by for if in into is it no not of on or such that the their then there
        these they this to was will with""",
    )
)

Stems = tuple[str | None, ...]
"""The stems of a text's words, in order; None in the place of a stop word."""

_IDEOGRAPH = "\u3040-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_MARK = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"  # accents that do not compose
_WORD = re.compile(
    rf"[{_IDEOGRAPH}]|(?:[^\W{_IDEOGRAPH}]|(?<=\w)[{_MARK}]"
    r"|(?<=[^\W\d_])[.'’:](?=[^\W\d_])|(?<=\d)[.,;'](?=\d))+"
)
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)


def words(text: str) -> Iterator[re.Match[str]]:
    """The words of a text in NFC, in order, stop words too."""
    return (found for found in _WORD.finditer(text) if found[0].strip("_"))


def stems(text: str) -> Stems:
    """The stems of a text."""
    return tuple(stem_of(found[0]) for found in words(unicodedata.normalize("NFC", with_few_marks(text))))


def phrase_stems(phrase: str) -> Stems:
    """The stems of a phrase from its first to its last word that is no stop word; empty if it has none."""
    found = stems(phrase)
    places = [place for place, stemmed in enumerate(found) if stemmed is not None]
    return found[places[0] : places[-1] + 1] if places else ()


def exact_words(text: str) -> tuple[str, ...]:
    """The words of a text as they are written, stop words too; only case and accents are folded."""
    plain = unicodedata.normalize("NFC", with_few_marks(text))
    return tuple(fold(_POSSESSIVE.sub("", found[0]).replace("’", "'")) for found in words(plain))


def searchable(phrase: str) -> str:
    """The words of a phrase with single spaces, without punctuation; empty if there are none."""
    plain = unicodedata.normalize("NFC", with_few_marks(phrase)).replace("’", "'")
    return " ".join(found[0] for found in words(plain))


def fold(text: str) -> str:
    """The text without accents and differences of case."""
    decomposed = unicodedata.normalize("NFKD", with_few_marks(text))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


@lru_cache(maxsize=65_536)
def stem_of(word: str) -> str | None:
    """The stem of one word; None for a stop word."""
    plain = _POSSESSIVE.sub("", word).replace("’", "'")
    if plain.lower() in STOP_WORDS:
        return None
    folded = fold(plain)
    return stem(folded) if folded.isalnum() else folded
