from pathlib import Path

import pytest

from digest.commands.exposed import exposed_lines
from tests.support.builders import config, subscriber
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


def test_a_subscribers_address_in_any_other_file_is_told_too(home: Path) -> None:
    """Whoever writes the address into the workflow instead of the name of a secret, for example."""
    (home / "subscribers.yaml").write_text("- email: env:READER_ADA\n")
    (home / "digest.yml").write_text("env:\n  READER_ADA: Ada@Reader-of-papers.org\n  OTHER: me@other.org\n")
    (home / "state.bin").write_bytes(b"\0\1ada@reader-of-papers.org\0")
    (home / "not-tracked").write_text("ada@reader-of-papers.org")
    git(home, "add", "digest.yml", "state.bin")
    ada = subscriber("ada@reader-of-papers.org")
    shown = "git tracks this file and pushes it to github.com, where everybody may read the addresses in line"
    stays = "what was pushed once stays in the history"
    assert list(exposed_lines(config(home, ada))) == [
        f"digest.yml: {shown} 2: take them out, or `git rm --cached digest.yml`; {stays}",
        f"state.bin: {shown} 1: take them out, or `git rm --cached state.bin`; {stays}",
    ]
    assert list(exposed_lines(config(home, subscriber("bo@reader-of-papers.org")))) == []


def test_a_folder_that_is_no_repository_is_fine(tmp_path: Path) -> None:
    (tmp_path / "subscribers.yaml").write_text(REAL)
    assert list(exposed_lines(config(tmp_path))) == []
