import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.demo.papers import DemoPaper, Version
from digest.demo.server import ArxivServer, Behaviour, Reply
from digest.errors import AnswerFailed, AnswerRejected, SourceError
from digest.sources.arxiv import api as arxiv_api
from digest.sources.arxiv.api import (
    OVERLAP,
    ArxivApi,
    Found,
    SubmissionRange,
    newest_versions,
)
from digest.sources.arxiv.validation import RequestedList
from digest.sources.http import ArxivClient
from tests.support.arxiv_support import MONDAY, client_in, demo_paper, first_entry_alone, without_entries
from tests.support.builders import paper
from tests.support.sources_support import PretendedClock, page_of, settings

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


def only_request(server: ArxivServer) -> dict[str, str]:
    (request,) = server.requests
    assert request.method == "POST"
    return request.parameters


# The newest


def test_the_newest_come_latest_submission_first(api: ArxivApi, server: ArxivServer) -> None:
    page = api.newest(QUERY, 3)
    assert ([paper.id for paper in page.papers], page.total) == (ids([100, 99, 98]), 100)
    assert page.asked_at == MONDAY
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
    assert api.newest('ti:"moon cheese"', 100) == Found((), 0, MONDAY)


# All since


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arxiv_api, "PAGE", 10)


def windows(server: ArxivServer) -> list[tuple[str, str]]:
    return [(request.parameters["start"], request.parameters["max_results"]) for request in server.requests]


@pytest.mark.usefixtures("small_pages")
def test_a_search_goes_back_as_far_as_the_overlap(api: ArxivApi, server: ArxivServer) -> None:
    newest = PAPERS[85].submitted + OVERLAP
    papers = api.since(QUERY, newest, frozenset({PAPERS[-8].id})).papers
    assert [paper.id for paper in papers] == ids(range(100, 85, -1))
    assert windows(server) == [("0", "10"), ("10", "10")]


@pytest.mark.usefixtures("small_pages")
def test_all_pages_are_fetched(api: ArxivApi, server: ArxivServer) -> None:
    few = 'ti:"reward model" AND submittedDate:[202606210600 TO 202606221200]'
    assert len(api.since(few, MONDAY, frozenset()).papers) == 16
    assert windows(server) == [("0", "10"), ("10", "10")]


@pytest.mark.usefixtures("small_pages")
def test_no_page_after_arxivs_last_row_is_requested(
    api: ArxivApi, server: ArxivServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arxiv_api, "LAST_ROW", 30)
    assert len(api.since(QUERY, MONDAY, frozenset()).papers) == 30
    assert windows(server) == [("0", "10"), ("10", "10"), ("20", "10")]


@pytest.mark.usefixtures("small_pages")
def test_without_a_known_submission_one_page_is_enough(api: ArxivApi, server: ArxivServer) -> None:
    assert len(api.since(QUERY, None, frozenset()).papers) == 10
    assert len(server.requests) == 1


def test_a_page_has_two_thousand_rows(api: ArxivApi, server: ArxivServer) -> None:
    api.since(QUERY, MONDAY, frozenset())
    assert windows(server) == [("0", "2000")]


def test_a_paper_on_two_pages_counts_once_in_its_newest_version() -> None:
    first, second, other = paper(version=1), paper(version=2), paper("2606.00002")
    assert newest_versions([first, other, second]) == (second, other)
    assert newest_versions([second, other, first]) == (second, other)


# Lists


def test_a_list_has_those_that_exist(api: ArxivApi, server: ArxivServer) -> None:
    wanted = RequestedList(("2606.00007", "2606.99999"), control=frozenset({"2605.00001"}))
    assert {paper.id for paper in api.listed(wanted).papers} == {"2606.00007", "2605.00001"}
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
    return api.since(QUERY, MONDAY, frozenset({"2606.00100"}))


def listing(api: ArxivApi) -> object:
    return api.listed(RequestedList(tuple(ids([9])), control=frozenset(ids([7, 8]))))


def match(api: ArxivApi) -> object:
    return api.matching(QUERY, ids([7, 8]))


