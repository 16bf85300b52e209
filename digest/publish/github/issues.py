"""Announce in issues. What is added later is a comment, since GitHub mails comments and no edits.

Source: https://docs.github.com/en/rest/issues
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from digest.publish.github.board import Announced, announced_by, is_ours
from digest.publish.github.body import MOST_CHARACTERS
from digest.publish.github.client import GitHubClient
from digest.publish.github.failures import Area

ISSUES = Area("issues", "issues", "Issues")

_MOST_PAGES = 10  # a thousand issues; so many are in no day, and few projects have so many open


@dataclass(frozen=True, slots=True)
class _Text:
    """An issue or a comment, with what is used of it."""

    body: str
    url: str
    number: int = 0
    comments: int = 0


class IssueBoard:
    """digest.publish.github.board.Board of issues."""

    most_characters = MOST_CHARACTERS

    def __init__(self, client: GitHubClient, label: str | None) -> None:
        self._client = client
        self._label = label

    def recent(self, since: datetime) -> Sequence[Announced]:
        """Lists issues: what GitHub's search finds is minutes behind, and a label may be missing."""
        changed = self._issues(state="all", since=f"{since:%Y-%m-%dT%H:%M:%SZ}")
        return [found for issue in reversed(changed) if (found := self._announced(issue))]

    def publish(self, day: date, title: str, body: str) -> str:
        labels = {"labels": [self._label]} if self._label else {}
        return self._client.create("/issues", {"title": title, "body": body, **labels}, _url)

    def add(self, announced: Announced, title: str, body: str) -> None:
        self._client.create(f"/issues/{announced.reference}/comments", {"body": body}, _url)
        self._client.update(f"/issues/{announced.reference}", {"title": title})

    def close_old(self, keep: int) -> int:
        announcements = [issue for issue in self._issues(state="open") if _announcement(issue)]
        for issue in announcements[keep:]:
            closed = {"state": "closed", "state_reason": "completed"}
            self._client.update(f"/issues/{issue.number}", closed)
        return len(announcements[keep:])

    def _issues(self, **parameters: str) -> list[_Text]:
        """Our issues, newest first."""
        newest_first = {"sort": "created", "direction": "desc"}
        found = self._client.pages("/issues", _if_ours, _MOST_PAGES, **newest_first, **parameters)
        return [issue for issue in found if issue]

    def _announced(self, issue: _Text) -> Announced | None:
        announcement = _announcement(issue)
        if announcement is None or not issue.comments:
            return announcement
        comments = self._client.pages(f"/issues/{issue.number}/comments", _if_ours, _MOST_PAGES)
        return _announcement(issue, tuple(comment.body for comment in comments if comment))


def _announcement(issue: _Text, comments: Sequence[str] = ()) -> Announced | None:
    return announced_by(str(issue.number), issue.url, issue.body, comments)


def _if_ours(item: Any) -> _Text | None:
    """The issue or the comment, if it is ours and no pull request."""
    author = item["user"]["type"] if item["user"] else ""  # the account may be gone
    if "pull_request" in item or not is_ours(author, item["author_association"]):
        return None
    body = item["body"] or ""
    return _Text(body, item["html_url"], int(item.get("number", 0)), int(item.get("comments", 0)))


def _url(content: Any) -> str:
    return str(content["html_url"])
