"""Parse a request to the query API, and find the papers that match it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from digest.demo.papers import DemoPaper, Shown, shown_at
from digest.domain.keywords import Phrase
from digest.domain.matching import mark
from digest.domain.names import name_words
from digest.sources.arxiv.identifiers import split_identifier
from digest.sources.arxiv.query_grammar import Combined, MalformedQuery, Node, Range, Term, leaves
from digest.sources.arxiv.query_grammar import parse as parse_grammar

MAX_PAGE = 2_000

MAX_WINDOW = 10_000
"""What `start` and `max_results` may come to together."""

_TEXT_FIELDS = ("ti", "abs", "au", "co")
_FIELDS = (*_TEXT_FIELDS, "cat", "all")
_DATE_FIELDS = ("submittedDate", "lastUpdatedDate")

_RANGE = re.compile(r"(\d{12}) TO (\d{12})")


class Refused(Exception):
    """A request that arXiv answers with an Error entry; `code` ends the entry's id."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `size` of `total` papers, from position `start` on."""

    papers: tuple[Shown, ...]
    total: int
    start: int
    size: int


def find(papers: Iterable[DemoPaper], parameters: Mapping[str, str], now: datetime) -> Page:
    """The answer to a request's parameters, as of `now`. Raises Refused."""
    start, size = _window(parameters)
    found = _sorted(shown_at(_matching(papers, parameters), now), parameters)
    return Page(tuple(found[start : start + size]), len(found), start, size)


def parse(text: str) -> Node:
    """The query as a tree, with fields and ranges that arXiv knows. Raises MalformedQuery."""
    node = parse_grammar(text)
    for leaf in leaves(node):
        if isinstance(leaf, Range):
            _limits(leaf)
        elif leaf.field not in _FIELDS:
            raise MalformedQuery(f"there is no field {leaf.field}", leaf.column)
    return node


def matches(node: Node, paper: DemoPaper) -> bool:
    """Whether the paper matches the query."""
    match node:
        case Combined("AND", left, right):
            return matches(left, paper) and matches(right, paper)
        case Combined("OR", left, right):
            return matches(left, paper) or matches(right, paper)
        case Combined(_, left, right):
            return matches(left, paper) and not matches(right, paper)
        case Range():
            earliest, latest = _limits(node)
            return earliest <= paper.submitted <= latest
        case Term("all", words):
            return any(matches(Term(field, words), paper) for field in (*_TEXT_FIELDS, "cat"))
        case Term(field, words):
            return _FINDS[field](words, paper)


def _limits(submitted: Range) -> tuple[datetime, datetime]:
    """The first and the last moment. arXiv takes `lastUpdatedDate` too, and reads it as `submittedDate`."""
    found = _RANGE.fullmatch(submitted.limits)
    if submitted.field not in _DATE_FIELDS or not found:
        problem = f"not a range of dates: {submitted.field}:[{submitted.limits}]"
        raise MalformedQuery(problem, submitted.column)
    return _moment(found[1], submitted.column), _moment(found[2], submitted.column)


def _moment(digits: str, column: int) -> datetime:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError as problem:
        raise MalformedQuery(f"not a date: {digits}", column) from problem


def _in_text(field: str, words: str, paper: DemoPaper) -> bool:
    text = {"ti": paper.title, "abs": paper.abstract, "co": paper.comment}[field]
    return any(segment.marked for segment in mark(text, [Phrase(words)]))


def _by_author(words: str, paper: DemoPaper) -> bool:
    """Whether one author's full name has all the words."""
    return any(name_words(words) <= name_words(author) for author in paper.authors)


def _in_category(pattern: str, paper: DemoPaper) -> bool:
    return any(
        category.startswith(pattern[:-1]) if pattern.endswith("*") else category == pattern
        for category in paper.categories
    )


_FINDS: dict[str, Callable[[str, DemoPaper], bool]] = {
    **{field: partial(_in_text, field) for field in ("ti", "abs", "co")},
    "au": _by_author,
    "cat": _in_category,
}


def _window(parameters: Mapping[str, str]) -> tuple[int, int]:
    """The position of the first entry, and the size of the page."""
    start, size = _count(parameters, "start", 0), _count(parameters, "max_results", 10)
    if start + size > MAX_WINDOW:
        raise Refused("max_results_too_large", f"start + max_results must be at most {MAX_WINDOW}")
    return start, min(size, MAX_PAGE)


def _count(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name) or str(default)
    if not text.isdecimal():
        raise Refused(f"{name}_must_be_an_integer", f"{name} must be an integer and not negative")
    return int(text)


def _matching(papers: Iterable[DemoPaper], parameters: Mapping[str, str]) -> Iterable[DemoPaper]:
    """The papers that match the query, among those of the id list; at least one of the two must be given."""
    search_query, id_list = parameters.get("search_query"), parameters.get("id_list")
    if not search_query and not id_list:
        raise Refused("empty_query", "search_query or id_list must be given")
    if id_list:
        ids = _ids(id_list)
        papers = [paper for paper in papers if paper.id in ids]
    if search_query:
        node = _node(search_query)
        papers = [paper for paper in papers if matches(node, paper)]
    return papers


def _ids(id_list: str) -> set[str]:
    """The ids without their versions: only the newest version exists here."""
    try:
        return {split_identifier(text.strip())[0] for text in id_list.split(",")}
    except ValueError as problem:
        raise Refused("incorrect_id_format", f"incorrect id format: {problem}") from problem


def _node(search_query: str) -> Node:
    try:
        return parse(search_query)
    except MalformedQuery as problem:
        raise Refused("malformed_query", f"malformed query: {problem}") from problem


def _sorted(found: list[Shown], parameters: Mapping[str, str]) -> list[Shown]:
    """In the requested order; equal ones by id. Relevance has no definition here, so it is by title."""
    orders: dict[str, Callable[[Shown], tuple[str, str]]] = {
        "relevance": lambda shown: (shown.paper.title, shown.paper.id),
        "submittedDate": lambda shown: (shown.paper.submitted.isoformat(), shown.paper.id),
        "lastUpdatedDate": lambda shown: (shown.version.submitted.isoformat(), shown.paper.id),
    }
    order = _choice(parameters, "sortBy", tuple(orders))
    direction = _choice(parameters, "sortOrder", ("descending", "ascending"))
    return sorted(found, key=orders[order], reverse=direction == "descending")


def _choice(parameters: Mapping[str, str], name: str, choices: Sequence[str]) -> str:
    """The parameter, or the first choice if it is not given. Raises Refused for any other value."""
    choice = parameters.get(name) or choices[0]
    if choice not in choices:
        raise Refused(name, f"{name} must be in: {', '.join(choices)}")
    return choice
