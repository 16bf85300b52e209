"""Parse a `search_query` of arXiv's query API into a tree.

The grammar has no precedence. Operators associate to the right, so `a AND b OR c` is `a AND (b OR c)`; a
missing operator is OR, a missing field is `all`. What a field is, and what it may hold, is not decided here.
Manual: https://info.arxiv.org/help/api/user-manual.html#query_details
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

DEEPEST = 100
"""Parentheses within parentheses. arXiv names no limit; this one is far above any use."""

_TOKEN = re.compile(
    r"""(?:
        (?P<parenthesis>[()])
      | (?P<operator>ANDNOT|AND|OR)(?![^\s()])
      | (?:(?P<field>[A-Za-z_]+):)?
        (?:"(?P<phrase>[^"]*)"|\[(?P<range>[^\]]*)\]|(?P<word>[^\s()"\[\]:]++)(?!:))
    )\s*""",
    re.VERBOSE,
)

_HEAD = re.compile(r"(?:[A-Za-z_]+:)?")
_UNREADABLE = {
    '"': "a quote is opened and not closed",
    "[": "a range is opened and not closed",
    "(": "a field belongs to one word or one phrase in quotes, not to parentheses",
    "": "a word or a phrase in quotes is missing",
}


class MalformedQuery(ValueError):
    """The text is not a query by arXiv's grammar. `column` counts from 1 and is in the text."""

    def __init__(self, problem: str, column: int) -> None:
        super().__init__(problem)
        self.column = column


@dataclass(frozen=True, slots=True)
class Term:
    """One word or a quoted phrase that is looked for in a field."""

    field: str
    words: str
    is_quoted: bool = attribute(default=False, compare=False)
    column: int = attribute(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Range:
    """A field and the text in brackets behind it."""

    field: str
    limits: str
    column: int = attribute(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Combined:
    """Two queries joined by AND, OR or ANDNOT."""

    operator: str
    left: "Node"
    right: "Node"


Node = Term | Range | Combined


def parse(text: str) -> Node:
    """The query as a tree. Raises MalformedQuery."""
    parser = _Parser(text)
    node = parser.expression(0)
    if parser.rest:
        raise parser.malformed("a parenthesis is closed that was not opened")
    return node


def leaves(node: Node) -> Iterator[Term | Range]:
    """The terms and ranges, in their order."""
    waiting: list[Node] = [node]
    while waiting:
        match waiting.pop():
            case Combined(_, left, right):
                waiting += [right, left]
            case leaf:
                yield leaf


def _tokens(text: str) -> Iterator[re.Match[str]]:
    position = len(text) - len(text.lstrip())
    while position < len(text):
        token = _TOKEN.match(text, position)
        if not token:
            raise _unreadable(text, position)
        yield token
        position = token.end()


def _unreadable(text: str, position: int) -> MalformedQuery:
    """Says what is wrong with the text from this position on."""
    head = _HEAD.match(text, position)
    end = head.end() if head else position
    following = text[end : end + 1].strip()
    problem = _UNREADABLE.get(following, f"cannot be read from here on: {text[position : position + 40]}")
    return MalformedQuery(problem, min(end + 1, len(text)))


class _Parser:
    """Reads tokens from the first to the last; `rest` has those still to be read, the next one last."""

    def __init__(self, text: str) -> None:
        self.rest = list(_tokens(text))[::-1]
        self._end = max(len(text), 1)

    def expression(self, depth: int) -> Node:
        """What stands before the end or the next closing parenthesis."""
        operands, operators = [self._operand(depth)], []
        while self.rest and self.rest[-1]["parenthesis"] != ")":
            operators.append(self.rest.pop()["operator"] if self.rest[-1]["operator"] else "OR")
            operands.append(self._operand(depth))
        return _joined(operands, operators)

    def malformed(self, problem: str) -> MalformedQuery:
        """The problem, at the next token or at the end."""
        return MalformedQuery(problem, self.rest[-1].start() + 1 if self.rest else self._end)

    def _operand(self, depth: int) -> Node:
        """A term, or a query in parentheses."""
        if not self.rest or self.rest[-1]["operator"] or self.rest[-1]["parenthesis"] == ")":
            raise self.malformed("a term is missing")
        if depth > DEEPEST:
            raise self.malformed(f"more than {DEEPEST} parentheses within each other")
        head = self.rest.pop()
        if not head["parenthesis"]:
            return _leaf(head)
        inside = self.expression(depth + 1)
        if not self.rest:
            raise MalformedQuery("a parenthesis is not closed", head.start() + 1)
        self.rest.pop()
        return inside


def _leaf(token: re.Match[str]) -> Term | Range:
    name, column = token["field"] or "all", token.start() + 1
    if token["range"] is not None:
        return Range(name, token["range"], column)
    is_quoted = token["word"] is None
    return Term(name, token["phrase"] if is_quoted else token["word"], is_quoted, column)


def _joined(operands: Sequence[Node], operators: Sequence[str]) -> Node:
    """The operands joined from the right."""
    node = operands[-1]
    for left, operator in zip(operands[-2::-1], reversed(operators), strict=True):
        node = Combined(operator, left, node)
    return node
