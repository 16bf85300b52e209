"""What arXiv's grammar means, after https://info.arxiv.org/help/api/user-manual.html#query_details"""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.demo.papers import DemoPaper, Shown, Version
from digest.demo.query import (
    Combined,
    MalformedQuery,
    Node,
    Page,
    Refused,
    Submitted,
    Term,
    find,
    matches,
    parse,
)
from digest.sources.arxiv.query import query_of
from tests.support import builders

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PAPER = DemoPaper(
    id="2606.00001",
    title="Graph Neural Networks at Sea",
    abstract="We reward models that reason about Schrödinger's boat. It floats.",
    authors=("Ada del Ejemplo", "Bo Sample"),
    categories=("cs.LG", "stat.ML"),
    comment="Accepted at the Imaginary Conference on Learning 2026",
    versions=(Version(1, JUNE, JUNE + 2 * DAY),),
)
A, B, C = Term("ti", "a"), Term("abs", "b"), Term("all", "c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("ti:a", A),
        ('ti:"a"', A),
        ("c", C),
        ('au:"del ejemplo"', Term("au", "del ejemplo")),
        ("cat:cs.*", Term("cat", "cs.*")),
        ('ti:""', Term("ti", "")),
        ("ti:a AND abs:b OR c", Combined("AND", A, Combined("OR", B, C))),
        ("ti:a ANDNOT abs:b AND c", Combined("ANDNOT", A, Combined("AND", B, C))),
        ("(ti:a AND abs:b) OR c", Combined("OR", Combined("AND", A, B), C)),
        ("ti:a abs:b", Combined("OR", A, B)),
        ("ti:a c AND abs:b", Combined("OR", A, Combined("AND", C, B))),
        ("ti:a(abs:b)", Combined("OR", A, B)),
        (" ( ( ti:a ) ) ", A),
        ("ti:a AND(abs:b)", Combined("AND", A, B)),
        ("ANDROID", Term("all", "ANDROID")),
        ("ti:a and abs:b", Combined("OR", A, Combined("OR", Term("all", "and"), B))),
        (
            "submittedDate:[202606010000 TO 202606022359]",
            Submitted(JUNE, datetime(2026, 6, 2, 23, 59, tzinfo=UTC)),
        ),
        ("lastUpdatedDate:[202606010000 TO 202606020000]", Submitted(JUNE, JUNE + DAY)),
    ],
    ids=[
        "a word in a field",
        "a phrase of one word is a word",
        "without a field everything is searched",
        "a phrase keeps its words",
        "a pattern for categories",
        "an empty phrase",
        "AND does not bind closer than OR",
        "ANDNOT takes all that follows",
        "parentheses bind",
        "a missing operator is OR",
        "a missing operator binds no closer than others",
        "a parenthesis begins an operand",
        "parentheses within parentheses",
        "an operator may touch a parenthesis",
        "a word may begin like an operator",
        "operators are upper-case",
        "a range of submission dates",
        "a range of updates is read as one of submissions",
    ],
)
def test_a_query_is_read_without_precedence_from_the_right(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a term is missing"),
        ("ti:a AND", "a term is missing"),
        ("OR ti:a", "a term is missing"),
        ("ti:a AND OR ti:b", "a term is missing"),
        ("()", "a term is missing"),
        ("(ti:a", "a parenthesis is not closed"),
        ("ti:a)", "a parenthesis is closed that was not opened"),
        ('ti:a OR abs:"reward model', 'cannot be read from here on: abs:"reward model'),
        ("ti:(a OR b)", "cannot be read from here on: ti:(a OR b)"),
        ("title:a", "there is no field title"),
        ("ti:[202606010000 TO 202606020000]", "not a range of dates: ti:[202606010000 TO 202606020000]"),
        ("submittedDate:[2026 TO 2027]", "not a range of dates: submittedDate:[2026 TO 2027]"),
        ("submittedDate:[202613010000 TO 202614010000]", "not a date: 202613010000"),
    ],
    ids=lambda text: text or "nothing",
)
def test_what_is_not_a_query_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(MalformedQuery) as refusal:
        parse(text)
    assert str(refusal.value) == problem


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('ti:"graph neural network"', True),
        ('ti:"neural graph"', False),
        ('ti:"networks sea"', False),
        ("ti:boat", False),
        ("abs:reasoning", True),
        ("abs:schrodinger", True),
        ('abs:"schrodinger boat it floats"', True),
        ('au:"del ejemplo"', True),
        ('au:"ejemplo bo"', False),
        ("co:learned", True),
        ("cat:cs.LG", True),
        ("cat:cs.L", False),
        ("cat:stat.*", True),
        ("cat:math.*", False),
        ("all:sea", True),
        ("all:floating", True),
        ("all:ada", True),
        ("all:conference", True),
        ("all:stat.ML", True),
        ("all:mountain", False),
        ('all:"sea we"', False),
        ('ti:""', False),
        ("ti:sea AND abs:boat", True),
        ("ti:sea AND abs:plane", False),
        ("ti:plane OR abs:boat", True),
        ("ti:plane OR abs:plane", False),
        ("ti:sea ANDNOT abs:plane", True),
        ("ti:sea ANDNOT abs:boat", False),
        ("ti:plane ANDNOT abs:plane", False),
        ("submittedDate:[202606010000 TO 202606010000]", True),
        ("submittedDate:[202605010000 TO 202605312359]", False),
        ("submittedDate:[202606010001 TO 202607010000]", False),
    ],
)
def test_a_query_means_a_paper_or_does_not(query: str, expected: bool) -> None:
    assert matches(parse(query), PAPER) is expected


