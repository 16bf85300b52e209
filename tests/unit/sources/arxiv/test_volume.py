"""arXiv's papers for a keyword are counted, and no single answer makes a number zero."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from digest.demo.server import ArxivServer, Behaviour, Reply
from digest.domain.keywords import Keyword
from digest.domain.volume import Volume, VolumeResult, papers_a_day
from digest.errors import AnswerRejected, SourceUnavailable
from digest.sources.arxiv.api import Found
from digest.sources.arxiv.query import query_of, submitted_since
from digest.sources.arxiv.source import ArxivSource
from digest.sources.arxiv.volume import volume_of
from tests.support.arxiv_support import MONDAY, WEEK, client_in, demo_paper, gone, without_entries
from tests.support.builders import NOON, keyword, paper

MODEL, SPARSE, TYPO = keyword("Reward Model"), keyword("Sparsity"), keyword("Reward Modle")
QUIET = keyword("Simulated Annealing")
PAPERS = (
    demo_paper("2606.00001", MONDAY, "Reward models"),
    demo_paper("2606.00002", MONDAY - WEEK, "A reward model"),
    demo_paper("2602.00003", MONDAY - 18 * WEEK, "One more reward model"),
    demo_paper("2602.00004", MONDAY - 18 * WEEK, "Simulated annealing"),
    demo_paper("2606.00005", MONDAY, "Sparsity", abstract="Sparsity."),
    demo_paper("2606.00006", MONDAY, "Much sparsity"),
)


@contextmanager
def source_at(server: ArxivServer, folder: Path) -> Iterator[ArxivSource]:
    with client_in(folder) as client:
        yield ArxivSource(client, server.api_url, server.feed_url)


def oldest_first(reply: Reply) -> Reply:
    """The entries in the wrong order."""
    head, *entries = re.split(rb"(?=<entry>)", reply.body.removesuffix(b"</feed>"))
    return replace(reply, body=b"".join((head, *reversed(entries), b"</feed>")))


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with ArxivServer(PAPERS, MONDAY) as it:
        yield it


def counted(server: ArxivServer, folder: Path, *keywords: Keyword) -> list[VolumeResult]:
    with source_at(server, folder) as source:
        return list(source.volumes(keywords, MONDAY))


def month(recent: int, **changes: int | bool) -> Volume:
    return replace(Volume(recent=recent, a_day=papers_a_day(recent, MONDAY)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "volume", "requests"),
    [
        (MODEL, month(2), 1),
        (SPARSE, month(1, loosened=2), 2),
        (QUIET, month(0, total=1), 2),
        (TYPO, month(0, total=0), 3),
        (keyword("Wordless"), month(0, total=0, loosened=0), 5),
        (keyword("Reward Model", exact=True), month(2, at_most=True), 1),
    ],
    ids=["a phrase", "a word", "quiet for a month", "nothing ever", "a word that nobody uses", "exact"],
)
def test_a_keyword_costs_few_requests(
    wanted: Keyword, volume: Volume, requests: int, server: ArxivServer, tmp_path: Path
) -> None:
    assert counted(server, tmp_path, wanted) == [VolumeResult(wanted, volume)]
    assert len(server.requests) == requests


def test_one_row_is_asked_for_of_the_last_thirty_days(server: ArxivServer, tmp_path: Path) -> None:
    counted(server, tmp_path, MODEL)
    (request,) = server.requests
    since = MONDAY.replace(month=5, day=23)
    assert request.parameters["search_query"] == submitted_since(query_of(MODEL), since)
    assert request.parameters["max_results"] == "1"


@pytest.mark.parametrize(
    ("wanted", "behaviours", "volume"),
    [
        (MODEL, [without_entries], month(2, total=3)),
        (MODEL, [without_entries, without_entries], month(2, total=3)),
        (MODEL, [without_entries, None, without_entries], month(2, total=3)),
        (QUIET, [without_entries, without_entries], month(0, total=1)),
        (SPARSE, [None, without_entries], month(1, loosened=2)),
    ],
    ids=["at first", "twice", "although a paper is known", "a quiet keyword", "without the default"],
)
def test_an_empty_answer_is_not_taken_for_zero(
    wanted: Keyword,
    behaviours: Sequence[Behaviour | None],
    volume: Volume,
    server: ArxivServer,
    tmp_path: Path,
) -> None:
    server.misbehave(*behaviours)
    assert counted(server, tmp_path, wanted) == [VolumeResult(wanted, volume)]


def test_a_keyword_that_cannot_be_counted_does_not_stop_the_others(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.misbehave(gone)
    first, second = counted(server, tmp_path, MODEL, QUIET)
    assert isinstance(first.problem, SourceUnavailable)
    assert (first.volume, second) == (Volume(), VolumeResult(QUIET, month(0, total=1)))


def test_a_number_that_arxiv_contradicts_is_not_known(server: ArxivServer, tmp_path: Path) -> None:
    server.misbehave(without_entries, None, *[without_entries] * 4)
    (result,) = counted(server, tmp_path, MODEL)
    assert isinstance(result.problem, AnswerRejected)


def test_a_page_of_the_newest_papers_shows_the_volume_too() -> None:
    page = Found((paper("2606.00001"), paper("2606.00002")), total=2, asked_at=NOON)
    assert volume_of(MODEL, page) == Volume(2, 2, papers_a_day(2, NOON))
    assert volume_of(keyword(exact=True), page) == Volume(2, 2, papers_a_day(2, NOON), at_most=True)


def test_without_a_clock_a_page_shows_how_many_papers_there_are() -> None:
    assert volume_of(MODEL, Found((paper(),), total=7)) == Volume(7)


def test_a_paper_of_long_ago_at_the_top_is_no_sign_of_a_quiet_keyword(
    server: ArxivServer, tmp_path: Path
) -> None:
    server.misbehave(without_entries, oldest_first)
    assert counted(server, tmp_path, MODEL) == [VolumeResult(MODEL, month(2, total=3))]
