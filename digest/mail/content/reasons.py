"""Say in a few words why a paper is in a digest."""

from collections.abc import Iterator

from digest.domain.keywords import Keyword, Phrase
from digest.domain.matching import fills_gaps, mark
from digest.domain.names import name_words, person_name
from digest.domain.papers import Paper


def reason(keyword: Keyword, paper: Paper) -> str:
    """Such as `“reward model” in title and abstract; by Ada Example; in cs.LG`.

    Names only what the keyword asks for and the paper shows; empty where arXiv matched something that
    title, abstract, authors and categories do not show.
    """
    return "; ".join((*_phrases(keyword, paper), *_authors(keyword, paper), *_categories(keyword, paper)))


def _phrases(keyword: Keyword, paper: Paper) -> Iterator[str]:
    texts = (("title", paper.title), ("abstract", paper.abstract))
    for phrase in keyword.phrases:
        places = [place for place, text in texts if _found(text, phrase)]
        if places:
            found = next(words for _, text in texts if (words := _found(text, phrase)))
            as_found = f", as “{found}”" if fills_gaps(phrase, [text for _, text in texts]) else ""
            yield f"“{phrase.text}” in {' and '.join(places)}{as_found}"


def _authors(keyword: Keyword, paper: Paper) -> Iterator[str]:
    wanted = [person_name(author) for author in keyword.all_authors]
    for author in paper.authors if wanted else ():
        if any(name.is_of(name_words(author)) for name in wanted):
            yield f"by {author}"


def _categories(keyword: Keyword, paper: Paper) -> Iterator[str]:
    for category in paper.categories:
        if any(asked in (category, f"{category.partition('.')[0]}.*") for asked in keyword.all_categories):
            yield f"in {category}"


def _found(text: str, phrase: Phrase) -> str:
    """The words of a text that the phrase finds first; empty if it finds none."""
    return next((segment.text for segment in mark(text, [phrase]) if segment.marked), "")
