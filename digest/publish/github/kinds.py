"""Choose the board for the kind of announcement that the configuration wants."""

from digest.domain.settings import DISCUSSION, RELEASE, GitHubAccess, GitHubSettings
from digest.publish.github.board import Board
from digest.publish.github.client import GitHubClient
from digest.publish.github.discussions import DISCUSSIONS, DiscussionBoard
from digest.publish.github.failures import Area
from digest.publish.github.issues import ISSUES, IssueBoard
from digest.publish.github.releases import RELEASES, ReleaseBoard
from digest.system.clock import Clock


def board_of(settings: GitHubSettings, access: GitHubAccess, clock: Clock) -> Board:
    """The board for `settings.announce`, which wants one."""

    def client(area: Area) -> GitHubClient:
        return GitHubClient(access, area, clock, retry_scale=settings.retry_scale)

    match settings.announce:
        case announce if announce == DISCUSSION:
            return DiscussionBoard(client(DISCUSSIONS), settings.category)
        case announce if announce == RELEASE:
            return ReleaseBoard(client(RELEASES))
        case _:
            return IssueBoard(client(ISSUES), settings.label)
