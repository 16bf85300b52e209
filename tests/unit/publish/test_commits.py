from pathlib import Path

import pytest

from digest.errors import GitError
from digest.publish.commits import Publication
from digest.system.git import Git
from tests.support.repositories import clone_of, commit, git, new_remote

pytestmark = pytest.mark.exhaustive  # many calls of git

README = "Words.\n\nOther words.\n\n<!-- papers:begin -->\nNo papers yet.\n<!-- papers:end -->\n"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return new_remote(tmp_path, README=README, notes="Notes.\n")


@pytest.fixture
def publication(remote: Path, tmp_path: Path) -> Publication:
    """In a clone of one commit, as a workflow has it."""
    here = tmp_path / "here"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{remote}", str(here))
    return Publication(Git(here), [here / "README.md", here / "archive" / "page.md"])


def publish(publication: Publication, papers: str) -> None:
    """What a run does."""
    readme, page = publication.paths
    readme.write_text(readme.read_text().replace("No papers yet.", papers))
    page.parent.mkdir(exist_ok=True)
    page.write_text(papers)


def shown(remote: Path, name: str) -> str:
    return git(remote, "show", f"main:{name}")


def test_what_was_published_is_committed_and_pushed_and_nothing_else(
    publication: Publication, remote: Path
) -> None:
    publish(publication, "A paper.")
    (publication.git.folder / "notes.md").write_text("Half a thought.\n")
    assert publication.push("Papers of today")
    assert shown(remote, "README.md") == README.replace("No papers yet.", "A paper.")
    assert (shown(remote, "archive/page.md"), shown(remote, "notes.md")) == ("A paper.", "Notes.\n")
    assert (
        git(remote, "log", "-1", "--format=%s by %an", "main") == "Papers of today by github-actions[bot]\n"
    )


def test_nothing_new_is_no_commit(publication: Publication, remote: Path) -> None:
    before = git(remote, "rev-parse", "main")
    assert not publication.push("Papers of today")
    assert git(remote, "rev-parse", "main") == before


def test_a_commit_whose_push_failed_is_pushed_the_next_time(publication: Publication, remote: Path) -> None:
    publish(publication, "A paper.")
    git(publication.git.folder, "remote", "set-url", "origin", "/nowhere")
    with pytest.raises(GitError):
        publication.push("Papers of today")
    git(publication.git.folder, "remote", "set-url", "origin", f"file://{remote}")

    assert publication.push("Papers of tomorrow")
    assert git(remote, "log", "-1", "--format=%s", "main") == "Papers of today\n"
    assert not publication.push("Papers of tomorrow")


def test_what_a_person_pushes_meanwhile_stays(publication: Publication, remote: Path, tmp_path: Path) -> None:
    person = clone_of(remote, tmp_path / "person")
    commit(person.folder, README=README.replace("Other words.", "Better words."))
    person.push("--quiet", "origin", "main")
    publish(publication, "A paper.")
    assert publication.push("Papers of today")
    wanted = README.replace("Other words.", "Better words.").replace("No papers yet.", "A paper.")
    assert shown(remote, "README.md") == wanted


def test_the_same_lines_on_both_sides_are_told_and_the_next_run_publishes_anew(
    publication: Publication, remote: Path, tmp_path: Path
) -> None:
    person = clone_of(remote, tmp_path / "person")
    commit(person.folder, README=README.replace("No papers yet.", "I write here."))
    person.push("--quiet", "origin", "main")
    publish(publication, "A paper.")
    with pytest.raises(GitError) as caught:
        publication.push("Papers of today")
    assert str(caught.value) == "somebody has pushed other words in the same lines: README.md"
    assert "I write here." in shown(remote, "README.md")
    assert publication.git.line("status", "--porcelain") == ""


def test_without_a_branch_there_is_none_to_push_to(publication: Publication) -> None:
    git(publication.git.folder, "switch", "--quiet", "--detach")
    publish(publication, "A paper.")
    with pytest.raises(GitError, match="no branch is checked out"):
        publication.push("Papers of today")
