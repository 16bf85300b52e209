"""`digest init`: from an empty folder to a run."""

import re
from pathlib import Path

import pytest
import yaml

from tests.support.home import PROJECT, Home
from tests.support.repositories import git

WRITTEN = ["subscribers.yaml", "README.md", ".gitignore"]


@pytest.fixture
def folder(home: Home) -> Path:
    return home.folder / "papers"


def files(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): file.read_text()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.mark.exhaustive
def test_a_home_is_written_and_its_next_step_told(home: Home, folder: Path) -> None:
    done = home.digest("init", "papers")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        *(f"wrote  papers/{name}" for name in WRITTEN),
        "next: edit papers/subscribers.yaml, then: digest --config papers/subscribers.yaml run",
    ]
    assert set(files(folder)) == set(WRITTEN)
    assert (folder / "subscribers.yaml").stat().st_mode & 0o777 == 0o644


@pytest.mark.exhaustive
def test_from_there_a_run_fills_the_archive(home: Home, folder: Path) -> None:
    told = home.digest("init", "papers").stdout.splitlines()[-1]
    run = told.partition("then: digest ")[2].split()
    assert run == ["--config", "papers/subscribers.yaml", "run"]
    assert home.digest(*run[:2], "check").returncode == 0
    assert home.digest(*run).returncode == 0
    assert "](https://arxiv.org/abs/2606." in (folder / "README.md").read_text()


@pytest.mark.exhaustive
def test_what_is_there_stays(home: Home, folder: Path) -> None:
    folder.mkdir()
    theirs = dict.fromkeys([*WRITTEN, ".github/workflows/digest.yml", ".nojekyll"], "mine\n")
    for name, text in theirs.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    done = home.digest("init", "papers", "--github")
    assert files(folder) == theirs
    assert done.stdout.splitlines() == [
        *(f"kept   papers/{name}: it was there" for name in theirs),
        "add state/ and outbox/ to papers/.gitignore: they hold addresses",
        "next: edit papers/subscribers.yaml, then: digest --config papers/subscribers.yaml run",
    ]


@pytest.mark.exhaustive
def test_with_github_the_workflow_is_written_too_and_says_where_the_program_is(
    home: Home, folder: Path
) -> None:
    done = home.digest("init", "papers", "--github")
    job = yaml.safe_load(files(folder)[".github/workflows/digest.yml"])["jobs"]["digest"]
    shipped = yaml.safe_load((PROJECT / "deploy" / "github" / "digest.yml").read_text())["jobs"]["digest"]
    program = job["env"].pop("DIGEST_PROGRAM")
    assert re.fullmatch(r"daily-papers\[github\] @ git\+https://github\.com/\S+@\w+", program)
    assert ("OWNER/NAME" in program) == ("OWNER/NAME" in done.stdout)
    assert {shipped["env"].pop("DIGEST_PROGRAM"), shipped["env"].pop("PIP_CONSTRAINT")} == {
        ".[github]",
        "constraints.txt",
    }
    assert job == shipped


@pytest.mark.exhaustive
def test_in_a_fork_of_the_program_the_workflow_is_the_one_that_is_shipped(home: Home, folder: Path) -> None:
    (folder / "digest").mkdir(parents=True)
    (folder / "digest" / "cli.py").touch()
    home.digest("init", "papers", "--github")
    assert files(folder)[".nojekyll"] == ""
    shipped = (PROJECT / "deploy" / "github" / "digest.yml").read_text()
    assert files(folder)[".github/workflows/digest.yml"] == shipped


@pytest.mark.exhaustive
def test_neither_the_state_nor_a_mail_gets_into_the_repository(home: Home, folder: Path) -> None:
    home.digest("init", "papers")
    git(folder, "init", "--quiet")
    for name in ("state/digest.sqlite3", "outbox/mail.eml"):
        (folder / name).parent.mkdir()
        (folder / name).touch()
    assert git(folder, "status", "--porcelain", "--untracked-files=all").split()[1::2] == sorted(WRITTEN)
