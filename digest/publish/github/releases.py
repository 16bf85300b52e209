"""Announce in releases: for projects whose watchers chose "Releases". They stay, since none can be closed.

Source: https://docs.github.com/en/rest/releases
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from digest.publish.github.board import Announced, announced_by
from digest.publish.github.client import GitHubClient
from digest.publish.github.failures import Area

RELEASES = Area("releases", "contents")

_MOST_PAGES = 2  # two hundred releases, newest first
_NOT_LATEST = {"make_latest": "false"}  # a release of code stays the latest one


class ReleaseBoard:
    """digest.publish.github.board.Board of releases; each makes a tag. Only who may write makes one."""

    most_characters = 60_000
    """Half of what GitHub takes, so that there is room for what is added."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    def recent(self, since: datetime) -> Sequence[Announced]:
        found = self._client.pages("/releases", _announced, _MOST_PAGES)
        return [announced for announced in found if announced][::-1]

    def publish(self, day: date, title: str, body: str) -> str:
        release = {"tag_name": f"papers-{day.isoformat()}", "name": title, "body": body, **_NOT_LATEST}
        return self._client.create("/releases", release, lambda content: str(content["html_url"]))

    def add(self, announced: Announced, title: str, body: str) -> None:
        """GitHub mails nobody about it."""
        together = {"name": title, "body": f"{announced.body.rstrip()}\n\n{body}", **_NOT_LATEST}
        self._client.update(f"/releases/{announced.reference}", together)

    def close_old(self, keep: int) -> int:
        return 0


def _announced(release: Any) -> Announced | None:
    if release["draft"]:
        return None
    return announced_by(str(release["id"]), str(release["html_url"]), str(release["body"] or ""))
