from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.demo.papers import DemoPaper, Version
from digest.demo.server import ArxivServer, Behaviour, Reply
from digest.domain.papers import Paper
from digest.errors import AnswerRejected
from digest.sources.arxiv import api as arxiv_api
from digest.sources.arxiv.api import OVERLAP, ArxivApi, newest_versions
from digest.sources.arxiv.responses import Page
from tests.support.arxiv_support import MONDAY, client_in, demo_paper, first_entry_alone, without_entries
from tests.support.builders import paper
from tests.support.sources_support import page_of

QUERY = 'ti:"reward model"'


def numbered(number: int) -> DemoPaper:
    """The higher the number, the later: two hours each."""
    submitted = MONDAY - timedelta(hours=2 * (100 - number))
    return demo_paper(
        f"2606.{number:05}",
        MONDAY,
        f"Reward model number {number}",
        versions=(Version(1, submitted, submitted),),
    )


PAPERS = tuple(numbered(number) for number in range(1, 101))
"""A good week of them."""


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with ArxivServer((*PAPERS, demo_paper("2605.00001", MONDAY)), MONDAY) as it:
        yield it


@pytest.fixture
def api(server: ArxivServer, tmp_path: Path) -> Iterator[ArxivApi]:
    with client_in(tmp_path) as client:
        yield ArxivApi(client, server.api_url)


def ids(numbers: Sequence[int]) -> list[str]:
    return [f"2606.{number:05}" for number in numbers]


def everything(_: Paper) -> bool:
    return True


def nothing(_: Paper) -> bool:
    return False


def only_request(server: ArxivServer) -> dict[str, str]:
    (request,) = server.requests
    assert request.method == "POST"
    return request.parameters


# The newest


def test_the_newest_come_latest_submission_first(api: ArxivApi, server: ArxivServer) -> None:
    page = api.newest(QUERY, 3)
    assert ([paper.id for paper in page.papers], page.total) == (ids([100, 99, 98]), 100)
    assert (page.start, page.asked_at) == (0, MONDAY)
    assert only_request(server) == {
        "search_query": QUERY,
        "start": "0",
        "max_results": "3",
        "sortBy": "submittedDate",
        "sortOrder": "descending",
    }


def test_a_paper_comes_as_arxiv_describes_it(api: ArxivApi) -> None:
    assert api.newest(QUERY, 1).papers == (
        paper(
            "2606.00100",
            title="Reward model number 100",
            abstract="An invented abstract.",
            authors=("Ada Example",),
            categories=("cs.LG",),
            submitted=MONDAY,
            updated=MONDAY,
        ),
    )


def test_a_query_that_finds_nothing_has_an_answer_too(api: ArxivApi) -> None:
    assert api.newest('ti:"moon cheese"', 100) == Page((), 0, 0, MONDAY)


# All since


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv_api, "PAGE", 10)


def windows(server: ArxivServer) -> list[tuple[str, str]]:
    return [(request.parameters["start"], request.parameters["max_results"]) for request in server.requests]


@pytest.mark.usefixtures("small_pages")
def test_a_search_goes_back_as_far_as_the_overlap(api: ArxivApi, server: ArxivServer) -> None:
    newest = PAPERS[85].submitted + OVERLAP
    papers = api.since(QUERY, newest, frozenset({PAPERS[-8].id}), everything)
    assert [paper.id for paper in papers] == ids(range(100, 85, -1))
    assert windows(server) == [("0", "10"), ("10", "10")]


@pytest.mark.usefixtures("small_pages")
def test_all_pages_are_fetched(api: ArxivApi, server: ArxivServer) -> None:
    few = 'ti:"reward model" AND submittedDate:[202606210600 TO 202606221200]'
    assert len(api.since(few, MONDAY, frozenset(), everything)) == 16
    assert windows(server) == [("0", "10"), ("10", "10")]


@pytest.mark.usefixtures("small_pages")
def test_no_page_after_arxivs_last_row_is_requested(
    api: ArxivApi, server: ArxivServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv_api, "LAST_ROW", 30)
    assert len(api.since(QUERY, MONDAY, frozenset(), everything)) == 30
    assert windows(server) == [("0", "10"), ("10", "10"), ("20", "10")]


@pytest.mark.usefixtures("small_pages")
def test_without_a_known_submission_one_page_is_enough(api: ArxivApi, server: ArxivServer) -> None:
    assert len(api.since(QUERY, None, frozenset(), everything)) == 10
    assert len(server.requests) == 1


def test_a_page_has_two_thousand_rows(api: ArxivApi, server: ArxivServer) -> None:
    api.since(QUERY, MONDAY, frozenset(), everything)
    assert windows(server) == [("0", "2000")]


