"""`digest publish github`, as a workflow runs it after `digest run`."""

import signal
from collections.abc import Iterator

import pytest

from digest.demo.scenario import DAYS
from digest.system.locks import held_lock
from tests.support.github import TOKEN, GitHubServer
from tests.support.home import TWO, Home


@pytest.fixture
def github(home: Home) -> Iterator[GitHubServer]:
    with GitHubServer() as github:
        home.environment |= github.environment
        yield github


def live(home: Home, github: GitHubServer, day: int) -> list[str]:
    """A day in which both commands run, the second one twice; returns what it printed."""
    github.now = DAYS[day]
    home.at(DAYS[day])
    home.digest("run")
    printed = []
    for _ in range(2):
        done = home.digest("publish", "github")
        assert (done.returncode, done.stderr) == (0, "")
        printed += done.stdout.splitlines()
    return printed


@pytest.mark.exhaustive
def test_three_days_make_three_issues_with_each_paper_once(home: Home, github: GitHubServer) -> None:
    home.write(f"{TWO}github: {{keep_open: 2}}\n")
    printed = [live(home, github, day) for day in range(len(DAYS))]
    bodies = [issue["body"] for issue in github.issues]
    links = [line for body in bodies for line in body.splitlines() if line.startswith("- [")]
    assert len(github.issues) == len(DAYS)
    assert [lines[-1] for lines in printed] == ["no new papers to announce"] * len(DAYS)
    assert len(links) == len(set(links)) > len(DAYS)
    assert all(
        issue["title"].startswith(str(body.count("\n- [")))
        for issue, body in zip(github.issues, bodies, strict=True)
    )
    assert [issue["state"] for issue in github.issues] == ["closed", "open", "open"]
    assert "example.org" not in "".join(bodies)


def test_a_dry_run_prints_the_markdown_and_needs_no_github(served: Home) -> None:
    done = served.digest("publish", "github", "--dry-run")
    title, blank, heading, *_ = done.stdout.splitlines()
    assert (done.returncode, done.stderr, blank, heading[:3]) == (0, "", "", "## ")
    assert "new papers – " in title


def test_without_a_token_it_says_what_to_write(served: Home, github: GitHubServer) -> None:
    del served.environment["GITHUB_TOKEN"]
    done = served.digest("publish", "github")
    assert done.returncode == 2
    assert done.stderr == (
        "GITHUB_TOKEN: missing; in the workflow, write below `env:` of the step: "
        "GITHUB_TOKEN: ${{ github.token }}\n"
        "hint: docs/github-announcements.md has the lines of a workflow\n"
    )
    assert github.requests == []


def test_what_github_refuses_is_told_without_the_token(served: Home, github: GitHubServer) -> None:
    github.permissions.clear()
    done = served.digest("--verbose", "publish", "github")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: the token may not write issues (403)" in done.stderr
    assert "hint: write in the workflow, below `permissions:`, issues: write" in done.stderr
    assert TOKEN not in done.stderr


@pytest.mark.exhaustive
def test_a_github_that_is_down_is_for_later_and_costs_no_mail(served: Home, github: GitHubServer) -> None:
    for _ in range(9):
        github.fail("GET", "/issues", status=503)
    done = served.digest("publish", "github")
    assert done.returncode == 75
    assert "error: GitHub gave no answer in 5 tries: 503 Service Unavailable" in done.stderr
    assert served.digest("publish", "github").returncode == 0


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("github: {announce: none}", "`announce: none` is set below `github:`"),
        ("archive: {file: null}", "the archive has no keywords; list some as `keywords:` below `archive:`"),
    ],
    ids=["switched off", "no keywords"],
)
def test_where_nothing_is_announced_it_says_why(served: Home, setting: str, why: str) -> None:
    served.write(f"{TWO}{setting}\n")
    done = served.digest("publish", "github")
    assert (done.returncode, done.stdout) == (0, f"nothing is announced: {why}\n")


@pytest.mark.exhaustive
def test_a_run_that_is_killed_before_it_knows_of_its_issue_leaves_one_issue(
    served: Home, github: GitHubServer
) -> None:
    github.answer.clear()
    process = served.start("publish", "github")
    assert github.changed.wait(timeout=30)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    github.answer.set()
    done = served.digest("publish", "github")
    assert (done.returncode, len(github.issues)) == (0, 1)
    assert done.stdout == f"the new papers are announced already: {github.issues[0]['html_url']}\n"


@pytest.mark.exhaustive
def test_two_at_once_announce_once(served: Home, github: GitHubServer) -> None:
    with held_lock(served.folder / "state" / "announce.lock"):
        done = served.digest("publish", "github")
    assert done.returncode == 75
    assert "hint: wait until it ends: it announces the same papers" in done.stderr
    assert github.requests == []


@pytest.mark.exhaustive
def test_before_the_first_run_there_is_no_state(home: Home, github: GitHubServer) -> None:
    done = home.digest("publish", "github")
    assert done.returncode == 1
    assert "no state" in done.stderr
