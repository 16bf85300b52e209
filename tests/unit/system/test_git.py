from pathlib import Path

import pytest

from digest.errors import GitError, PushRefused
from digest.system.git import Git
from tests.support.repositories import clone_of, commit, git, new_remote


def test_what_git_prints_comes_back(tmp_path: Path) -> None:
    here = clone_of(new_remote(tmp_path), tmp_path / "clone")
    assert here.line("rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert here.run("cat-file", "blob", here.line("hash-object", "-w", "--stdin", data=b"a\n\0")) == b"a\n\0"
    assert here.succeeds("ls-files", "--error-unmatch", "README.md")


def test_an_error_says_what_git_says(tmp_path: Path) -> None:
    with pytest.raises(GitError) as caught:
        Git(tmp_path).run("rev-parse", "HEAD")
    assert str(caught.value).startswith("git rev-parse: not a git repository")
    assert caught.value.hint


def test_a_machine_without_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="this machine has no git") as caught:
        Git(tmp_path).line("status")
    assert caught.value.hint == "install git"


def test_a_push_that_another_has_overtaken_is_told_from_one_that_fails(tmp_path: Path) -> None:
    remote = new_remote(tmp_path)
    here, other = clone_of(remote, tmp_path / "here"), clone_of(remote, tmp_path / "other")
    commit(other.folder, README="Other words.\n")
    other.push("--quiet", "origin", "main")
    commit(here.folder, README="Words of ours.\n")
    with pytest.raises(PushRefused):
        here.push("--quiet", "origin", "main")
    git(here.folder, "remote", "set-url", "origin", str(tmp_path / "nowhere"))
    with pytest.raises(GitError) as caught:
        here.push("--quiet", "origin", "main")
    assert type(caught.value) is GitError
