from pathlib import Path

import pytest

from digest.errors import GitError, PushRefused
from digest.publish.github.branch import PAUSES_SECONDS, Branch
from digest.system.git import Git
from tests.support.repositories import clone_of, git, new_remote

pytestmark = pytest.mark.exhaustive  # many calls of git

FILES = {"about.json": b"{}\n", "state": b"\0\xff bytes"}


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return new_remote(tmp_path)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def branch(remote: Path, tmp_path: Path, pauses: list[float]) -> Branch:
    return Branch(clone_of(remote, tmp_path / "clone"), "kept", pauses.append)


def test_a_branch_that_is_not_there_is_no_error(branch: Branch) -> None:
    assert branch.fetched() is None


def test_a_repository_that_cannot_be_reached_is_no_missing_branch(branch: Branch, tmp_path: Path) -> None:
    git(branch.git.folder, "remote", "set-url", "origin", str(tmp_path / "nowhere"))
    with pytest.raises(GitError):
        branch.fetched()


def test_what_is_put_there_is_found_by_another_clone(branch: Branch, remote: Path, tmp_path: Path) -> None:
    commit = branch.replace(None, FILES, "Kept")
    other = Branch(clone_of(remote, tmp_path / "other"), "kept", branch.sleep)
    assert (other.fetched(), other.files(commit)) == (commit, FILES)


def test_it_has_one_commit_however_often_it_is_replaced(branch: Branch, remote: Path) -> None:
    first = branch.replace(None, FILES, "Kept")
    second = branch.replace(first, {"state": b"new"}, "Kept")
    assert git(remote, "rev-list", "kept").split() == [second]
    assert branch.files(second) == {"state": b"new"}


def test_what_another_has_put_there_is_not_replaced(branch: Branch, remote: Path, tmp_path: Path) -> None:
    first = branch.replace(None, FILES, "Kept")
    other = Branch(clone_of(remote, tmp_path / "other"), "kept", branch.sleep)
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


def refuse_pushes(remote: Path, words: str = "exit 1") -> Path:
    """A server that fails."""
    hook = remote / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\n{words}\n")
    hook.chmod(0o755)
    return hook


def test_a_push_that_fails_is_tried_again_for_some_minutes(
    branch: Branch, remote: Path, pauses: list[float]
) -> None:
    refuse_pushes(remote)
    with pytest.raises(GitError):
        branch.replace(None, FILES, "Kept")
    assert pauses == list(PAUSES_SECONDS)
    refuse_pushes(remote, 'rm "$0"; exit 1')  # only once
    assert branch.replace(None, FILES, "Kept") == git(remote, "rev-parse", "kept").strip()
    assert pauses == [*PAUSES_SECONDS, PAUSES_SECONDS[0]]


def test_a_push_whose_answer_was_lost_is_seen_as_done(
    branch: Branch, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = Git.push

    def pushed_and_lost(self: Git, *arguments: str) -> None:
        push(self, *arguments)
        raise GitError("git push: the remote end hung up unexpectedly", "")

    monkeypatch.setattr(Git, "push", pushed_and_lost)
    assert branch.replace(None, FILES, "Kept") == git(remote, "rev-parse", "kept").strip()
