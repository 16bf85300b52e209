"""A keyword as arXiv's search understands it.

The grammar of arXiv's `search_query` has no precedence and associates to the right, cannot escape a
quote, and reads a missing operator as OR. So each expression is parenthesised in full and each
phrase quoted. Manual: https://info.arxiv.org/help/api/user-manual.html#query_details
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from digest.categories import ARCHIVES, canonical
from digest.models import Keyword, Match

_FAR_AHEAD = "209912312359"  # a range needs an end
_NOT_IN_A_WORD = re.compile(r"[^\w']+|_+")  # arXiv splits at all of these, and some are its operators


def expression(keyword: Keyword) -> str:
    """The `search_query` of a keyword, for instance `(ti:"reward model" OR abs:"reward model")`."""
    wanted = [_join("OR", [_phrase(phrase, keyword.match) for phrase in keyword.any])]
    wanted += [_phrase(phrase, keyword.match) for phrase in keyword.all]
    wanted += [_join("OR", [f'au:"{searchable(author)}"' for author in keyword.authors])]
    wanted += [_join("OR", [f"cat:{category_pattern(category)}" for category in keyword.categories])]
    positive = _join("AND", wanted)
    unwanted = _join("OR", [_phrase(phrase, Match.TITLE_OR_ABSTRACT) for phrase in keyword.exclude])
    return f"({positive} ANDNOT {unwanted})" if unwanted else positive


def any_of(keywords: Iterable[Keyword]) -> str:
    """The `search_query` that finds what any of the keywords finds."""
    return _join("OR", [expression(keyword) for keyword in keywords])


def submitted_since(query: str, moment: datetime) -> str:
    """The `search_query` that finds only what was first submitted at that time (in UTC) or later."""
    return f"({query} AND submittedDate:[{moment:%Y%m%d%H%M} TO {_FAR_AHEAD}])"


@lru_cache(maxsize=20_000)
def key(keyword: Keyword) -> str:
    """What makes two keywords the same question, whatever they are called: case does not matter."""
    return expression(keyword).casefold()


def distinct(keywords: Iterable[Keyword]) -> tuple[Keyword, ...]:
    """The keywords without those that ask the same as an earlier one."""
    by_key: dict[str, Keyword] = {}
    for keyword in keywords:
        by_key.setdefault(key(keyword), keyword)
    return tuple(by_key.values())


def searchable(phrase: str) -> str:
    """The phrase as its words alone, which is all that arXiv looks at; empty if there are none."""
    plain = unicodedata.normalize("NFC", phrase).replace("’", "'")
    words = _NOT_IN_A_WORD.sub(" ", plain).split()
    return " ".join(word for word in words if word.strip("'"))


def category_pattern(category: str) -> str:
    """`cs.LG` stands for itself, an alias for its canonical name, an archive (`cs`) for all its classes."""
    return f"{category}.*" if category in ARCHIVES else canonical(category)


def default_match(phrase: str) -> Match:
    """Several words are looked for in title or abstract; a single word in title and abstract."""
    return Match.TITLE_OR_ABSTRACT if len(phrase.split()) > 1 else Match.TITLE_AND_ABSTRACT


def _phrase(phrase: str, match: Match | None) -> str:
    words = searchable(phrase)
    title, abstract = f'ti:"{words}"', f'abs:"{words}"'
    match match or default_match(phrase):
        case Match.TITLE:
            return title
        case Match.ABSTRACT:
            return abstract
        case Match.TITLE_AND_ABSTRACT:
            return f"({title} AND {abstract})"
        case Match.TITLE_OR_ABSTRACT:
            return f"({title} OR {abstract})"


def _join(operator: str, parts: list[str]) -> str:
    """The parts in parentheses; a single part as it is, none as the empty string."""
    there = [part for part in parts if part]
    return f"({f' {operator} '.join(there)})" if len(there) > 1 else "".join(there)
