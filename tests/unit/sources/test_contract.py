"""The contract of sources, kept by arXiv, by the fake of other tests, and by an example."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.demo.server import ArxivServer
from digest.domain.fetching import FetchRequest, FetchResult, Unavailable
from digest.errors import SourceUnavailable
from digest.sources.arxiv.source import ArxivSource
from tests.support.arxiv_support import MONDAY, TUESDAY, client_in, demo_paper
from tests.support.builders import NOON, paper
from tests.support.example_source.source import ExampleSource
from tests.support.fakes import FakeSource
from tests.unit.sources.contract import FIRST, SECOND, Backend, SourceContract

_NOBODY = "http://127.0.0.1:9"
"""A port that nothing listens at."""


class ArxivBackend:
    """arXiv's source, and a small arXiv on loopback with an announcement on Monday and one on Tuesday."""

    calendar = ArxivSource.calendar

    def __init__(self, server: ArxivServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._addresses = (server.api_url, server.feed_url)

    def fetch(self, *requests: FetchRequest) -> list[FetchResult]:
        with client_in(self._folder) as client:
            return list(ArxivSource(client, *self._addresses).fetch(requests, Unavailable(NOON)))

    def announce(self) -> None:
        self._server.now = TUESDAY

    def fail(self) -> None:
        self._addresses = (f"{_NOBODY}/api/query", f"{_NOBODY}/atom/")

    def recover(self) -> None:
        self._addresses = (self._server.api_url, self._server.feed_url)


class TestArxiv(SourceContract):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[Backend]:
        papers = [
            demo_paper("2606.00001", MONDAY, "A reward model"),
            demo_paper("2606.00002", MONDAY, "On time series"),
            demo_paper("2606.00003", TUESDAY, "Another reward model"),
            demo_paper("2606.00004", TUESDAY, "Other time series"),
        ]
        with ArxivServer(papers, MONDAY) as server:
            yield ArxivBackend(server, tmp_path)


class FakeBackend:
    """The source of other tests, which has its papers in memory."""

    def __init__(self) -> None:
        self._papers = {FIRST.name: [paper("2606.00001")], SECOND.name: [paper("2606.00002")]}
        self._source = FakeSource(dict(self._papers))
        self.calendar = self._source.calendar

    def fetch(self, *requests: FetchRequest) -> list[FetchResult]:
        return list(self._source.fetch(requests, Unavailable(NOON)))

    def announce(self) -> None:
        self._papers[FIRST.name].append(paper("2606.00003"))
        self._papers[SECOND.name].append(paper("2606.00004"))

    def fail(self) -> None:
        self._source.answers = dict.fromkeys(self._papers, SourceUnavailable("no answer"))

    def recover(self) -> None:
        self._source.answers = dict(self._papers)


class TestFake(SourceContract):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Backend:
        return FakeBackend()


class ExampleBackend:
    """The example source and its file."""

    calendar = ExampleSource.calendar

    def __init__(self, folder: Path) -> None:
        self._file = folder / "papers.txt"
        self._file.write_text("1 2026-06-22 A reward model\n2 2026-06-22 On time series\n")

    def fetch(self, *requests: FetchRequest) -> list[FetchResult]:
        return list(ExampleSource(self._file).fetch(requests, Unavailable(NOON)))

    def announce(self) -> None:
        with self._file.open("a") as file:
            file.write("3 2026-06-23 Another reward model\n4 2026-06-23 Other time series\n")

    def fail(self) -> None:
        self._file.rename(self._file.with_suffix(".gone"))

    def recover(self) -> None:
        self._file.with_suffix(".gone").rename(self._file)


class TestExample(SourceContract):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Backend:
        return ExampleBackend(tmp_path)
