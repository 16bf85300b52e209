"""What a reply of GitHub's API means: whether to try again and when, or what a person must do. Pure.

Sources: GitHub's pages "Rate limits for the REST API" and "Using the GraphQL API".
"""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from digest.domain.text import one_line, shortened
from digest.errors import GitHubError, GitHubUnavailable
from digest.system.exchange import Failure, NoReply, Reply

BUSY_PAUSE = 5.0
"""Seconds before the second try where GitHub fails; each further pause is twice as long."""

LIMITED_PAUSE = 60.0
"""The same where GitHub's secondary rate limit does not say how long to wait."""

LATER = "run it again later: what is new now is announced then"

_LONGEST_MESSAGE = 500
_LIMITED = (HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
_TOKEN = "write in the workflow, below `env:` of the step: GITHUB_TOKEN: ${{ github.token }}"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a repository: what lets a workflow write there, and how it is switched on."""

    name: str
    permission: str
    feature: str = ""
    """Its name below Settings → General → Features; empty: it cannot be switched off."""

    @property
    def switch(self) -> str:
        return f"switch them on: Settings → General → Features → {self.feature}" if self.feature else ""

    @property
    def permit(self) -> str:
        return f"write in the workflow, below `permissions:`, {self.permission}: write"

    @property
    def hint(self) -> str:
        return "; ".join(filter(None, (self.switch, self.permit)))


class Unconfirmed(GitHubUnavailable):
    """The change was sent, and GitHub did not say whether it made it."""


class TooLong(GitHubError):
    """The text is longer than GitHub takes."""


@dataclass(frozen=True, slots=True)
class FailedTry:
    """Why a request failed, and the pause in seconds before the second try; each further one is longer."""

    reason: str
    pause: float = 0.0
    at_least: float = 0.0
    """Seconds that GitHub asks us to wait, whichever try it is."""
    is_certain: bool = True
    """Whether nothing was changed."""
    error: GitHubError | None = None
    """Another try is useless."""


def failed_exchange(exc: NoReply) -> FailedTry:
    """The failure of an exchange without a reply: even without one, the change may have been made."""
    certain = exc.failure in (Failure.OFFLINE, Failure.BAD_ADDRESS)
    return FailedTry(exc.reason, BUSY_PAUSE, is_certain=certain)


def failed_reply(reply: Reply, area: Area, now: float) -> FailedTry | None:
    """The failure that a reply is, `now` in seconds since 1970; None if it has what was asked for."""
    content = content_of(reply)
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        if content is None:
            return FailedTry("the answer is not JSON", BUSY_PAUSE, is_certain=False)
        return _failed_query(reply, content, area, now) if _errors(content) else None
    message = _message(content)
    if reply.status in _LIMITED and (pause := _asked_pause(reply, message, now)):
        return FailedTry(f"{reply.words} (rate limit)", min(pause, LIMITED_PAUSE), at_least=pause)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return FailedTry(reply.words, BUSY_PAUSE, is_certain=False)
    return FailedTry(reply.words, error=_refusal(reply, message, area))


def content_of(reply: Reply) -> Any:
    """What the body says; None if it is not JSON."""
    try:
        return json.loads(reply.body or b"null")
    except (ValueError, RecursionError):
        return None


def _failed_query(reply: Reply, content: Any, area: Area, now: float) -> FailedTry:
    """GraphQL answers 200 to what it refuses."""
    kinds = {str(error.get("type", "")) for error in _errors(content) if isinstance(error, dict)}
    message = _message(content)
    if "RATE_LIMITED" in kinds:
        return FailedTry("rate limit", LIMITED_PAUSE, at_least=_asked_pause(reply, "rate limit", now))
    if "too long" in message:
        return FailedTry("too long", error=_too_long(message))
    if not kinds - {""}:  # "Something went wrong while executing your query"
        return FailedTry("GitHub fails at the query", BUSY_PAUSE, is_certain=False)
    problem = f"GitHub refuses the query ({', '.join(sorted(kinds))})"
    return FailedTry("refused", error=GitHubError(problem, area.hint, message))


def _errors(content: Any) -> list[Any]:
    errors = content.get("errors") if isinstance(content, dict) else None
    return errors if isinstance(errors, list) else []


def _message(content: Any) -> str:
    """GitHub's own words, on one line."""
    parts = [content, *_errors(content)]
    words = [str(part["message"]) for part in parts if isinstance(part, dict) and part.get("message")]
    return shortened(one_line("; ".join(words)), _LONGEST_MESSAGE)


def _asked_pause(reply: Reply, message: str, now: float) -> float:
    """Seconds that a rate limit lasts; 0 if the reply is about none."""
    if re.fullmatch(r"[0-9]{1,9}", reply.retry_after):
        return max(1.0, float(reply.retry_after))
    reset = reply.headers.get("x-ratelimit-reset", "")
    if reply.headers.get("x-ratelimit-remaining") == "0" and re.fullmatch(r"[0-9]{1,12}", reset):
        return max(1.0, float(reset) - now + 1)
    is_limit = reply.status == HTTPStatus.TOO_MANY_REQUESTS or re.search("rate limit|abuse", message, re.I)
    return LIMITED_PAUSE if is_limit else 0.0


def _refusal(reply: Reply, message: str, area: Area) -> GitHubError:
    match reply.status:
        case HTTPStatus.UNAUTHORIZED:
            return GitHubError("GitHub does not accept the token (401)", _TOKEN, message)
        case HTTPStatus.FORBIDDEN:
            return GitHubError(f"the token may not write {area.name} (403)", area.permit, message)
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            problem = f"the repository has no {area.name}, or the token does not see them ({reply.status})"
            return GitHubError(problem, area.hint, message)
        case HTTPStatus.UNPROCESSABLE_ENTITY if "too long" in message:
            return _too_long(message)
        case status if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            hint = "write its new name below `github:`, as repository: owner/name"
            return GitHubError(f"the repository has moved ({status})", hint, message)
        case _:
            hint = "look at what you wrote below `github:`, such as the label"
            return GitHubError(f"GitHub does not take it ({reply.words})", hint, message)


def _too_long(message: str) -> TooLong:
    return TooLong("the announcement is too long for GitHub", LATER, message)