def written(node: Node) -> str:
    """The tree as a query in which every combination is in parentheses."""
    match node:
        case Term(field, words):
            return f'{field}:"{words}"'
        case Submitted(earliest, latest):
            return f"submittedDate:[{earliest:%Y%m%d%H%M} TO {latest:%Y%m%d%H%M}]"
        case Combined(operator, left, right):
            return f"({written(left)} {operator} {written(right)})"


FIELDS = st.sampled_from(["ti", "abs", "au", "co", "cat", "all"])
OPERATORS = st.sampled_from(["AND", "OR", "ANDNOT"])
TERMS = st.builds(Term, FIELDS, st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"])))
MINUTES = st.integers(0, 1_000_000).map(lambda minutes: JUNE + timedelta(minutes=minutes))
LEAVES: st.SearchStrategy[Node] = TERMS | st.builds(Submitted, MINUTES, MINUTES)
TREES = st.recursive(LEAVES, lambda nodes: st.builds(Combined, OPERATORS, nodes, nodes), max_leaves=8)


@given(TREES)
def test_a_query_with_all_its_parentheses_is_read_as_it_was_meant(tree: Node) -> None:
    assert parse(written(tree)) == tree


@given(st.lists(st.tuples(TERMS, OPERATORS)), TERMS)
def test_a_query_without_parentheses_leans_to_the_right(terms: list[tuple[Term, str]], last: Term) -> None:
    text = "".join(f"{written(term)} {operator} " for term, operator in terms) + written(last)
    tree: Node = last
    for term, operator in reversed(terms):
        tree = Combined(operator, term, tree)
    assert parse(text) == tree


@given(st.text(st.sampled_from('()":[]* ANDOTRi1é')))
def test_any_text_is_either_a_query_or_malformed(text: str) -> None:
    with contextlib.suppress(MalformedQuery):
        matches(parse(text), PAPER)


def test_a_keyword_of_the_configuration_finds_its_papers() -> None:
    keyword = builders.keyword(
        "Boats",
        any=("graph neural network",),
        exclude=("submarine",),
        authors=("sample",),
        categories=("cs.*",),
    )
    assert matches(parse(query_of(keyword)), PAPER)
    assert not matches(parse(query_of(keyword)), replace(PAPER, abstract="A submarine."))


FIRST = replace(
    PAPER,
    id="2606.00001",
    title="B",
    versions=(Version(1, JUNE, JUNE), Version(2, JUNE + 9 * DAY, JUNE + 9 * DAY)),
)
SECOND = replace(PAPER, id="2606.00002", title="C", versions=(Version(1, JUNE + DAY, JUNE + DAY),))
THIRD = replace(PAPER, id="2606.00003", title="A", versions=(Version(1, JUNE + DAY, JUNE + 4 * DAY),))
PAPERS = (FIRST, SECOND, THIRD)
LATER = JUNE + 10 * DAY


EVERYTHING = {"search_query": "cat:cs.LG"}
OLDEST_FIRST = {"sortBy": "submittedDate", "sortOrder": "ascending"}


def names(parameters: Mapping[str, str], now: datetime = LATER) -> list[str]:
    return [shown.name for shown in find(PAPERS, {**EVERYTHING, **parameters}, now).papers]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"sortBy": "submittedDate"}, ["2606.00003v1", "2606.00002v1", "2606.00001v2"]),
        (
            OLDEST_FIRST,
            ["2606.00001v2", "2606.00002v1", "2606.00003v1"],
        ),
        ({"sortBy": "lastUpdatedDate"}, ["2606.00001v2", "2606.00003v1", "2606.00002v1"]),
        ({"sortBy": "relevance"}, ["2606.00002v1", "2606.00001v2", "2606.00003v1"]),
        ({}, ["2606.00002v1", "2606.00001v2", "2606.00003v1"]),
    ],
    ids=["by first submission", "ascending", "by the shown version", "relevance", "relevance by default"],
)
def test_papers_come_in_the_order_asked_for(parameters: dict[str, str], expected: list[str]) -> None:
    assert names(parameters) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, []),
        (0, ["2606.00001v1"]),
        (3, ["2606.00001v1", "2606.00002v1"]),
        (4, ["2606.00001v1", "2606.00002v1", "2606.00003v1"]),
        (9, ["2606.00001v2", "2606.00002v1", "2606.00003v1"]),
    ],
    ids=["before all", "at the first announcement", "one waits in moderation", "all", "a revision"],
)
def test_a_version_can_be_found_once_it_has_been_announced(days: int, expected: list[str]) -> None:
    assert names(OLDEST_FIRST, JUNE + days * DAY) == expected


