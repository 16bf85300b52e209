"""What a request to the small arXiv finds."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.demo.papers import DemoPaper, Shown, Version
from digest.demo.query import Page, Refused, find, matches, parse
from digest.sources.arxiv.query import query_of
from digest.sources.arxiv.query_grammar import MalformedQuery
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


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ti:a)", "a parenthesis is closed that was not opened"),
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
