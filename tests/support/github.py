"""A stand-in for GitHub's API on the loopback interface: issues, comments, releases and discussions of one
repository, and the mails that its watchers get."""

import contextlib
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from digest.domain.settings import GitHubAccess
from tests.support.builders import NOON

TOKEN = "ghs_a-token-of-a-workflow"
REPOSITORY = "you/daily-papers"
LONGEST_BODY, LONGEST_RELEASE = 65_536, 125_000

Item = dict[str, Any]


@dataclass
class Failure:
    """How the next request of this kind fails: before it has an effect, or `after` it."""

    method: str
    path: str
    """A part of the path, or of a GraphQL query."""
    status: int = 502
    """0: the connection is closed without a reply."""
    message: str = "a failure"
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False


class GitHubServer:
    """GitHub with one repository. `mails` has the subjects of all mails to a watcher; an edit makes none."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.issues: list[Item] = []
        self.comments: dict[int, list[Item]] = {}
        self.releases: list[Item] = []
        self.discussions: list[Item] = []
        self.categories = {"Announcements": "C1", "General": "C2"}
        self.features = {"issues", "discussions"}
        self.permissions = {"issues", "discussions", "contents"}
        self.longest_body = LONGEST_BODY
        self.failures: list[Failure] = []
        self.answer = threading.Event()
        """Clear it to make GitHub silent once it has made a change."""
        self.answer.set()
        self.changed = threading.Event()
        self.requests: list[str] = []
        self.mails: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.answer.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def access(self) -> GitHubAccess:
        return GitHubAccess(REPOSITORY, TOKEN, self.url, f"{self.url}/graphql", "https://github.com")

    @property
    def environment(self) -> dict[str, str]:
        """What a step of a workflow has that was given the token."""
        return {"GITHUB_TOKEN": TOKEN, **self.variables}

    @property
    def variables(self) -> dict[str, str]:
        """What each step of a workflow has."""
        return {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_API_URL": self.url,
            "GITHUB_GRAPHQL_URL": f"{self.url}/graphql",
        }

    def fail(self, method: str, path: str, **how: Any) -> None:
        """The next request of this kind fails."""
        self.failures.append(Failure(method, path, **how))

    def open_issue(self, title: str, body: str = "", *, by: str = "Bot", is_pull: bool = False) -> Item:
        """An issue by a `Bot`, a `User` without rights, or the `OWNER`."""
        number = len(self.issues) + 1
        issue = {
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "labels": [],
            "comments": 0,
            "html_url": f"https://github.com/{REPOSITORY}/issues/{number}",
            "created_at": _written(self.now),
            "updated_at": _written(self.now),
            **_author(by),
            **({"pull_request": {}} if is_pull else {}),
        }
        self.issues.append(issue)
        self.mails.append(title)
        return issue

    def comment(self, number: int, body: str, *, by: str = "Bot") -> Item:
        issue = self.issues[number - 1]
        issue["comments"] += 1
        comment = {"body": body, "html_url": f"{issue['html_url']}#comment", **_author(by)}
        self.comments.setdefault(number, []).append(comment)
        self.mails.append(f"Re: {issue['title']}")
        return comment

    # Each answers with a status and JSON.

    def _answer(self, method: str, url: str, content: Item, token: str) -> tuple[int, object]:
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Bad credentials"}
        parts = urlsplit(url)
        if parts.path == "/graphql":
            return 200, self._graphql(content["query"], content["variables"])
        path = parts.path.removeprefix(f"/repos/{REPOSITORY}")
        if path == parts.path:
            return 404, {"message": "Not Found"}
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        for pattern, area, answer in self._routes():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                refused = self._refused(area, reading=method == "GET")
                return refused or answer(*map(int, found.groups()), {**content, **query})
        return 404, {"message": "Not Found"}

    def _routes(self) -> tuple[tuple[str, str, Callable[..., tuple[int, object]]], ...]:
        return (
            (r"GET /issues", "issues", self._list_issues),
            (r"POST /issues", "issues", self._post_issue),
            (r"PATCH /issues/(\d+)", "issues", self._patch_issue),
            (r"GET /issues/(\d+)/comments", "issues", self._list_comments),
            (r"POST /issues/(\d+)/comments", "issues", self._post_comment),
            (r"GET /releases", "contents", self._list_releases),
            (r"POST /releases", "contents", self._post_release),
            (r"PATCH /releases/(\d+)", "contents", self._patch_release),
        )

    def _refused(self, area: str, *, reading: bool) -> tuple[int, object] | None:
        if area == "issues" and area not in self.features:
            return 410, {"message": "Issues are disabled for this repo"}
        if area not in self.permissions and not reading:
            return 403, {"message": "Resource not accessible by integration"}
        return None

    def _list_issues(self, query: Item) -> tuple[int, object]:
        since, state = query.get("since", ""), query.get("state", "open")
        found = [one for one in self.issues if one["updated_at"] >= since and state in ("all", one["state"])]
        return 200, _page(found[::-1] if query.get("direction", "desc") == "desc" else found, query)

    def _post_issue(self, content: Item) -> tuple[int, object]:
        if len(content["body"]) > self.longest_body:
            return 422, _too_long("Issue", self.longest_body)
        issue = self.open_issue(content["title"], content["body"])
        issue["labels"] = [{"name": name} for name in content.get("labels", ())]
        return 201, issue

    def _patch_issue(self, number: int, content: Item) -> tuple[int, object]:
        issue = self.issues[number - 1]
        if content.get("state") == "closed":
            self.mails.append(f"Closed: {issue['title']}")
        issue.update(content, updated_at=_written(self.now))
        return 200, issue

    def _list_comments(self, number: int, query: Item) -> tuple[int, object]:
        return 200, _page(self.comments.get(number, []), query)

    def _post_comment(self, number: int, content: Item) -> tuple[int, object]:
        if len(content["body"]) > self.longest_body:
            return 422, _too_long("IssueComment", self.longest_body)
        return 201, self.comment(number, content["body"])

    def _list_releases(self, query: Item) -> tuple[int, object]:
        return 200, _page(self.releases[::-1], query)

    def _post_release(self, content: Item) -> tuple[int, object]:
        if any(one["tag_name"] == content["tag_name"] for one in self.releases):
            errors = [{"resource": "Release", "code": "already_exists", "field": "tag_name"}]
            return 422, {"message": "Validation Failed", "errors": errors}
        if len(content["body"]) > LONGEST_RELEASE:
            return 422, _too_long("Release", LONGEST_RELEASE)
        number = len(self.releases) + 1
        url = f"https://github.com/{REPOSITORY}/releases/tag/{content['tag_name']}"
        self.releases.append({**content, "id": number, "html_url": url, "draft": False})
        self.mails.append(content["name"])
        return 201, self.releases[-1]

    def _patch_release(self, number: int, content: Item) -> tuple[int, object]:
        if len(content["body"]) > LONGEST_RELEASE:
            return 422, _too_long("Release", LONGEST_RELEASE)
        self.releases[number - 1].update(content)
        return 200, self.releases[number - 1]

    def _graphql(self, query: str, given: Item) -> object:
        if "discussions" not in self.permissions and query.lstrip().startswith("mutation"):
            return _graphql_error("FORBIDDEN", "Resource not accessible by integration")
        for word, answer in {
            "createDiscussion": self._create_discussion,
            "addDiscussionComment": self._comment_discussion,
            "updateDiscussion": self._rename_discussion,
            "closeDiscussion": self._close_discussion,
            "discussionCategories": self._describe,
            "discussions(": self._list_discussions,
        }.items():
            if word in query:
                return answer(given)
        return _graphql_error("", "Parse error")

    def _describe(self, given: Item) -> object:
        if f"{given['owner']}/{given['name']}" != REPOSITORY:
            return _graphql_error("NOT_FOUND", "Could not resolve to a Repository")
        nodes = [{"id": id, "name": name} for name, id in self.categories.items()]
        is_on = "discussions" in self.features
        described = {"id": "R1", "hasDiscussionsEnabled": is_on, "discussionCategories": {"nodes": nodes}}
        return {"data": {"repository": described}}

    def _list_discussions(self, given: Item) -> object:
        found = [one for one in self.discussions[::-1] if not given["states"] or not one["closed"]]
        begin = int(given["after"] or 0)
        page = {"hasNextPage": begin + 50 < len(found), "endCursor": str(begin + 50)}
        listed = {"pageInfo": page, "nodes": found[begin : begin + 50]}
        return {"data": {"repository": {"discussions": listed}}}

    def _create_discussion(self, given: Item) -> object:
        if len(given["body"]) > self.longest_body:
            problem = f"Body is too long (maximum is {self.longest_body} characters)"
            return _graphql_error("UNPROCESSABLE", problem)
        return {"data": {"createDiscussion": {"discussion": self.open_discussion(given)}}}

    def open_discussion(self, given: Item, *, by: str = "Bot") -> Item:
        number = len(self.discussions) + 1
        self.discussions.append(
            {
                "id": f"D{number}",
                "url": f"https://github.com/{REPOSITORY}/discussions/{number}",
                "title": given["title"],
                "body": given["body"],
                "category": given["category"],
                "closed": False,
                "createdAt": _written(self.now),
                "comments": {"nodes": []},
                **_graphql_author(by),
            }
        )
        self.mails.append(given["title"])
        return self.discussions[-1]

    def _discussion(self, given: Item) -> Item:
        return self.discussions[int(given["id"][1:]) - 1]

    def _comment_discussion(self, given: Item) -> object:
        discussion = self._discussion(given)
        discussion["comments"]["nodes"].append({"body": given["body"], **_graphql_author("Bot")})
        self.mails.append(f"Re: {discussion['title']}")
        return {"data": {"addDiscussionComment": {"comment": {"id": "DC1"}}}}

    def _rename_discussion(self, given: Item) -> object:
        self._discussion(given)["title"] = given["title"]
        return {"data": {"updateDiscussion": {"discussion": {"id": given["id"]}}}}

    def _close_discussion(self, given: Item) -> object:
        self._discussion(given)["closed"] = True
        return {"data": {"closeDiscussion": {"discussion": {"id": given["id"]}}}}

    def _failure(self, method: str, path: str, content: str) -> Failure | None:
        for failure in self.failures:
            if failure.method == method and (failure.path in path or failure.path in content):
                self.failures.remove(failure)
                return failure
        return None

    def _reply(self, method: str, path: str, token: str, body: str) -> tuple[int, object, Mapping[str, str]]:
        """Status, JSON and headers; status 0 for none."""
        self.requests.append(f"{method} {path}")
        failure = self._failure(method, path, body)
        if failure and not failure.after:
            return failure.status, {"message": failure.message}, failure.headers
        status, content = self._answer(method, path, json.loads(body or "{}"), token)
        if method != "GET":
            self.changed.set()
            self.answer.wait(timeout=10)
        return (failure.status if failure else status), content, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        github = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                token = self.headers.get("Authorization", "")
                status, content, headers = github._reply(self.command, self.path, token, body)
                if not status:
                    return
                with contextlib.suppress(ConnectionError):
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(json.dumps(content).encode())

            do_GET = do_POST = do_PATCH = handle_one  # noqa: N815 - as http.server names them

            def log_message(self, format: str, *arguments: object) -> None:
                """Log nothing."""

        return Handler


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _author(by: str) -> Item:
    kind = "Bot" if by == "Bot" else "User"
    return {"user": {"type": kind}, "author_association": "OWNER" if by == "OWNER" else "NONE"}


def _graphql_author(by: str) -> Item:
    kind = "Bot" if by == "Bot" else "User"
    return {"author": {"__typename": kind}, "authorAssociation": "OWNER" if by == "OWNER" else "NONE"}


def _page(items: list[Item], query: Item) -> list[Item]:
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return items[(page - 1) * size : page * size]


def _too_long(resource: str, most: int) -> Item:
    problem = f"body is too long (maximum is {most} characters)"
    errors = [{"resource": resource, "code": "custom", "field": "body", "message": problem}]
    return {"message": "Validation Failed", "errors": errors}


def _graphql_error(kind: str, message: str) -> object:
    return {"data": None, "errors": [{"message": message, **({"type": kind} if kind else {})}]}
