"""Offer a definition for a text that is a search and not a phrase: `NeRF OR "Gaussian Splatting"`.

The text is brought into arXiv's own language as people mean it (words side by side are one phrase) and read
by its parser. What the plain keys of a definition can say is offered with them, the rest as a `query`.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from digest.config import fields
from digest.domain.expressions import AllOf, AnyOf, Expression, Field, Term, Without

Lines = tuple[str, ...]
"""Lines of a definition, such as `any: [NeRF, Gaussian Splatting]`."""

_TOKEN = re.compile(
    r"""
      (?P<parenthesis>[()])
    | (?P<field>(?:ti|abs|au|cat|all):)
    | (?P<unknown>(?:co|jr|rn|id|submittedDate|lastUpdatedDate):)
    | (?P<quoted>"[^"]*"|“[^”]*”)
    | (?P<ANDNOT>(?:AND\s+NOT|and\s+not|ANDNOT|NOT)\b | (?<!\S)-(?=\w))
    | (?P<AND>AND\b | &+ | (?<!\S)\++)
    | (?P<OR>(?:OR|or)\b | \|+)
    | (?P<word>[^\s()"“”|&]+)
    """,
    re.VERBOSE,
)
_ALL = (Field.TITLE, Field.ABSTRACT, Field.AUTHOR)
_OPERATORS = ("AND", "OR", "ANDNOT")
_KEYS = ("any", "all", "exclude", "authors", "categories", "match")
_PLAIN = re.compile(r"[^\W_](?:[\w .+-]*[\w+])?")
_NO_TEXT = re.compile(r"true|false|yes|no|on|off|null|[-.\d]+", re.IGNORECASE)


def offered_definition(text: str) -> Lines:
    """A definition that finds what the text says; empty if that is not clear."""
    text = unicodedata.normalize("NFKC", text)  # `：` and `｜` are meant as `:` and `|`
    query = as_query(text)
    try:
        expression = fields.query(query if _is_read_whole(text) else "")
    except ValueError:
        return ()
    return _plain_definition(expression) or (f"query: {scalar(query, always=True)}",)


def _is_read_whole(text: str) -> bool:
    """Whether nothing is left over, such as a quote that is not closed."""
    return not _TOKEN.sub("", text).strip()


def listed(key: str, texts: Iterable[str]) -> str:
    """A line such as `any: [one, another]`."""
    return f"{key}: [{', '.join(map(scalar, texts))}]"


def scalar(text: str, *, always: bool = False) -> str:
    """The text as YAML, in single quotes where it needs them, or always."""
    if not always and _PLAIN.fullmatch(text) and not _NO_TEXT.fullmatch(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def as_query(text: str) -> str:
    """The text in arXiv's language. Words side by side are one phrase; between two terms AND is meant."""
    terms: list[str] = []
    words: list[str] = []
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "word":
            words.append(token[0])
            continue
        _add_phrase(terms, words)
        if token.lastgroup == "quoted":
            _add(terms, f'"{token[0][1:-1]}"')
        else:
            terms.append(token.lastgroup if token.lastgroup in _OPERATORS else token[0])
    _add_phrase(terms, words)
    return _joined(terms)


def _add_phrase(terms: list[str], words: list[str]) -> None:
    """Add the words as one term, and forget them; to `cat:` only the first one belongs."""
    if words and terms[-1:] == ["cat:"]:
        terms[-1] += words.pop(0).rstrip(",;")
    phrase = " ".join(filter(None, (word.strip("*,;") for word in words)))
    if phrase:
        _add(terms, phrase if re.fullmatch(r"\w+", phrase) else f'"{phrase}"')
    words.clear()


def _add(terms: list[str], term: str) -> None:
    """Add a term, to its field where there is one."""
    if terms and terms[-1].endswith(":"):
        terms[-1] += term
    else:
        terms.append(term)


def _joined(terms: Sequence[str]) -> str:
    query, before = "", "("
    for term in terms:
        if before == "(" or term == ")":
            query += term
        elif before in _OPERATORS or term in _OPERATORS:
            query += f" {term}"
        else:
            query += f" AND {term}"
        before = term
    return query


def _plain_definition(expression: Expression) -> Lines:
    """The expression with the plain keys; empty if they cannot say it."""
    found: dict[str, list[str]] = defaultdict(list)
    for is_wanted, condition in _conditions(expression):
        kinds = [_kind(part) for part in _alternatives(condition)]
        key = _key({key for key, _, _ in kinds}, len(kinds), is_wanted=is_wanted)
        if not key or (found[key] and key not in {"all", "exclude"}):
            return ()
        found[key] += [text for _, text, _ in kinds]
        found["match"] += [place for key, _, place in kinds if key == "text"]
    return _with_any(found) if len(set(found["match"])) < 2 else ()


def _with_any(found: dict[str, list[str]]) -> Lines:
    """The lines; a single phrase that must be there stands under `any`, as people expect it."""
    place = (found.pop("match") or [""])[0]
    if not found["any"] and len(found["all"]) == 1:
        found["any"] = found.pop("all")
    lines = [listed(key, found[key]) for key in _KEYS if found.get(key)]
    return (*lines, *([f"match: {place}"] if place else []))


def _key(kinds: set[str], alternatives: int, *, is_wanted: bool) -> str:
    """The key of a definition that holds these alternatives; empty if none does."""
    if kinds == {"text"}:
        return "exclude" if not is_wanted else "any" if alternatives > 1 else "all"
    return kinds.pop() if is_wanted and kinds in ({"authors"}, {"categories"}) else ""


def _conditions(expression: Expression) -> Iterator[tuple[bool, Expression]]:
    """What must hold together, each with whether it is wanted."""
    match expression:
        case AllOf(parts):
            for part in parts:
                yield from _conditions(part)
        case Without(wanted, unwanted):
            yield from _conditions(wanted)
            yield False, unwanted
        case _:
            yield True, expression


def _alternatives(condition: Expression) -> tuple[Expression, ...]:
    is_choice = isinstance(condition, AnyOf) and _kind(condition)[0] == ""
    return condition.parts if is_choice and isinstance(condition, AnyOf) else (condition,)


def _kind(part: Expression) -> tuple[str, str, str]:
    """The kind of a condition (text, authors or categories; empty for others), its text, its `match`."""
    match part:
        case Term(Field.CATEGORY, name):
            return "categories", name.removesuffix(".*"), ""
        case Term(Field.AUTHOR, name):
            return "authors", name, ""
        case Term(field, text):
            return "text", text, str(field)
        case AnyOf((Term(Field.TITLE, text), *_)) if _is_of_all(part):
            return "text", text, ""
        case _:
            return "", "", ""


def _is_of_all(choice: AnyOf) -> bool:
    """Whether this is one text in title, abstract and perhaps authors: a term without a field."""
    terms = [part for part in choice.parts if isinstance(part, Term)]
    texts = {term.text.replace("_", " ") for term in terms}
    return len(texts) == 1 and [term.field for term in terms] in ([*_ALL[:2]], [*_ALL])
