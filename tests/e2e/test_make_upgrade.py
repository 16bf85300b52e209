"""`make upgrade` in a clone of the project whose README.md a run has rewritten."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import PROJECT, Home
from tests.support.repositories import clone_of, git

pytestmark = pytest.mark.exhaustive

FILES = ("Makefile", "README.md", "setup.cfg", "pyproject.toml", "constraints.txt", ".gitignore")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """The project's own repository, with the files that matter here."""
    seed, remote = tmp_path / "seed", tmp_path / "remote.git"
    seed.mkdir()
    for name in FILES:
        shutil.copy(PROJECT / name, seed)
    (seed / "subscribers.yaml").write_text("# nobody yet\n")
    git(seed, "init", "--quiet", "--initial-branch=main")
    git(seed, "add", ".")
    git(seed, "commit", "--quiet", "--message", "Old")
    git(tmp_path, "clone", "--quiet", "--bare", str(seed), str(remote))
    return remote


@pytest.fixture
def clone(remote: Path, tmp_path: Path, home: Home) -> Home:
    """A clone with the program installed, and a person's own subscribers.yaml."""
    folder = clone_of(remote, tmp_path / "clone").folder
    shutil.copy(home.folder / "subscribers.yaml", folder)
    program = folder / ".venv" / "bin" / "digest"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{PROJECT}" exec "{sys.executable}" -m digest "$@"\n')
    program.chmod(0o755)
    installed = folder / ".venv" / ".installed"
    installed.touch()
    far = 2**32
    os.utime(installed, (far, far))  # newer than any setup.cfg, so that nothing is installed here
    return Home(folder, home.arxiv, home.environment)


def make_upgrade(clone: Home) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--silent", "upgrade"],
        cwd=clone.folder,
        env={"PATH": os.environ["PATH"], "HOME": str(clone.folder)},
        capture_output=True,
        text=True,
    )


def release(remote: Path, folder: Path, file: str, old: str, new: str) -> None:
    upstream = clone_of(remote, folder / "upstream")
    text = (upstream.folder / file).read_text()
    assert old in text
    (upstream.folder / file).write_text(text.replace(old, new))
    git(upstream.folder, "commit", "--quiet", "--all", "--message", "New")
    git(upstream.folder, "push", "--quiet")


def test_a_clone_is_upgraded_although_a_run_rewrote_its_page(
    clone: Home, remote: Path, tmp_path: Path
) -> None:
    assert clone.digest("run").returncode == 0
    archive = clone.readme.partition("<!-- papers:begin -->")[2]
    assert "](https://arxiv.org/abs/" in archive
    release(remote, tmp_path, "README.md", "## Archive\n\n", "## The archive\n\n")
    done = make_upgrade(clone)
    assert (done.returncode, done.stdout) == (0, "upgraded by 1 commit; CHANGELOG.md says what is new\n")
    words, _, after = clone.readme.partition("<!-- papers:begin -->")
    assert ("## The archive" in words, after) == (True, archive)
    assert "ada@example.org" in (clone.folder / "subscribers.yaml").read_text()
    assert clone.digest("run").returncode == 0


def test_the_same_line_on_both_sides_is_told(clone: Home, remote: Path, tmp_path: Path) -> None:
    release(remote, tmp_path, "subscribers.yaml", "# nobody yet", "# somebody")
    done = make_upgrade(clone)
    assert done.returncode != 0
    assert (
        "error: what you have changed and the new version differ in the same lines of subscribers.yaml\n"
    ) in done.stderr
    assert "ada@example.org" in (clone.folder / "subscribers.yaml").read_text()
