"""The migration step that gives keywords their ids. Up to schema 3 the arXiv query identified a keyword.

That query, in lower case, is parsed back into the conditions that it was made of. Like every released step
this is never edited: it speaks plain SQL, and knows the tables as they were.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from digest.domain.keywords import AUTHORS, CATEGORIES, Condition, Match, definition_id

_TOKEN = re.compile(r' (and|or|andnot) |(ti|abs|au):"([^"]*)"|cat:([^\s()]+)|([()])')
_PAIRS = {"or": Match.TITLE_OR_ABSTRACT, "and": Match.TITLE_AND_ABSTRACT}
_WHERE = {"ti": Match.TITLE, "abs": Match.ABSTRACT, "au": AUTHORS}


class NoOldKey(ValueError):
    """The text is no query that the program made."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Parts in parentheses with one operator between them: `and`, `or` or `andnot`."""

    operator: str
    parts: tuple["_Part", ...]


_Part = Condition | _Group


def id_from_old_key(key: str) -> str:
    """The id of the keywords that had this query, in lower case. Raises NoOldKey."""
    tokens = _tokens(key)
    parsed = _part(next(tokens, ""), tokens)
    if next(tokens, None) is not None:
        raise NoOldKey(key)
    if isinstance(parsed, _Group) and parsed.operator == "andnot":
        positive, negative = parsed.parts
        return definition_id(_required(positive), _alternatives(negative))
    return definition_id(_required(parsed), [])


def identify_keywords(connection: Connection) -> None:
    """Replace the query of each keyword by its id, and merge keywords that have the same one: only the order
    of their alternatives differed."""
    rows = connection.exec_driver_sql(
        "SELECT number, key FROM keywords ORDER BY baseline IS NULL, covered, number"
    ).all()
    kept: dict[str, int] = {}
    for number, key in rows:
        try:
            keyword_id = id_from_old_key(key)
        except NoOldKey:
            continue  # The program never wrote such a text. Nothing looks for it: the row just stays.
        if keyword_id in kept:
            _merge(connection, kept[keyword_id], number)
        else:
            kept[keyword_id] = number
            rekey = "UPDATE keywords SET key = ? WHERE number = ?"
            connection.exec_driver_sql(rekey, (keyword_id, number))


# The keyword that is furthest behind is kept. What the other one found beyond that is dropped, and the next
# fetch finds it again: a subscriber of the kept keyword may have got mail since, and would miss it.
# Of two matches of one paper the new one stays, and the later of two: it may still wait for somebody, and
# `deliveries` protects those who got the paper already.
_MERGE = (
    """DELETE FROM sightings WHERE keyword = :other AND paper IN (SELECT papers.number FROM papers, keywords
    WHERE keywords.number = :kept AND papers.announcement_order > keywords.covered)""",
    """DELETE FROM sightings WHERE keyword IN (:kept, :other) AND EXISTS (SELECT 1 FROM sightings AS better
    WHERE better.keyword IN (:kept, :other) AND better.paper = sightings.paper
    AND (better.fresh, better.number) > (sightings.fresh, sightings.number))""",
    "UPDATE sightings SET keyword = :kept WHERE keyword = :other",
    "UPDATE fetches SET keyword = :kept WHERE keyword = :other",
    "UPDATE OR IGNORE welcomes SET keyword = :kept WHERE keyword = :other",
    "DELETE FROM welcomes WHERE keyword = :other",
    """UPDATE subscriptions SET since = (SELECT min(since) FROM subscriptions AS either
    WHERE either.subscriber = subscriptions.subscriber AND either.keyword IN (:kept, :other))
    WHERE keyword = :kept""",
    "UPDATE OR IGNORE subscriptions SET keyword = :kept WHERE keyword = :other",
    "DELETE FROM subscriptions WHERE keyword = :other",
    "DELETE FROM keywords WHERE number = :other",
    "UPDATE keywords SET up_to_date_at = NULL WHERE number = :kept",
)


def _merge(connection: Connection, kept: int, other: int) -> None:
    for statement in _MERGE:
        connection.exec_driver_sql(statement, {"kept": kept, "other": other})


def _tokens(key: str) -> Iterator[Any]:
    """Conditions, operators and parentheses. Raises NoOldKey."""
    position = 0
    while position < len(key):
        found = _TOKEN.match(key, position)
        if found is None:
            raise NoOldKey(key)
        position = found.end()
        operator, field, phrase, category, parenthesis = found.groups()
        if field:
            yield _WHERE[field], phrase
        elif category:
            yield CATEGORIES, category
        else:
            yield operator or parenthesis


def _part(first: Any, tokens: Iterator[Any]) -> _Part:
    if isinstance(first, tuple):
        return first
    if first != "(":
        raise NoOldKey(first)
    parts, operators = [_part(next(tokens, ""), tokens)], set[str]()
    while (operator := next(tokens, "")) != ")":
        operators.add(operator)
        parts.append(_part(next(tokens, ""), tokens))
    if len(operators) != 1 or not operators <= {"and", "or", "andnot"}:
        raise NoOldKey(str(operators))
    return _Group(operators.pop(), tuple(parts))


def _required(part: _Part) -> list[frozenset[Condition]]:
    """Of each set at least one condition must hold."""
    if isinstance(part, _Group) and part.operator == "and" and _condition(part) is None:
        return [_alternatives(part) for part in part.parts]
    return [_alternatives(part)]


def _alternatives(part: _Part) -> frozenset[Condition]:
    """The conditions of which one must hold, or none may."""
    parts = part.parts if isinstance(part, _Group) and _condition(part) is None else (part,)
    if isinstance(part, _Group) and len(parts) > 1 and part.operator != "or":
        raise NoOldKey(part.operator)
    found = [_condition(part) for part in parts]
    if None in found:
        raise NoOldKey(str(part))
    return frozenset(condition for condition in found if condition)


def _condition(part: _Part) -> Condition | None:
    """The one condition that a part stands for; None if it is a group of several.

    Title and abstract with the same phrase are one condition: a keyword looks for all its phrases in the same
    place, so that they are nothing else.
    """
    if not isinstance(part, _Group):
        return part
    match part.parts:
        case ((Match.TITLE, str(phrase)), (Match.ABSTRACT, str(same))) if phrase == same:
            return (_PAIRS[part.operator], phrase) if part.operator in _PAIRS else None
    return None
