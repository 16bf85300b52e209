"""Announce in discussions. What is added later is a comment, since GitHub mails comments and no edits.

Source: https://docs.github.com/en/graphql/guides/using-the-graphql-api-for-discussions
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from digest.errors import GitHubError
from digest.publish.github.board import Announced, announced_by, is_ours
from digest.publish.github.body import MOST_CHARACTERS
from digest.publish.github.client import GitHubClient
from digest.publish.github.failures import Area

DISCUSSIONS = Area("discussions", "discussions", "Discussions")

_MOST_PAGES = 10

_REPOSITORY = """
query($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    id
    hasDiscussionsEnabled
    discussionCategories(first: 50) { nodes { id name } }
  }
}
"""

_LIST = """
query($owner: String!, $name: String!, $after: String, $states: [DiscussionState!]) {
  repository(owner: $owner, name: $name) {
    discussions(
      first: 50, after: $after, states: $states, orderBy: {field: CREATED_AT, direction: DESC}
    ) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id url body createdAt authorAssociation author { __typename }
        comments(last: 50) { nodes { body authorAssociation author { __typename } } }
      }
    }
  }
}
"""

_CREATE = """
mutation($repository: ID!, $category: ID!, $title: String!, $body: String!) {
  createDiscussion(
    input: {repositoryId: $repository, categoryId: $category, title: $title, body: $body}
  ) { discussion { url } }
}
"""

_COMMENT = """
mutation($id: ID!, $body: String!) {
  addDiscussionComment(input: {discussionId: $id, body: $body}) { comment { id } }
}
"""

_RENAME = """
mutation($id: ID!, $title: String!) {
  updateDiscussion(input: {discussionId: $id, title: $title}) { discussion { id } }
}
"""

_CLOSE = """
mutation($id: ID!) {
  closeDiscussion(input: {discussionId: $id, reason: OUTDATED}) { discussion { id } }
}
"""


class DiscussionBoard:
    """digest.publish.github.board.Board of discussions in one category."""

    most_characters = MOST_CHARACTERS

    def __init__(self, client: GitHubClient, category: str) -> None:
        self._client = client
        self._category = category

    def recent(self, since: datetime) -> Sequence[Announced]:
        return list(self._listed(since))[::-1]

    def publish(self, day: date, title: str, body: str) -> str:
        repository, category = self._place()
        variables = {"repository": repository, "category": category, "title": title, "body": body}
        return self._client.mutate(
            _CREATE, variables, lambda data: str(data["createDiscussion"]["discussion"]["url"])
        )

    def add(self, announced: Announced, title: str, body: str) -> None:
        self._client.mutate(_COMMENT, {"id": announced.reference, "body": body}, lambda _: None)
        self._client.query(_RENAME, {"id": announced.reference, "title": title}, lambda _: None)

    def close_old(self, keep: int) -> int:
        old = list(self._listed(states=["OPEN"]))[keep:]
        for announced in old:
            self._client.query(_CLOSE, {"id": announced.reference}, lambda _: None)
        return len(old)

    def _place(self) -> tuple[str, str]:
        """The ids of the repository and of the category."""
        owner, name = self._client.repository
        variables = {"owner": owner, "name": name}
        repository, is_on, categories = self._client.query(_REPOSITORY, variables, _repository)
        if not is_on:
            raise GitHubError("the repository has no discussions", DISCUSSIONS.switch)
        if self._category not in categories:
            names = ", ".join(categories)
            hint = f"make it, or write one of these below `github:`, as category: {names}"
            raise GitHubError(f"the repository has no category {self._category}", hint)
        return repository, categories[self._category]

    def _listed(
        self, since: datetime | None = None, states: Sequence[str] | None = None
    ) -> Iterator[Announced]:
        """Our discussions that were opened since then, newest first."""
        owner, name = self._client.repository
        after = None
        for _ in range(_MOST_PAGES):
            variables = {"owner": owner, "name": name, "after": after, "states": states}
            discussions, after = self._client.query(_LIST, variables, _page)
            for created, announced in discussions:
                if since and created < since:
                    return
                if announced:
                    yield announced
            if after is None:
                return


def _repository(data: Any) -> tuple[str, bool, dict[str, str]]:
    """Its id, whether discussions are on, and the id of each category, by name."""
    found = data["repository"]
    categories = {str(node["name"]): str(node["id"]) for node in found["discussionCategories"]["nodes"]}
    return str(found["id"]), bool(found["hasDiscussionsEnabled"]), categories


def _page(data: Any) -> tuple[list[tuple[datetime, Announced | None]], str | None]:
    """The discussions of a page, each with the time when it was opened, and where the next page begins."""
    found = data["repository"]["discussions"]
    discussions = [(datetime.fromisoformat(one["createdAt"]), _announced(one)) for one in found["nodes"]]
    return discussions, found["pageInfo"]["endCursor"] if found["pageInfo"]["hasNextPage"] else None


def _announced(discussion: Any) -> Announced | None:
    if not _is_ours(discussion):
        return None
    comments = [comment["body"] for comment in discussion["comments"]["nodes"] if _is_ours(comment)]
    return announced_by(discussion["id"], discussion["url"], discussion["body"], comments)


def _is_ours(text: Any) -> bool:
    author = text["author"]["__typename"] if text["author"] else ""  # the account may be gone
    return is_ours(author, text["authorAssociation"])
