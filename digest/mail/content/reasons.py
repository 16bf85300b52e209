"""Say in a few words why a paper is in a digest."""

from collections.abc import Iterable, Iterator

from digest.domain.keywords import Keyword
from digest.domain.matching import mark
from digest.domain.papers import Paper


def reason(keyword: Keyword, paper: Paper) -> str:
    """Such as `“reward model” in title and abstract; by Ada Example; in cs.LG`.

    Names only what the keyword asks for and the paper shows; empty where arXiv matched something that
    title, abstract, authors and categories do not show.
    """
    return "; ".join((*_phrases(keyword, paper), *_authors(keyword, paper), *_categories(keyword, paper)))


def _phrases(keyword: Keyword, paper: Paper) -> Iterator[str]:
    texts = (("title", paper.title), ("abstract", paper.abstract))
    for phrase in dict.fromkeys(keyword.any + keyword.all):
        places = [place for place, text in texts if _contains(text, [phrase])]
        if places:
            yield f"“{phrase}” in {' and '.join(places)}"


def _authors(keyword: Keyword, paper: Paper) -> Iterator[str]:
    return (f"by {author}" for author in paper.authors if _contains(author, keyword.authors))


def _categories(keyword: Keyword, paper: Paper) -> Iterator[str]:
    for category in paper.categories:
        if any(asked in (category, f"{category.partition('.')[0]}.*") for asked in keyword.categories):
            yield f"in {category}"


def _contains(text: str, phrases: Iterable[str]) -> bool:
    return any(segment.marked for segment in mark(text, phrases))
