"""`digest upgrade`, in a clone whose README.md a run has rewritten."""

from pathlib import Path

import pytest

from digest.errors import GitError
from digest.publish.upgrade import upgrade
from digest.system.git import Git
from tests.support.repositories import clone_of, commit, git, new_remote

pytestmark = pytest.mark.exhaustive  # many calls of git

README = (
    "# Daily Papers\n\nWords.\n\nMore words.\n\n<!-- papers:begin -->\nNo papers yet.\n<!-- papers:end -->\n"
)
PAPERS = "| A paper |\n| Another paper |"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return new_remote(tmp_path, README=README, code="Old.\n")


@pytest.fixture
def clone(remote: Path, tmp_path: Path) -> Git:
    """Where a run has rewritten README.md."""
    clone = clone_of(remote, tmp_path / "clone")
    rewrite(clone, "No papers yet.", PAPERS)
    return clone


def rewrite(clone: Git, old: str, new: str, file: str = "README.md") -> None:
    text = (clone.folder / file).read_text()
    assert old in text
    (clone.folder / file).write_text(text.replace(old, new))


def release(remote: Path, folder: Path, **files: str) -> None:
    """A new version of the program."""
    upstream = clone_of(remote, folder / "upstream")
    commit(upstream.folder, **files)
    upstream.push("--quiet", "origin", "main")


def contents(clone: Git) -> dict[str, str]:
    return {file.name: file.read_text() for file in clone.folder.glob("*.md")}


def test_the_archive_stays_even_where_the_new_version_changes_the_lines_around_it(
    clone: Git, remote: Path, tmp_path: Path
) -> None:
    newer = README.replace("More words.\n", "New words.\n\n## Archive\n").replace(
        "No papers yet.", "None yet."
    )
    release(remote, tmp_path, README=newer, code="New.\n")
    assert upgrade(clone) == 1
    assert contents(clone) == {"README.md": newer.replace("None yet.", PAPERS), "code.md": "New.\n"}


def test_what_a_person_changed_stays_committed_or_not(clone: Git, remote: Path, tmp_path: Path) -> None:
    rewrite(clone, "# Daily Papers", "# Papers of our group")
    git(clone.folder, "add", "README.md")
    git(clone.folder, "commit", "--quiet", "--message", "Our name")
    rewrite(clone, "Words.\n\nMore", "Our words.\n\nMore")
    (clone.folder / "own.md").write_text("Untracked.\n")
    release(remote, tmp_path, README=README, code="New.\n")
    upgrade(clone)
    readme = README.replace("# Daily Papers", "# Papers of our group").replace(
        "Words.\n\nMore", "Our words.\n\nMore"
    )
    assert contents(clone) == {
        "README.md": readme.replace("No papers yet.", PAPERS),
        "code.md": "New.\n",
        "own.md": "Untracked.\n",
    }


def test_a_changed_file_that_is_too_large_for_an_archive_is_left_to_git(
    clone: Git, remote: Path, tmp_path: Path
) -> None:
    (clone.folder / "code.md").write_bytes(bytes(10_000_001))
    release(remote, tmp_path, own="Theirs.\n")
    assert upgrade(clone) == 1
    assert (clone.folder / "code.md").stat().st_size == 10_000_001


def test_with_nothing_new_nothing_is_touched(clone: Git) -> None:
    before = contents(clone)
    assert upgrade(clone) == 0
    assert contents(clone) == before


@pytest.mark.parametrize("committed", [False, True], ids=["in the folder", "in a commit"])
def test_the_same_lines_on_both_sides_are_told_and_nothing_is_changed(
    clone: Git, remote: Path, tmp_path: Path, committed: bool
) -> None:
    rewrite(clone, "Old.", "Ours.", "code.md")
    if committed:
        git(clone.folder, "commit", "--quiet", "--message", "Ours", "code.md")
    before, head = contents(clone), clone.line("rev-parse", "HEAD")
    release(remote, tmp_path, README=README.replace("Words.", "Newer words."), code="Theirs.\n")
    with pytest.raises(GitError) as caught:
        upgrade(clone)
    whose = "your commits" if committed else "what you have changed"
    assert str(caught.value) == f"{whose} and the new version differ in the same lines of code.md"
    assert caught.value.hint.startswith("nothing was changed; keep a copy of these files")
    assert (contents(clone), clone.line("rev-parse", "HEAD")) == (before, head)
    assert clone.line("stash", "list") == ""


def test_a_file_of_ones_own_that_the_new_version_brings_too_is_told(
    clone: Git, remote: Path, tmp_path: Path
) -> None:
    (clone.folder / "own.md").write_text("Untracked.\n")
    before = contents(clone)
    release(remote, tmp_path, own="Theirs.\n")
    with pytest.raises(GitError) as caught:
        upgrade(clone)
    assert str(caught.value).endswith("would be overwritten by checkout: own.md")
    assert contents(clone) == before


class _StoppedGit(Git):
    """Somebody presses Ctrl+C while it moves to the new version."""

    def run(self, *arguments: str, data: bytes = b"") -> bytes:
        if arguments[0] == "rebase":
            raise KeyboardInterrupt
        return super().run(*arguments, data=data)


def test_what_a_person_changed_is_there_again_after_ctrl_c(clone: Git, remote: Path, tmp_path: Path) -> None:
    rewrite(clone, "Old.", "Ours.", "code.md")
    before = contents(clone)
    release(remote, tmp_path, own="Theirs.\n")
    with pytest.raises(KeyboardInterrupt):
        upgrade(_StoppedGit(clone.folder))
    assert contents(clone) == before
    assert clone.line("stash", "list") == ""


def test_what_a_killed_upgrade_left_aside_is_told(clone: Git) -> None:
    rewrite(clone, "Old.", "Ours.", "code.md")
    clone.run("stash", "push", "--quiet", "--message", "before digest upgrade")
    with pytest.raises(GitError) as caught:
        upgrade(clone)
    assert str(caught.value).endswith("an upgrade was killed, and what you had changed is still laid aside")
    assert caught.value.hint.startswith("put it back with `git stash pop`")


def test_a_folder_that_follows_nothing_is_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(GitError, match="no branch of a git clone that follows another one"):
        upgrade(Git(tmp_path))
