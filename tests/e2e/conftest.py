import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.demo.papers import load_papers
from digest.demo.scenario import DAYS
from digest.demo.server import ArxivServer
from tests.support.forked import ForkServer
from tests.support.home import LEAST, TWO, Home
from tests.support.systemd import Systemd


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


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Folders where one day and two days were lived, to be copied."""
    folders = [tmp_path_factory.mktemp("lived") / "home" for _ in range(2)]
    with ArxivServer(load_papers(), DAYS[0]) as arxiv:
        for days, folder in enumerate(folders, start=1):
            folder.mkdir()
            home = Home(folder, arxiv)
            home.write(TWO)
            for day in DAYS[:days]:
                home.at(day)
                assert home.digest("run").returncode == 0
    return folders


@pytest.fixture
def served(home: Home, lived: list[Path]) -> Home:
    """A home where Ada and Bo got their first mail."""
    shutil.copytree(lived[0], home.folder, dirs_exist_ok=True)
    return home


@pytest.fixture
def second_day(home: Home, lived: list[Path]) -> Home:
    """A home where two days were lived."""
    shutil.copytree(lived[1], home.folder, dirs_exist_ok=True)
    home.at(DAYS[1])
    return home


@pytest.fixture
def systemd(tmp_path: Path, home: Home) -> Iterator[Systemd]:
    address = tmp_path / "notify"
    home.environment["NOTIFY_SOCKET"] = str(address)
    systemd = Systemd(address)
    yield systemd
    systemd.close()
