from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.demo.arxiv import ArxivServer, Behaviour, Reply, query_reply
from digest.demo.papers import DemoPaper, Version
from digest.errors import AnswerRejected, SourceUnavailable
from digest.protocols import Answer, Known, Source
from digest.sources.arxiv import MODERATION, ArxivSearch, goes_on, newest_versions
from digest.sources.http import ArxivClient
from digest.sources.trust import Asked, Page
from tests.builders import NOON, keyword, paper
from tests.sources_support import PretendedClock, page_of, settings

NEWCOMER = Known(baseline=None, papers=frozenset(), newest_submission=None)
ACQUAINTED = Known(baseline=1, papers=frozenset({"2606.00001"}), newest_submission=NOON)
REWARD_MODEL = keyword("Reward Model")


def demo_paper(number: int, submitted: datetime) -> DemoPaper:
    return DemoPaper(
        id=f"2606.{number:05}",
        title=f"Reward model number {number}",
        abstract="An invented abstract.",
        authors=("Ada Example",),
        categories=("cs.LG",),
        comment="",
        versions=(Version(1, submitted, submitted),),
    )


HOURLY = tuple(demo_paper(number, NOON - timedelta(hours=620 - number)) for number in range(1, 621))
"""A good 25 days of papers."""


@pytest.fixture
def clock() -> PretendedClock:
    return PretendedClock()


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with ArxivServer(HOURLY, NOON) as it:
        yield it


@pytest.fixture
def search(server: ArxivServer, clock: PretendedClock, tmp_path: Path) -> Iterator[ArxivSearch]:
    asked = settings(server.api_url)
    with closing(ArxivClient(asked, tmp_path / "pace", clock, jitter=lambda: 0.0)) as client:
        yield ArxivSearch(client, asked)


@pytest.fixture
def source(search: ArxivSearch) -> Source:
    return search


def numbers(answer: Answer) -> list[int]:
    return [int(paper.id.partition(".")[2]) for paper in answer.papers]


def questions(server: ArxivServer) -> list[tuple[str, str]]:
    return [(request.parameters["start"], request.parameters["max_results"]) for request in server.requests]


def test_an_unknown_keyword_brings_its_hundred_newest_papers(source: Source, server: ArxivServer) -> None:
    answer = source.search(REWARD_MODEL, NEWCOMER)
    assert numbers(answer) == list(range(620, 520, -1))
    assert answer.asked_at == NOON
    assert [(request.method, request.parameters) for request in server.requests] == [
        (
            "POST",
            {
                "search_query": '(ti:"Reward Model" OR abs:"Reward Model")',
                "start": "0",
                "max_results": "100",
                "sortBy": "submittedDate",
                "sortOrder": "descending",
            },
        )
    ]


def test_a_paper_comes_as_arxiv_describes_it(source: Source) -> None:
    assert source.search(REWARD_MODEL, NEWCOMER).papers[0] == paper(
        "2606.00620",
        title="Reward model number 620",
        abstract="An invented abstract.",
        authors=("Ada Example",),
        categories=("cs.LG",),
        submitted=NOON,
        updated=NOON,
    )


def test_a_known_keyword_is_read_as_far_back_as_moderation_lasts(source: Source, server: ArxivServer) -> None:
    assert numbers(source.search(REWARD_MODEL, ACQUAINTED)) == list(range(620, 0, -1))
    assert questions(server) == [("0", "500"), ("500", "500")]


def test_a_known_keyword_is_not_read_further_than_that(source: Source, server: ArxivServer) -> None:
    later = replace(ACQUAINTED, newest_submission=NOON + MODERATION)
    assert numbers(source.search(REWARD_MODEL, later)) == list(range(620, 120, -1))
    assert questions(server) == [("0", "500")]


def test_a_keyword_without_papers_has_an_answer_too(source: Source) -> None:
    assert source.search(keyword("Moon Cheese"), NEWCOMER) == Answer((), NOON)


def test_a_probe_asks_for_one_paper(search: ArxivSearch, server: ArxivServer) -> None:
    search.probe()
    assert [request.parameters["search_query"] for request in server.requests] == ["cat:cs.*"]
    assert questions(server) == [("0", "1")]


