"""Read a query in arXiv's own language as an expression: `cat:cs.CV AND (ti:robot ANDNOT abs:survey)`.

What arXiv accepts and silently reads as something else, or what its announcement feed cannot answer, is
refused with a reason: a keyword is matched with both.
"""

import difflib
import re

from digest.domain.analyzer import phrase_stems
from digest.domain.expressions import AllOf, AnyOf, Expression, Field, Term, Without, any_of
from digest.domain.names import person_name
from digest.sources.arxiv.categories import ARCHIVES, CATEGORIES, canonical, pattern
from digest.sources.arxiv.query_grammar import Combined, MalformedQuery, Node, Range, parse
from digest.sources.arxiv.query_grammar import Term as Leaf

DEEPEST = 50
"""AND within OR within ANDNOT, and so on."""

_FIELDS = {"ti": Field.TITLE, "abs": Field.ABSTRACT, "au": Field.AUTHOR, "cat": Field.CATEGORY}
_KNOWN = "ti, abs, au, cat or all"
_LONG_NAMES = {"title": "ti", "abstract": "abs", "author": "au", "authors": "au", "category": "cat"}
_NOT_ANNOUNCED = {
    "co": "comments",
    "jr": "journal references",
    "rn": "report numbers",
    "id": "search by identifier",
    "submittedDate": "dates",
    "lastUpdatedDate": "dates",
}
"""Fields of arXiv's search, and what its announcement feed lacks."""

_OPERATORS = {"and": "AND", "or": "OR", "not": "ANDNOT", "andnot": "ANDNOT", "&": "AND", "&&": "AND"} | {
    "|": "OR",
    "||": "OR",
    "!": "ANDNOT",
}
_SIGNS = re.compile(r"[*?~^\\{}“”„«»（）]")
_PREFIX = re.compile(r"[-+!](?=\w)")
_GAPS = re.compile(r"[\s_]+")


def expression_of_query(text: str) -> Expression:
    """What the query wants of a paper. Raises MalformedQuery with problem, remedy and column."""
    node = parse(text)
    if _depth(node) > DEEPEST:
        raise MalformedQuery(f"more than {DEEPEST} changes between AND, OR and ANDNOT; use fewer", 1)
    return _expression(node)


def _expression(node: Node) -> Expression:
    """The expression of a tree; a chain of one operator has all its parts side by side."""
    match node:
        case Combined("ANDNOT", left, right):
            return Without(_expression(left), _expression(right))
        case Combined(operator, _, _):
            parts = tuple(map(_expression, _chain(node, operator)))
            return AllOf(parts) if operator == "AND" else AnyOf(parts)
        case Range(name, _, column):
            raise _unknown_field(name, column)
        case Leaf():
            return _term(node)


def _chain(node: Node, operator: str) -> list[Node]:
    """The operands that this operator joins, in their order."""
    waiting, operands = [node], []
    while waiting:
        head = waiting.pop()
        if isinstance(head, Combined) and head.operator == operator:
            waiting += [head.right, head.left]
        else:
            operands.append(head)
    return operands


def _depth(root: Node) -> int:
    """How many changes of the operator lie above a term. No recursion: the tree may be too deep for it."""
    deepest, waiting = 0, [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(node, Combined):
            waiting += [(part, depth + _changes(node, part)) for part in (node.left, node.right)]
    return deepest


def _changes(above: Combined, below: Node) -> bool:
    """Whether the lower part is a level of its own."""
    is_chain = isinstance(below, Combined) and below.operator == above.operator != "ANDNOT"
    return not is_chain


def _term(leaf: Leaf) -> Expression:
    """A term of one field; without a field, or with `all`, of title, abstract or authors."""
    if leaf.field != "all" and leaf.field not in _FIELDS:
        raise _unknown_field(leaf.field, leaf.column)
    if not leaf.is_quoted:
        _refuse_signs(leaf)
    match leaf.field:
        case "cat":
            return Term(Field.CATEGORY, _category(leaf))
        case "au":
            return Term(Field.AUTHOR, _name(leaf))
        case "all":
            text, name = _phrase(leaf), _spaced(leaf)
            fields = [Term(Field.TITLE, text), Term(Field.ABSTRACT, text)]
            return any_of((*fields, *([Term(Field.AUTHOR, name)] if person_name(name).words else [])))
        case name:
            return Term(_FIELDS[name], _phrase(leaf))


def _unknown_field(name: str, column: int) -> MalformedQuery:
    if name in _NOT_ANNOUNCED:
        lack = f"arXiv's announcements have no {_NOT_ANNOUNCED[name]}"
        return MalformedQuery(f"the field {name} cannot be used: {lack}; use {_KNOWN}", column)
    meant = _LONG_NAMES.get(name.casefold(), name.lower())
    remedy = f"did you mean {meant}?" if meant in {*_FIELDS, "all"} else f"use {_KNOWN}"
    return MalformedQuery(f"arXiv has no field {name}; {remedy}", column)


def _refuse_signs(leaf: Leaf) -> None:
    """Refuse what would be read as an ordinary word, or as nothing."""
    operator = _OPERATORS.get(leaf.words.casefold()) if leaf.field == "all" else None
    if operator:
        raise MalformedQuery(f"{leaf.words} is read as a word here; write {operator}", leaf.column)
    if _PREFIX.match(leaf.words):
        sign = leaf.words[0]
        raise MalformedQuery(f"{sign} has no meaning here; write AND or ANDNOT and a space", leaf.column)
    found = _SIGNS.search(leaf.words)
    if found and leaf.field != "cat":
        what = "endings are found without it" if found[0] in "*?" else "arXiv does not read it"
        column = leaf.column + _offset(leaf) + found.start()
        raise MalformedQuery(f"{found[0]} has no meaning here; delete it ({what})", column)


def _offset(leaf: Leaf) -> int:
    """The characters before the words of an unquoted term."""
    return 0 if leaf.field == "all" else len(leaf.field) + 1


def _phrase(leaf: Leaf) -> str:
    if not phrase_stems(leaf.words):
        problem = "has only words and signs that arXiv's search ignores; use other words"
        raise MalformedQuery(f"{leaf.words or 'this'} {problem}", leaf.column)
    return " ".join(leaf.words.split())


def _name(leaf: Leaf) -> str:
    """A name; an underscore stands for a space, as in arXiv's manual."""
    if not person_name(leaf.words).words:
        raise MalformedQuery("an initial alone names nobody; write the surname too", leaf.column)
    return _spaced(leaf)


def _spaced(leaf: Leaf) -> str:
    return _GAPS.sub(" ", leaf.words).strip()


def _category(leaf: Leaf) -> str:
    """A category, or a pattern for an archive: `cs.*`."""
    name = leaf.words.strip()
    if name in CATEGORIES:
        return canonical(name)
    if name.removesuffix(".*") in ARCHIVES:
        return pattern(name.removesuffix(".*"))
    if "*" in name:
        raise MalformedQuery(f"{name} is no archive; write one such as cs.*", leaf.column)
    known = {category.casefold(): category for category in sorted(CATEGORIES | ARCHIVES)}
    near = difflib.get_close_matches(name.casefold(), known, n=1)
    remedy = (
        f"did you mean {known[near[0]]}?"
        if near
        else "they are listed at https://arxiv.org/category_taxonomy"
    )
    raise MalformedQuery(f"unknown category {name}; {remedy}", leaf.column)
