"""Expressions: what a keyword wants of a paper, as a tree of terms."""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """The part of a paper that a term is looked for in."""

    TITLE = "title"
    ABSTRACT = "abstract"
    AUTHOR = "author"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase in a title or an abstract, an author's name, or a category: `cs.LG`, or `cs.*` for an archive.

    `exact`: the words of the phrase as they are written, without stemming and without gaps.
    """

    field: Field
    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Without:
    """`wanted` holds and `unwanted` does not."""

    wanted: "Expression"
    unwanted: "Expression"


Expression = Term | AllOf | AnyOf | Without


def all_of(parts: tuple[Expression, ...]) -> Expression:
    """The parts joined; a single part is itself."""
    return parts[0] if len(parts) == 1 else AllOf(parts)


def any_of(parts: tuple[Expression, ...]) -> Expression:
    """The alternatives joined; a single one is itself."""
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def holds(expression: Expression, facts: Set[Term]) -> bool:
    """Whether the expression holds for a paper of which these terms are true."""
    match expression:
        case Term():
            return expression in facts
        case AllOf(parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts) for part in parts)
        case Without(wanted, unwanted):
            return holds(wanted, facts) and not holds(unwanted, facts)


def terms_of(expression: Expression) -> Iterator[Term]:
    """All terms, in their order."""
    match expression:
        case Term():
            yield expression
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from terms_of(part)
        case Without(wanted, unwanted):
            yield from terms_of(wanted)
            yield from terms_of(unwanted)


def wanted_terms(expression: Expression) -> Iterator[Term]:
    """The terms that speak for a paper, in their order."""
    match expression:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from wanted_terms(part)
        case Without(wanted, _):
            yield from wanted_terms(wanted)
        case Term():
            yield expression


def needed_terms(expression: Expression) -> frozenset[Term]:
    """Few terms, of which one at least is true of every paper that the expression holds for."""
    match expression:
        case Term():
            return frozenset({expression})
        case AllOf(parts):
            return min(map(needed_terms, parts), key=len)
        case AnyOf(parts):
            return frozenset().union(*map(needed_terms, parts))
        case Without(wanted, _):
            return needed_terms(wanted)


def with_terms(expression: Expression, change: Callable[[Term], Expression]) -> Expression:
    """The expression with each term changed."""
    match expression:
        case Term():
            return change(expression)
        case AllOf(parts):
            return AllOf(tuple(with_terms(part, change) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(with_terms(part, change) for part in parts))
        case Without(wanted, unwanted):
            return Without(with_terms(wanted, change), with_terms(unwanted, change))