def test_a_probe_judges_the_answer(search: ArxivSearch, server: ArxivServer) -> None:
    server.misbehave(*[cut] * 3)
    with pytest.raises(AnswerRejected, match="cut off"):
        search.probe()


FULL = Page((paper(submitted=NOON - MODERATION),), 20_000, 0, NOON)


@pytest.mark.parametrize(
    ("page", "start", "known", "more"),
    [
        pytest.param(FULL, 0, ACQUAINTED, True, id="news may follow"),
        pytest.param(FULL, 0, NEWCOMER, False, id="nothing known"),
        pytest.param(FULL, 0, replace(ACQUAINTED, newest_submission=None), True, id="no paper known"),
        pytest.param(
            FULL,
            0,
            replace(ACQUAINTED, newest_submission=NOON + timedelta(seconds=1)),
            False,
            id="older than moderation",
        ),
        pytest.param(replace(FULL, total=501), 0, ACQUAINTED, True, id="one more row"),
        pytest.param(replace(FULL, total=500), 0, ACQUAINTED, False, id="the end"),
        pytest.param(Page((), 0, 0, NOON), 0, ACQUAINTED, False, id="no row"),
        pytest.param(FULL, 9_000, ACQUAINTED, True, id="before arXiv's last row"),
        pytest.param(FULL, 9_500, ACQUAINTED, False, id="arXiv's last row"),
    ],
)
def test_whether_to_turn_the_page(page: Page, start: int, known: Known, more: bool) -> None:
    assert goes_on(page, Asked(start, 500), known) is more


def test_a_paper_on_two_pages_counts_once_in_its_newest_version() -> None:
    first, second, other = paper(version=1), paper(version=2), paper("2606.00002")
    assert newest_versions([first, other, second]) == (second, other)
    assert newest_versions([second, other, first]) == (second, other)


def cut(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def emptied(reply: Reply) -> Reply:
    return replace(reply, body=page_of(()))


def one_row(reply: Reply) -> Reply:
    return replace(reply, body=page_of([paper()], total=80))


def text(reply: Reply) -> Reply:
    return replace(reply, body=b"Rate exceeded.", content_type="text/plain")


def test_an_answer_that_is_not_believed_is_asked_for_again(
    source: Source, server: ArxivServer, clock: PretendedClock
) -> None:
    server.misbehave(cut, one_row)
    assert len(source.search(REWARD_MODEL, NEWCOMER).papers) == 100
    assert clock.sleeps == [30.0, 60.0]


def test_a_later_page_that_is_not_believed_spoils_the_answer(source: Source, server: ArxivServer) -> None:
    server.misbehave(None, one_row, one_row, one_row)
    with pytest.raises(AnswerRejected, match="wrong page: row 500 was asked for, row 0 came"):
        source.search(REWARD_MODEL, ACQUAINTED)


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (cut, "cut off: unclosed token in line 2"),
        (emptied, "empty although known: no paper, and 1 are known"),
        (one_row, "fewer rows than promised: 1 rows instead of 80"),
    ],
)
def test_an_answer_that_is_never_believed_is_rejected(
    source: Source, server: ArxivServer, behaviour: Behaviour, message: str
) -> None:
    server.misbehave(*[behaviour] * 3)
    with pytest.raises(AnswerRejected) as rejected:
        source.search(REWARD_MODEL, ACQUAINTED)
    assert (str(rejected.value), len(server.requests)) == (message, 3)


def test_an_arxiv_that_only_throttles_is_unavailable(source: Source, server: ArxivServer) -> None:
    server.misbehave(*[text] * 4)
    with pytest.raises(SourceUnavailable, match="gave no answer in 4 tries; the last: rate exceeded"):
        source.search(REWARD_MODEL, ACQUAINTED)


def test_a_question_that_arxiv_refuses_is_not_asked_again(source: Source, server: ArxivServer) -> None:
    server.misbehave(lambda _: query_reply((), {"search_query": "("}, NOON))
    with pytest.raises(AnswerRejected) as rejected:
        source.search(REWARD_MODEL, ACQUAINTED)
    assert (rejected.value.verdict, len(server.requests)) == ("error feed", 1)