def test_a_paper_on_two_pages_counts_once_in_its_newest_version() -> None:
    first, second, other = paper(version=1), paper(version=2), paper("2606.00002")
    assert newest_versions([first, other, second]) == (second, other)
    assert newest_versions([second, other, first]) == (second, other)


# Lists


def test_a_list_has_those_that_exist(api: ArxivApi, server: ArxivServer) -> None:
    papers = api.listed(["2606.00007", "2606.99999", "2605.00001"], {"2605.00001"})
    assert {paper.id for paper in papers} == {"2606.00007", "2605.00001"}
    assert only_request(server) == {"id_list": "2606.00007,2606.99999,2605.00001", "max_results": "3"}


def test_a_query_can_be_limited_to_a_list_of_papers(api: ArxivApi, server: ArxivServer) -> None:
    assert api.matching(QUERY, ["2606.00007", "2605.00001"]) == {"2606.00007"}
    assert only_request(server) == {
        "search_query": QUERY,
        "id_list": "2606.00007,2605.00001",
        "max_results": "2",
    }


# Answers that are rejected


def upside_down(reply: Reply) -> Reply:
    head, *entries = reply.body.removesuffix(b"</feed>").split(b"<entry>")
    return replace(reply, body=b"<entry>".join([head, *reversed(entries)]) + b"</feed>")


def saying(body: bytes) -> Behaviour:
    return lambda _: Reply(200, body)


def cut_off(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2])


YEARS_AGO = paper("1111.00001", submitted=MONDAY - timedelta(days=5_000))
UNEXPECTED_PAPER = paper("2606.00999", submitted=MONDAY)

Ask = Callable[[ArxivApi], object]


def search(api: ArxivApi) -> object:
    return api.since(QUERY, MONDAY, frozenset({"2606.00100"}), everything)


def listing(api: ArxivApi) -> object:
    return api.listed(ids([7, 8]), ids([7, 8]))


def match(api: ArxivApi) -> object:
    return api.matching(QUERY, ids([7, 8]))


def loose_words(api: ArxivApi) -> object:
    return api.newest(QUERY, 10, nothing)


@pytest.mark.parametrize(
    ("ask", "behaviour", "message"),
    [
        (search, cut_off, "cut off: unclosed token in line 2"),
        (search, saying(page_of([UNEXPECTED_PAPER], start=7)), "wrong page: row 0 was requested, row 7 came"),
        (search, without_entries, "empty although known: no paper, and 1 are known"),
        (search, first_entry_alone, "fewer rows than promised: 1 rows instead of 85"),
        (search, upside_down, "not in order: 2606.00017 of 2026-06-15 after 2606.00016 of 2026-06-15"),
        (
            search,
            saying(page_of([YEARS_AGO])),
            "an id of years ago at the top: 1111.00001 of 2012-10-13, and a paper of 2026-06-22 is known",
        ),
        (
            search,
            saying(page_of([UNEXPECTED_PAPER])),
            "no overlap with the last good answer: none of 1 known papers among 1 rows",
        ),
        (loose_words, None, "phrases are not read as phrases: 0 of 10 rows match the query"),
        (listing, first_entry_alone, "missing rows: 1 of 2 papers, such as 2606.00007"),
        (listing, without_entries, "missing rows: 2 of 2 papers, such as 2606.00007"),
        (listing, saying(page_of([UNEXPECTED_PAPER])), "a paper that was not requested: 2606.00999"),
        (match, saying(page_of([UNEXPECTED_PAPER])), "a paper that was not requested: 2606.00999"),
    ],
)
def test_an_answer_that_stays_impossible_is_rejected_by_name(
    api: ArxivApi, server: ArxivServer, ask: Ask, behaviour: Behaviour | None, message: str
) -> None:
    server.misbehave(*[behaviour] * 4)
    with pytest.raises(AnswerRejected) as rejected:
        ask(api)
    assert (str(rejected.value), len(server.requests)) == (message, 4)


def test_a_rejected_answer_is_requested_again(api: ArxivApi, server: ArxivServer) -> None:
    server.misbehave(cut_off, first_entry_alone)
    assert len(api.newest(QUERY, 10).papers) == 10
    assert len(server.requests) == 3


@pytest.mark.usefixtures("small_pages")
def test_a_rejected_later_page_rejects_the_answer(api: ArxivApi, server: ArxivServer) -> None:
    server.misbehave(None, *[first_entry_alone] * 4)
    with pytest.raises(AnswerRejected, match="fewer rows than promised: 1 rows instead of 10"):
        api.since(QUERY, MONDAY, frozenset(), everything)


def test_an_answer_of_which_half_the_rows_are_claimed_is_accepted(api: ArxivApi) -> None:
    assert len(api.newest(QUERY, 20, lambda one: one.id > "2606.00090").papers) == 20
