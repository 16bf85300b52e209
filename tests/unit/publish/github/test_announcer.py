"""New papers at GitHub: each is announced once, in one issue a day, whatever fails."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

import pytest

from digest.domain.digests import PendingPaper, PendingPapers
from digest.domain.keywords import Keyword
from digest.domain.settings import GitHubSettings
from digest.errors import GitHubError, GitHubUnavailable
from digest.publish.github.announcer import Outcome, announce, close_old, pending_announcement
from digest.publish.github.kinds import board_of
from digest.publish.github.marker import marker
from tests.support.builders import NOON, keyword, paper
from tests.support.fakes import FakeClock
from tests.support.github import REPOSITORY, GitHubServer

_RARE = pytest.mark.exhaustive

MODEL = keyword("Reward Model")
DAY = timedelta(days=1)
IDS = tuple(f"2606.{number:05}" for number in range(1, 13))
FIRST = f"https://github.com/{REPOSITORY}/issues/1"
TITLE = "12 new papers – June 22, 2026"


@dataclass
class FakeStore:
    """What waits, and what was recorded."""

    ids: tuple[str, ...] = IDS
    recorded: list[tuple[int, datetime]] = field(default_factory=list)

    def pending(self, wanted: Iterable[Keyword]) -> PendingPapers:
        papers = tuple(PendingPaper(paper(id), frozenset({MODEL.id}), welcome=False) for id in self.ids)
        return PendingPapers(papers, len(self.ids))

    def last_announced_at(self) -> datetime | None:
        return self.recorded[-1][1] if self.recorded else None

    def record(self, up_to: int, now: datetime) -> None:
        self.recorded.append((up_to, now))


@dataclass
class Installation:
    """The program with its state, beside GitHub."""

    github: GitHubServer
    store: FakeStore = field(default_factory=FakeStore)
    settings: GitHubSettings = field(default_factory=partial(GitHubSettings, label="new papers"))
    clock: FakeClock = field(default_factory=FakeClock)

    def run(self, *ids: str) -> Outcome:
        """One run; `ids` are the papers that wait, if not those that waited before."""
        self.store.ids = ids or self.store.ids
        self.github.now = now = self.clock.now()
        board = board_of(self.settings, self.github.access, self.clock)
        pending = self.store.pending([MODEL])
        announcement = pending_announcement(pending, [MODEL], now, "")
        outcome = announce(board, self.store, pending, announcement, now)
        return close_old(board, outcome, self.settings.keep_open)


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with GitHubServer() as github:
        yield github


@pytest.fixture
def here(github: GitHubServer) -> Installation:
    return Installation(github)


def titles(github: GitHubServer) -> list[str]:
    return [issue["title"] for issue in github.issues]


def test_new_papers_are_announced_in_an_issue(here: Installation) -> None:
    assert here.run() == Outcome(12, FIRST)
    [issue] = here.github.issues
    assert issue["title"] == TITLE
    assert issue["labels"] == [{"name": "new papers"}]
    assert all(f"https://arxiv.org/abs/{id}v1" in issue["body"] for id in IDS)
    assert here.store.recorded == [(12, NOON)]


def test_however_often_it_runs_there_is_one_issue_a_day_and_watchers_get_one_mail(here: Installation) -> None:
    for _ in range(3):
        here.run()
    assert (titles(here.github), here.github.mails) == ([TITLE], [TITLE])


def test_papers_of_later_that_day_come_as_a_comment_which_github_mails(here: Installation) -> None:
    here.run()
    here.clock.moment += timedelta(hours=3)
    assert here.run("2606.00020", "2606.00021") == Outcome(2, FIRST, added=True)
    later = "14 new papers – June 22, 2026"
    assert titles(here.github) == [later]
    assert here.github.mails == [TITLE, f"Re: {TITLE}"]
    [comment] = here.github.comments[1]
    assert "2606.00020v1" in comment["body"]
    assert IDS[0] not in comment["body"]
    assert here.run() == Outcome(0, FIRST)


def test_the_next_day_has_an_issue_of_its_own(here: Installation) -> None:
    here.run()
    here.clock.moment += DAY
    here.run("2606.00020")
    assert titles(here.github) == [TITLE, "1 new paper – June 23, 2026"]


def test_an_issue_that_somebody_closed_is_found_again(here: Installation) -> None:
    here.run()
    here.github.issues[0]["state"] = "closed"
    here.run()
    assert titles(here.github) == [TITLE]


def test_an_older_state_announces_nothing_twice(here: Installation) -> None:
    here.run()
    here.store.recorded.clear()
    here.clock.moment += DAY
    here.run(*IDS, "2606.00020")
    assert titles(here.github) == [TITLE, "1 new paper – June 23, 2026"]
    assert IDS[0] not in here.github.issues[1]["body"]


def test_a_strangers_copy_of_the_marker_counts_for_nothing(here: Installation) -> None:
    forged = marker(NOON.date(), IDS, 1_000)
    here.github.open_issue("forged", forged, by="User")
    here.github.open_issue("a pull request", forged, is_pull=True)
    here.run()
    here.github.comment(3, marker(NOON.date(), ("2606.00020",), 1_000), by="User")
    here.run("2606.00020")
    assert titles(here.github)[2:] == ["13 new papers – June 22, 2026"]
    assert len(here.github.comments[3]) == 2


def test_an_issue_that_the_owner_made_with_a_token_of_their_own_is_found(here: Installation) -> None:
    here.github.open_issue(TITLE, marker(NOON.date(), IDS, 1_000), by="OWNER")
    assert here.run() == Outcome(0, FIRST)


@pytest.mark.parametrize("kind", ["issue", "discussion"])
def test_old_announcements_are_closed_and_only_those(github: GitHubServer, kind: str) -> None:
    github.open_issue("a question of somebody", by="User")
    here = Installation(github, settings=GitHubSettings(kind, keep_open=2))
    closed = []
    for number in range(4):
        closed.append(here.run(f"2607.0000{number}").closed)
        here.clock.moment += DAY
    assert closed == [0, 0, 1, 1]
    announcements = github.issues[1:] if kind == "issue" else github.discussions
    assert github.issues[0]["state"] == "open"
    states = [one.get("state") == "closed" or one.get("closed", False) for one in announcements]
    assert states == [True, True, False, False]


def test_old_ones_that_cannot_be_closed_are_told_and_closed_the_next_time(here: Installation) -> None:
    here.settings = replace(here.settings, keep_open=1)
    here.run("2607.00001")
    here.clock.moment += DAY
    here.github.fail("PATCH", "/issues/1", status=403)
    outcome = here.run("2607.00002")
    assert (outcome.papers, outcome.closed, str(outcome.problem)) == (
        1,
        0,
        "the token may not write issues (403)",
    )
    here.clock.moment += DAY
    assert here.run("2607.00003").closed == 2


def test_the_announcement_is_found_among_300_issues(here: Installation) -> None:
    here.run()
    for number in range(300):
        here.github.open_issue(f"Question {number}", by="User")
    here.run()
    here.run("2606.00020")
    assert [title for title in titles(here.github) if "new paper" in title] == [
        "13 new papers – June 22, 2026"
    ]
    assert sum("page=4" in request for request in here.github.requests) == 2


@pytest.mark.parametrize(
    ("failure", "slept"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}}, 7),
        ({"status": 403, "headers": {"Retry-After": "7"}}, 7),
        (
            {
                "status": 403,
                "headers": {
                    "X-RateLimit-Remaining": "0",
                    "X-RateLimit-Reset": f"{NOON.timestamp() + 90:.0f}",
                },
            },
            91,
        ),
        ({"status": 403, "message": "You have exceeded a secondary rate limit"}, 60),
        ({"status": 429}, 60),
    ],
    ids=["429 with a pause", "403 with a pause", "primary limit", "secondary limit", "429 without a word"],
)
@pytest.mark.parametrize("method", [pytest.param("GET", marks=_RARE), "POST"])
def test_a_rate_limit_is_waited_for(
    here: Installation, method: str, failure: dict[str, object], slept: float
) -> None:
    here.github.fail(method, "/issues", **failure)
    here.run()
    assert titles(here.github) == [TITLE]
    assert slept <= here.clock.slept[0] <= slept * 1.5


def test_a_limit_that_lasts_too_long_ends_the_run_and_nothing_is_lost(here: Installation) -> None:
    reset = f"{NOON.timestamp() + 3_000:.0f}"
    here.github.fail(
        "POST", "/issues", status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    )
    with pytest.raises(GitHubUnavailable, match=r"rate limit.*it asks us to wait 50 minutes"):
        here.run()
    assert (here.clock.slept, here.store.recorded) == ([], [])
    here.run()
    assert titles(here.github) == [TITLE]


@pytest.mark.parametrize("status", [502, 0, *(pytest.param(one, marks=_RARE) for one in (500, 503, 504))])
@pytest.mark.parametrize("after", [False, True], ids=["before it had an effect", "after it"])
@pytest.mark.parametrize(
    "kind", ["issue", *(pytest.param(one, marks=_RARE) for one in ("discussion", "release"))]
)
def test_what_github_does_not_confirm_is_looked_for_before_it_is_made_again(
    github: GitHubServer, kind: str, status: int, *, after: bool
) -> None:
    here = Installation(github, settings=GitHubSettings(kind))
    path = {"issue": "/issues", "discussion": "createDiscussion", "release": "/releases"}[kind]
    github.fail("POST", path, status=status, after=after)
    assert here.run().papers == (0 if after else 12)
    assert github.mails == [TITLE]
    assert here.store.recorded == [(12, NOON)]


@pytest.mark.parametrize("after", [False, True], ids=["before it had an effect", "after it"])
@pytest.mark.parametrize("kind", ["issue", "discussion"])
def test_neither_is_a_comment_made_twice(github: GitHubServer, kind: str, *, after: bool) -> None:
    here = Installation(github, settings=GitHubSettings(kind))
    here.run()
    github.fail("POST", "/comments" if kind == "issue" else "addDiscussionComment", after=after)
    here.run("2606.00020")
    assert github.mails == [TITLE, f"Re: {TITLE}"]


def test_a_run_that_was_killed_before_it_could_record_is_made_up_for(here: Installation) -> None:
    here.run()
    here.store.recorded.clear()
    assert here.run() == Outcome(0, FIRST)
    assert (here.github.mails, here.store.recorded) == ([TITLE], [(12, NOON)])


def test_a_server_that_always_fails_is_given_up_and_nothing_is_recorded(here: Installation) -> None:
    for _ in range(40):
        here.github.fail("POST", "/issues")
    with pytest.raises(GitHubUnavailable, match="GitHub did not confirm the announcement: 502 Bad Gateway"):
        here.run()
    assert (here.github.issues, here.store.recorded) == ([], [])


SWITCH = "switch them on: Settings → General → Features → Issues"
PERMIT = "write in the workflow, below `permissions:`, issues: write"


@pytest.mark.parametrize(
    ("status", "problem", "hint"),
    [
        (
            401,
            "GitHub does not accept the token (401)",
            "write in the workflow, below `env:` of the step: GITHUB_TOKEN: ${{ github.token }}",
        ),
        (403, "the token may not write issues (403)", PERMIT),
        (404, "the repository has no issues, or the token does not see them (404)", f"{SWITCH}; {PERMIT}"),
        (410, "the repository has no issues, or the token does not see them (410)", f"{SWITCH}; {PERMIT}"),
        (
            301,
            "the repository has moved (301)",
            "write its new name below `github:`, as repository: owner/name",
        ),
        (
            422,
            f"GitHub does not take it (422 {HTTPStatus(422).phrase})",
            "look at what you wrote below `github:`, such as the label",
        ),
    ],
)
@pytest.mark.parametrize("method", [pytest.param("GET", marks=_RARE), "POST"])
def test_a_refusal_says_what_to_do(
    here: Installation, method: str, status: int, problem: str, hint: str
) -> None:
    here.github.fail(method, "/issues", status=status, message="GitHub's own words")
    with pytest.raises(GitHubError) as refused:
        here.run()
    assert (str(refused.value), refused.value.hint, refused.value.detail) == (
        problem,
        hint,
        "GitHub's own words",
    )
    assert (here.clock.slept, here.github.issues, here.store.recorded) == ([], [], [])
    here.run()
    assert here.github.mails == [TITLE]


def test_a_fork_with_issues_switched_off_is_told_where_they_are_switched_on(here: Installation) -> None:
    here.github.features.clear()
    with pytest.raises(GitHubError) as refused:
        here.run()
    assert refused.value.hint == f"{SWITCH}; {PERMIT}"
    assert refused.value.detail == "Issues are disabled for this repo"


def test_a_text_that_is_too_long_for_github_is_shortened(here: Installation) -> None:
    here.github.longest_body = 10_000
    here.run(*(f"2606.{number:05}" for number in range(1, 300)))
    [issue] = here.github.issues
    assert issue["title"] == "299 new papers – June 22, 2026"
    assert "more papers** did not fit here" in issue["body"]


def test_a_text_that_is_never_short_enough_is_an_error(here: Installation) -> None:
    here.github.longest_body = 10
    with pytest.raises(GitHubError, match="the announcement is too long for GitHub"):
        here.run()


def test_an_answer_in_an_unknown_form_is_an_error(here: Installation) -> None:
    here.github.issues.append({"updated_at": "9", "state": "open"})
    with pytest.raises(GitHubError, match="GitHub's answer has an unknown form"):
        here.run()


def test_a_discussion_is_opened_in_its_category(github: GitHubServer) -> None:
    here = Installation(github, settings=GitHubSettings("discussion", category="General"))
    assert here.run() == Outcome(12, f"https://github.com/{REPOSITORY}/discussions/1")
    here.run("2606.00020")
    [discussion] = github.discussions
    assert (discussion["category"], discussion["title"]) == ("C2", "13 new papers – June 22, 2026")
    assert github.mails == [TITLE, f"Re: {TITLE}"]


def test_a_strangers_discussion_counts_for_nothing(github: GitHubServer) -> None:
    forged = {"title": "forged", "body": marker(NOON.date(), IDS, 1_000), "category": "C2"}
    github.open_discussion(forged, by="User")
    Installation(github, settings=GitHubSettings("discussion")).run()
    assert github.mails == ["forged", TITLE]


def test_the_announcement_is_found_among_many_discussions(github: GitHubServer) -> None:
    here = Installation(github, settings=GitHubSettings("discussion"))
    here.run()
    for number in range(120):
        github.open_discussion({"title": f"Question {number}", "body": "", "category": "C2"}, by="User")
    assert here.run().papers == 0


@pytest.mark.parametrize(
    ("category", "features", "problem", "hint"),
    [
        (
            "News",
            {"discussions"},
            "the repository has no category News",
            "make it, or write one of these below `github:`, as category: Announcements, General",
        ),
        (
            "General",
            set[str](),
            "the repository has no discussions",
            "switch them on: Settings → General → Features → Discussions",
        ),
    ],
)
def test_discussions_that_cannot_be_are_told(
    github: GitHubServer, category: str, features: set[str], problem: str, hint: str
) -> None:
    github.features = features
    with pytest.raises(GitHubError) as refused:
        Installation(github, settings=GitHubSettings("discussion", category=category)).run()
    assert (str(refused.value), refused.value.hint) == (problem, hint)


def test_a_mutation_that_is_forbidden_says_what_to_permit(github: GitHubServer) -> None:
    github.permissions = set()
    with pytest.raises(GitHubError) as refused:
        Installation(github, settings=GitHubSettings("discussion")).run()
    assert str(refused.value) == "GitHub refuses the query (FORBIDDEN)"
    assert refused.value.hint.endswith("below `permissions:`, discussions: write")


def test_a_release_gets_what_comes_later_that_day(github: GitHubServer) -> None:
    here = Installation(github, settings=GitHubSettings("release"))
    assert here.run() == Outcome(12, f"https://github.com/{REPOSITORY}/releases/tag/papers-2026-06-22")
    here.run("2606.00020")
    here.run()
    [release] = github.releases
    assert (release["name"], release["make_latest"]) == ("13 new papers – June 22, 2026", "false")
    assert release["body"].count("/abs/2606.00020v1") == release["body"].count(f"/abs/{IDS[0]}v1") == 1
    assert github.mails == [TITLE]
