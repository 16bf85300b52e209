"""Turn keywords into a `search_query` of arXiv's query API.

The grammar of `search_query` has no precedence and associates to the right, cannot escape a quote, and reads
a missing operator as OR. So each expression is parenthesised in full and each phrase quoted.
Manual: https://info.arxiv.org/help/api/user-manual.html#query_details

arXiv does not know all that a keyword can ask for. It is then asked for more, and the matcher decides: see
`searched`.
"""

from collections.abc import Iterable
from datetime import datetime

from digest.domain.analyzer import fold, searchable
from digest.domain.expressions import (
    AllOf,
    AnyOf,
    Expression,
    Field,
    Term,
    Without,
    all_of,
    any_of,
    terms_of,
    wanted_terms,
    with_terms,
)
from digest.domain.keywords import Keyword, expression_of
from digest.domain.names import person_name, whole_words

_FAR_AHEAD = "209912312359"  # a range needs an end

_PREFIXES = {Field.TITLE: "ti", Field.ABSTRACT: "abs", Field.AUTHOR: "au"}


def query_of(keyword: Keyword) -> str:
    """The `search_query` of a keyword, for instance `(ti:"reward model" OR abs:"reward model")`."""
    return _written(searched(keyword))


def query_of_any(keywords: Iterable[Keyword]) -> str:
    """The `search_query` that finds what any of the keywords finds."""
    return _joined("OR", [query_of(keyword) for keyword in keywords])


def submitted_since(query: str, moment: datetime | None) -> str:
    """The `search_query` that finds only what was first submitted at that time (in UTC, by the minute) or
    later; None: at any time."""
    return f"({query} AND submittedDate:[{moment:%Y%m%d%H%M} TO {_FAR_AHEAD}])" if moment else query


def searched(keyword: Keyword) -> Expression:
    """What arXiv is asked for: what the keyword wants, or more.

    arXiv reads no words exactly and no initials. It folds no accents, so it is asked for both forms.
    """
    return _widened(expression_of(keyword))


def finds_more(keyword: Keyword) -> bool:
    """Whether arXiv finds papers that the keyword does not want: words read exactly, or initials."""
    return any(map(_is_narrower, terms_of(expression_of(keyword))))


def _widened(expression: Expression) -> Expression:
    match expression:
        case Without(wanted, unwanted) if any(map(_is_narrower, terms_of(unwanted))):
            return _widened(wanted)  # or arXiv would exclude more than the keyword does
        case Without(wanted, unwanted):
            return Without(_widened(wanted), with_terms(unwanted, _spellings))
        case AllOf(parts):
            return all_of(tuple(map(_widened, filter(_can_be_asked, parts))) or parts)
        case AnyOf(parts):
            return any_of(tuple(map(_widened, filter(_can_be_asked, parts))) or parts)
        case Term():
            return _spellings(Term(expression.field, expression.text))


def _can_be_asked(part: Expression) -> bool:
    """Whether anything is left of an author's name without its initials."""
    authors = [term for term in wanted_terms(part) if term.field is Field.AUTHOR]
    return not authors or any(
        term.field is not Field.AUTHOR or whole_words(term.text) for term in wanted_terms(part)
    )


def _is_narrower(term: Term) -> bool:
    """Whether the matcher finds less by the term than arXiv."""
    return term.exact or (term.field is Field.AUTHOR and bool(person_name(term.text).initials))


def _spellings(term: Term) -> Expression:
    """The term; a phrase with accents, and the same phrase without them."""
    if term.field in (Field.TITLE, Field.ABSTRACT):
        plain = searchable(term.text)
        forms = dict.fromkeys((plain, _without_accents(plain)))
        return any_of(tuple(Term(term.field, form) for form in forms))
    return term


def _without_accents(text: str) -> str:
    """Latin letters without their accents; letters of other scripts stay as they are."""
    plain = {letter: fold(letter) for letter in text if not letter.isascii()}
    return "".join(plain[letter] if plain.get(letter, "é").isascii() else letter for letter in text)


def _written(expression: Expression) -> str:
    match expression:
        case Term(Field.CATEGORY, name):
            return f"cat:{name}"
        case Term(Field.AUTHOR, name):
            return f'au:"{whole_words(name)}"'
        case Term(field, text):
            return f'{_PREFIXES[field]}:"{searchable(text)}"'
        case AllOf(parts):
            return _joined("AND", map(_written, parts))
        case AnyOf(parts):
            return _joined("OR", map(_written, parts))
        case Without(wanted, unwanted):
            return f"({_written(wanted)} ANDNOT {_written(unwanted)})"


def _joined(operator: str, parts: Iterable[str]) -> str:
    """The parts in parentheses; a single part as it is, none as the empty string."""
    there = [part for part in parts if part]
    return f"({f' {operator} '.join(there)})" if len(there) > 1 else "".join(there)