def test_a_page_tells_its_place_in_the_whole() -> None:
    parameters = {**EVERYTHING, "sortBy": "submittedDate", "start": "1", "max_results": "1"}
    expected = Page(papers=(Shown(SECOND, SECOND.versions[0]),), total=3, start=1, size=1)
    assert find(PAPERS, parameters, LATER) == expected


def test_a_page_has_ten_papers_by_default_and_two_thousand_at_most() -> None:
    many = [replace(PAPER, id=f"2606.{number:05}") for number in range(1, 2_002)]
    default = find(many, EVERYTHING, LATER)
    largest = find(many, {**EVERYTHING, "max_results": "5000"}, LATER)
    assert (len(default.papers), default.size, default.total) == (10, 10, 2_001)
    assert (len(largest.papers), largest.size, largest.total) == (2_000, 2_000, 2_001)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"search_query": "", "id_list": "2606.00002"}, ["2606.00002v1"]),
        (
            {"search_query": "", "id_list": "2606.00001v1, 2606.00003,2699.00001"},
            ["2606.00001v2", "2606.00003v1"],
        ),
        ({"search_query": "ti:C", "id_list": "2606.00001,2606.00002"}, ["2606.00002v1"]),
    ],
    ids=["one", "several, and one that does not exist", "and a query"],
)
def test_a_list_of_ids_limits_what_is_found(parameters: dict[str, str], expected: list[str]) -> None:
    assert names(parameters) == expected


@pytest.mark.parametrize(
    ("parameters", "mark", "words"),
    [
        ({}, "empty_query", "search_query or id_list must be given"),
        (
            {"search_query": "ti:a)"},
            "malformed_query",
            "malformed query: a parenthesis is closed that was not opened",
        ),
        ({"id_list": "ten"}, "incorrect_id_format", "incorrect id format: not an arXiv identifier: 'ten'"),
        ({"start": "x"}, "start_must_be_an_integer", "start must be an integer and not negative"),
        (
            {"max_results": "-1"},
            "max_results_must_be_an_integer",
            "max_results must be an integer and not negative",
        ),
        (
            {"start": "9000", "max_results": "1001"},
            "max_results_too_large",
            "start + max_results must be at most 10000",
        ),
        (
            {"search_query": "a", "sortBy": "date"},
            "sortBy",
            "sortBy must be in: relevance, submittedDate, lastUpdatedDate",
        ),
        (
            {"search_query": "a", "sortOrder": "up"},
            "sortOrder",
            "sortOrder must be in: descending, ascending",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_a_request_that_arxiv_does_not_accept_is_refused(
    parameters: dict[str, str], mark: str, words: str
) -> None:
    with pytest.raises(Refused) as refusal:
        find(PAPERS, parameters, LATER)
    assert (refusal.value.code, str(refusal.value)) == (mark, words)
