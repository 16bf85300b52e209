"""Find the definition that a misspelt name means, and keywords that differ in endings only."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from digest.domain.analyzer import exact_words, phrase_stems
from digest.domain.expressions import Expression, Term, with_terms
from digest.domain.identity import name_key
from digest.domain.keywords import Keyword, expression_of

SHORTEST = 6
"""Characters of a name that may be misspelt. Of shorter ones many are near each other: GAN, GNN."""


class Similar:
    """Names that a text may mean: with one letter more, less or another, or with other endings."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_stems: dict[tuple[str | None, ...], str] = {}
        self._by_shortened: dict[str, list[str]] = defaultdict(list)
        for name in names:
            self._by_stems.setdefault(phrase_stems(name), name)
            for shortened in _shortened(name_key(name)):
                self._by_shortened[shortened].append(name)

    def name_like(self, text: str) -> str | None:
        """The name that is nearly the text, or None."""
        stems = phrase_stems(text)
        if stems and stems in self._by_stems:
            return self._by_stems[stems]
        folded = name_key(text)
        near = (name for part in _shortened(folded) for name in self._by_shortened.get(part, ()))
        return next((name for name in near if _is_misspelt(folded, name_key(name))), None)


@lru_cache(maxsize=20_000)
def meaning_of(keyword: Keyword) -> Expression:
    """What the keyword finds: the same for keywords whose words differ in endings, case and signs only."""
    return with_terms(expression_of(keyword), _analyzed)


def _analyzed(term: Term) -> Expression:
    words = exact_words(term.text) if term.exact else phrase_stems(term.text)
    is_text = term.field in ("title", "abstract")
    return Term(term.field, " ".join(word or "*" for word in words) if is_text else term.text, term.exact)


def _shortened(text: str) -> Iterator[str]:
    """The text, and the text without each of its characters."""
    if len(text) >= SHORTEST:
        yield text
        yield from (text[:place] + text[place + 1 :] for place in range(1, len(text)))


def _is_misspelt(text: str, name: str) -> bool:
    """Whether one typing mistake can have made the text of the name. Numbers are not misspelt, nor is the
    beginning of a word: supervised and unsupervised, Llama 3 and Llama 4."""
    return _beginnings(text) == _beginnings(name) and re.findall(r"\d+", text) == re.findall(r"\d+", name)


def _beginnings(text: str) -> list[str]:
    return [word[0] for word in re.findall(r"\w+", text)]