@pytest.mark.parametrize(
    ("ask", "behaviour", "message"),
    [
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
        (listing, first_entry_alone, "missing rows: 2 of 2 papers, such as 2606.00007"),
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
        api.since(QUERY, MONDAY, frozenset())


# Papers that arXiv cannot show


def about(number: int) -> bytes:
    return f"<title>Reward model number {number}</title>".encode()


def breaking_at(*numbers: int, how: Behaviour) -> Behaviour:
    """Each page and list that would show one of these papers fails."""
    return lambda reply: how(reply) if any(about(number) in reply.body for number in numbers) else reply


def server_error(_: Reply) -> Reply:
    return Reply(500, b"Internal Server Error", "text/plain")


def nothing_at_all(reply: Reply) -> Reply:
    return replace(reply, body=b"")


def untitled(number: int) -> Behaviour:
    return lambda reply: replace(reply, body=reply.body.replace(about(number), b""))


@pytest.mark.parametrize("how", [server_error, nothing_at_all, cut_off], ids=["500", "empty", "cut off"])
def test_a_search_shows_all_but_the_paper_that_breaks_it(
    api: ArxivApi, server: ArxivServer, how: Behaviour
) -> None:
    server.misbehave(*[breaking_at(60, how=how)] * 40)
    found = api.since(QUERY, MONDAY, frozenset())
    assert {paper.id for paper in found.papers} == set(ids([*range(16, 60), *range(61, 101)]))
    (submitted,) = found.unshown_rows
    assert submitted == SubmissionRange(PAPERS[58].submitted, PAPERS[60].submitted)
    assert len(server.requests) <= 2 * math.ceil(math.log2(85)) + 5


def test_the_next_search_begins_after_the_paper(api: ArxivApi, server: ArxivServer) -> None:
    server.misbehave(*[breaking_at(60, how=server_error)] * 2)
    found = api.since(QUERY, MONDAY, frozenset({"2606.00001"}), PAPERS[59].submitted + timedelta(minutes=1))
    assert {paper.id for paper in found.papers} == set(ids(range(61, 101)))
    assert (len(server.requests), found.unshown_rows) == (1, {})


@pytest.mark.parametrize(
    ("numbers", "how", "reason"),
    [
        ([60], server_error, "500 Internal Server Error"),
        ([60], nothing_at_all, "cut off"),
        ([60, 61], server_error, "500 Internal Server Error"),
        ([3, 90], cut_off, "cut off"),
    ],
)
def test_a_list_shows_all_but_the_papers_that_break_it(
    api: ArxivApi, server: ArxivServer, numbers: list[int], how: Behaviour, reason: str
) -> None:
    server.misbehave(*[breaking_at(*numbers, how=how)] * 80)
    found = api.listed(RequestedList(tuple(ids(range(2, 101))), control=frozenset(ids([1]))))
    assert found.unshown == dict.fromkeys(ids(numbers), reason)
    assert {paper.id for paper in found.papers} == set(ids(range(1, 101))) - set(ids(numbers))
    assert len(server.requests) <= len(numbers) * (2 * math.ceil(math.log2(99)) + 4) + 2


@pytest.mark.exhaustive
def test_a_list_shows_all_but_the_paper_at_which_arxiv_hangs(server: ArxivServer, tmp_path: Path) -> None:
    def hang(reply: Reply) -> Reply:
        return replace(reply, delay_seconds=10.0)

    impatient = settings(interval_seconds=0.0, retry_scale=0.0)
    client = ArxivClient(impatient, tmp_path / "arxiv.lock", PretendedClock(), max_seconds=1.0)
    server.misbehave(*[breaking_at(60, how=hang)] * 80)
    found = ArxivApi(client, server.api_url).listed(RequestedList(tuple(ids(range(1, 101)))))
    assert found.unshown == {"2606.00060": "no answer in time"}
    assert len(found.papers) == 99


def test_a_malformed_entry_costs_that_entry_alone(api: ArxivApi, server: ArxivServer) -> None:
    server.misbehave(untitled(60), untitled(7))
    newest = api.newest(QUERY, 100)
    assert (len(newest.papers), newest.unshown) == (99, {"2606.00060": "malformed entry: no title"})
    listed = api.listed(RequestedList(tuple(ids([7, 8])), frozenset(ids([7, 8]))))
    assert ([paper.id for paper in listed.papers], [*listed.unshown]) == (ids([8]), ids([7]))
    assert len(server.requests) == 2


def test_a_certain_paper_that_the_list_leaves_out_is_named(api: ArxivApi) -> None:
    wanted = RequestedList((*ids([7, 8, 9]), "2606.99999"), frozenset({"2606.99999"}), frozenset(ids([1])))
    found = api.listed(wanted)
    assert ({paper.id for paper in found.papers}, found.unshown) == (
        set(ids([1, 7, 8, 9])),
        {"2606.99999": "missing rows"},
    )


@pytest.mark.parametrize("how", [server_error, nothing_at_all], ids=["500", "empty"])
def test_no_paper_is_blamed_while_arxiv_answers_nothing(
    api: ArxivApi, server: ArxivServer, how: Behaviour
) -> None:
    server.misbehave(*[how] * 40)
    with pytest.raises(SourceError):
        api.listed(RequestedList(tuple(ids([7, 8, 9]))))
    assert len(server.requests) <= 9


def test_a_query_that_fails_however_few_rows_are_asked_for_is_itself_at_fault(
    api: ArxivApi, server: ArxivServer
) -> None:
    def fail_at_searches(reply: Reply) -> Reply:
        return server_error(reply) if "search_query" in server.requests[-1].parameters else reply

    server.misbehave(*[fail_at_searches] * 40)
    with pytest.raises(AnswerFailed):
        api.newest(QUERY, 100)
    assert len(server.requests) <= 12


def test_two_papers_in_different_halves_of_a_page_are_both_isolated(
    api: ArxivApi, server: ArxivServer
) -> None:
    server.misbehave(*[breaking_at(20, 70, how=server_error)] * 80)
    found = api.newest(QUERY, 100)
    assert {paper.id for paper in found.papers} == set(ids(range(1, 101))) - set(ids([20, 70]))
    assert len(found.unshown_rows) == 2


def test_a_single_row_that_cannot_be_shown_is_no_empty_answer(api: ArxivApi, server: ArxivServer) -> None:
    server.misbehave(*[breaking_at(100, how=server_error)] * 9)
    with pytest.raises(AnswerFailed):
        api.newest(QUERY, 1)


def test_a_paper_that_could_not_be_shown_is_asked_for_once(api: ArxivApi, server: ArxivServer) -> None:
    server.misbehave(server_error)
    assert api.listed_again("2606.00060").unshown == {"2606.00060": "500 Internal Server Error"}
    assert [paper.id for paper in api.listed_again("2606.00060").papers] == ["2606.00060"]
    assert len(server.requests) == 2
