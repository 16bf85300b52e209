from pathlib import Path

import pytest

from digest.errors import GitError, PushRefused
from digest.publish.github.branch import Branch
from tests.support.repositories import clone_of, git, new_remote

pytestmark = pytest.mark.exhaustive  # many calls of git

FILES = {"about.json": b"{}\n", "state": b"\0\xff bytes"}


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return new_remote(tmp_path)


@pytest.fixture
def branch(remote: Path, tmp_path: Path) -> Branch:
    return Branch(clone_of(remote, tmp_path / "clone"), "kept")


def test_a_branch_that_is_not_there_is_no_error(branch: Branch) -> None:
    assert branch.fetched() is None


def test_a_repository_that_cannot_be_reached_is_no_missing_branch(branch: Branch, tmp_path: Path) -> None:
    git(branch.git.folder, "remote", "set-url", "origin", str(tmp_path / "nowhere"))
    with pytest.raises(GitError):
        branch.fetched()


def test_what_is_put_there_is_found_by_another_clone(branch: Branch, remote: Path, tmp_path: Path) -> None:
    commit = branch.replace(None, FILES, "Kept")
    other = Branch(clone_of(remote, tmp_path / "other"), "kept")
    assert (other.fetched(), other.files(commit)) == (commit, FILES)


def test_it_has_one_commit_however_often_it_is_replaced(branch: Branch, remote: Path) -> None:
    first = branch.replace(None, FILES, "Kept")
    second = branch.replace(first, {"state": b"new"}, "Kept")
    assert git(remote, "rev-list", "kept").split() == [second]
    assert branch.files(second) == {"state": b"new"}


def test_what_another_has_put_there_is_not_replaced(branch: Branch, remote: Path, tmp_path: Path) -> None:
    first = branch.replace(None, FILES, "Kept")
    other = Branch(clone_of(remote, tmp_path / "other"), "kept")
    theirs = other.replace(first, {"state": b"theirs"}, "Kept")
    for expected in (None, first):
        with pytest.raises(PushRefused):
            branch.replace(expected, {"state": b"ours"}, "Kept")
    assert git(remote, "rev-parse", "kept").strip() == theirs


def test_the_working_tree_and_its_branch_are_left_alone(branch: Branch) -> None:
    branch.replace(None, FILES, "Kept")
    assert branch.git.line("status", "--porcelain", "--branch") == "## main...origin/main"


def test_a_commit_is_held_in_the_clone(branch: Branch) -> None:
    assert branch.held is None
    commit = branch.replace(None, FILES, "Kept")
    branch.hold(commit)
    assert branch.held == commit


def test_what_is_fetched_anew_comes_from_the_other_side(branch: Branch, remote: Path) -> None:
    """A server that has lost an object is found out, although the object is here."""
    commit = branch.replace(None, FILES, "Kept")
    assert branch.fetched(anew=True) == commit
    blob = branch.git.line("rev-parse", f"{commit}:state")
    (remote / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitError):
        branch.fetched(anew=True)
