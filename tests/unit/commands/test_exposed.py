from pathlib import Path

import pytest

from digest.commands.exposed import exposed_lines
from tests.support.builders import config
from tests.support.repositories import git

REAL = "subscribers:\n  - email: ada@reader-of-papers.org\n#  - email: bo@reader-of-papers.org\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "subscribers.yaml").write_text(REAL)
    git(tmp_path, "add", "subscribers.yaml")
    git(tmp_path, "remote", "add", "origin", "https://github.com/ada/papers.git")
    return tmp_path


def test_an_address_that_git_shows_to_everybody_is_told_with_its_lines(home: Path) -> None:
    (line,) = exposed_lines(config(home))
    assert line == (
        "subscribers.yaml: git tracks this file and pushes it to github.com, where everybody may read the "
        "addresses in line 2, 3: write `env:READER_ADA` there, and set that variable as a secret; what was "
        "pushed once stays in the history"
    )


@pytest.mark.parametrize(
    "text",
    ["- email: env:READER_ADA\n", "- email: you@example.org # or a@b.example\n"],
)
def test_a_variable_and_an_invented_address_show_nobody(home: Path, text: str) -> None:
    (home / "subscribers.yaml").write_text(text)
    assert list(exposed_lines(config(home))) == []


def test_a_file_that_git_does_not_track_or_push_there_is_nobodys_business(home: Path) -> None:
    git(home, "remote", "set-url", "origin", "/srv/git/github.com-copy.git")
    assert list(exposed_lines(config(home))) == []
    git(home, "remote", "set-url", "origin", "git@github.com:ada/papers.git")
    assert list(exposed_lines(config(home))) != []
    git(home, "rm", "--quiet", "--cached", "subscribers.yaml")
    assert list(exposed_lines(config(home))) == []


def test_a_folder_that_is_no_repository_is_fine(tmp_path: Path) -> None:
    (tmp_path / "subscribers.yaml").write_text(REAL)
    assert list(exposed_lines(config(tmp_path))) == []
