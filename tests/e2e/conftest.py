from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.demo.papers import load_papers
from digest.demo.scenario import DAYS
from digest.demo.server import ArxivServer
from tests.support.forked import ForkServer
from tests.support.home import LEAST, TWO, Home


@pytest.fixture(scope="session", autouse=True)
def _fork_server() -> Iterator[None]:
    """Starts by itself with the first command, and ends with the session."""
    yield
    ForkServer.stop()


@pytest.fixture
def arxiv() -> Iterator[ArxivServer]:
    with ArxivServer(load_papers(), DAYS[0]) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, arxiv: ArxivServer) -> Home:
    home = Home(tmp_path / "home", arxiv)
    home.folder.mkdir()
    home.write(LEAST)
    return home


@pytest.fixture
def second_day(home: Home) -> Home:
    """A home where two days were lived."""
    home.write(TWO)
    for day in DAYS[:2]:
        home.at(day)
        assert home.digest("run").returncode == 0
    return home
