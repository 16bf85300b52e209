"""Turn keywords into a `search_query` of arXiv's query API.

The grammar of `search_query` has no precedence and associates to the right, cannot escape a quote, and reads
a missing operator as OR. So each expression is parenthesised in full and each phrase quoted.
Manual: https://info.arxiv.org/help/api/user-manual.html#query_details
"""

from collections.abc import Iterable
from datetime import datetime

from digest.domain.keywords import Keyword, Match, default_match, searchable

_FAR_AHEAD = "209912312359"  # a range needs an end


def expression(keyword: Keyword) -> str:
    """The `search_query` of a keyword, for instance `(ti:"reward model" OR abs:"reward model")`."""
    wanted = [_join("OR", [_phrase(phrase, keyword.match) for phrase in keyword.any])]
    wanted += [_phrase(phrase, keyword.match) for phrase in keyword.all]
    wanted += [_join("OR", [f'au:"{searchable(author)}"' for author in keyword.authors])]
    wanted += [_join("OR", [f"cat:{category}" for category in keyword.categories])]
    positive = _join("AND", wanted)
    unwanted = _join("OR", [_phrase(phrase, Match.TITLE_OR_ABSTRACT) for phrase in keyword.exclude])
    return f"({positive} ANDNOT {unwanted})" if unwanted else positive


def any_of(keywords: Iterable[Keyword]) -> str:
    """The `search_query` that finds what any of the keywords finds."""
    return _join("OR", [expression(keyword) for keyword in keywords])


def submitted_since(query: str, moment: datetime) -> str:
    """The `search_query` that finds only what was first submitted at that time (in UTC) or later."""
    return f"({query} AND submittedDate:[{moment:%Y%m%d%H%M} TO {_FAR_AHEAD}])"


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
