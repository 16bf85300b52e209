"""Find what a paper shows of what a keyword asks for, and say it in a few words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest.domain.keywords import Keyword, Phrase
from digest.domain.matching import fills_gaps, mark, occurrences
from digest.domain.names import name_words, person_name
from digest.domain.papers import Paper


@dataclass(frozen=True, slots=True)
class FoundPhrase:
    """A phrase that stands in a paper: how often in the title, how often in the abstract."""

    phrase: Phrase
    in_title: int
    in_abstract: int
    as_found: str = ""
    """The words in the paper, if they only fill the gaps of the phrase."""

    def __str__(self) -> str:
        """Such as `“reward model” in title and abstract 4×`."""
        places = ["title"] if self.in_title else []
        if self.in_abstract:
            places.append(f"abstract {self.in_abstract}×" if self.in_abstract > 1 else "abstract")
        as_found = f", as “{self.as_found}”" if self.as_found else ""
        return f"“{self.phrase.text}” in {' and '.join(places)}{as_found}"


def reason(keyword: Keyword, paper: Paper) -> str:
    """Such as `“reward model” in title and abstract 4×; by Ada Example; in cs.LG`.

    Names only what the keyword asks for and the paper shows; empty where arXiv matched something that
    title, abstract, authors and categories do not show.
    """
    phrases = map(str, found_phrases(keyword, paper))
    authors = (f"by {author}" for author in found_authors(keyword.all_authors, paper))
    categories = (f"in {one}" for one in paper.categories if is_asked_for(one, keyword.all_categories))
    return "; ".join((*phrases, *authors, *categories))


# The same papers are ranked for many subscribers with the same keywords.
@lru_cache(maxsize=20_000)
def found_phrases(keyword: Keyword, paper: Paper) -> tuple[FoundPhrase, ...]:
    """The phrases of the keyword that the paper has, in their order."""
    phrases = keyword.phrases
    in_title, in_abstract = occurrences(paper.title, phrases), occurrences(paper.abstract, phrases)
    return tuple(
        FoundPhrase(phrase, title, abstract, _as_found(phrase, (paper.title, paper.abstract)))
        for phrase, title, abstract in zip(phrases, in_title, in_abstract, strict=True)
        if title or abstract
    )


def found_authors(names: Iterable[str], paper: Paper) -> Iterator[str]:
    """The authors of the paper that one of these names is of."""
    wanted = [person_name(name) for name in names]
    for author in paper.authors if wanted else ():
        if any(name.is_of(name_words(author)) for name in wanted):
            yield author


def is_asked_for(category: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns is the category, or all of its archive."""
    return any(asked in (category, f"{category.partition('.')[0]}.*") for asked in patterns)


def _as_found(phrase: Phrase, texts: Sequence[str]) -> str:
    if not fills_gaps(phrase, texts):
        return ""
    segments = (segment for text in texts for segment in mark(text, [phrase]))
    return next((segment.text for segment in segments if segment.marked), "")
