"""Ask GitHub's API, REST and GraphQL: patient within limits, and never twice for one change.

Source: https://docs.github.com/en/rest/using-the-rest-api
"""

import json
import logging
import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, TypeVar
from urllib.parse import urlencode

from digest import __version__
from digest.domain.settings import GitHubAccess
from digest.errors import GitHubError, GitHubUnavailable
from digest.publish.github.failures import (
    LATER,
    Area,
    FailedTry,
    Unconfirmed,
    content_of,
    failed_exchange,
    failed_reply,
)
from digest.system.clock import Clock
from digest.system.exchange import Limits, NoReply, Request, exchange

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_TRIES = 5
"""How often one question is asked."""

MAX_WAIT = 900.0
"""Seconds that all pauses take together."""

PAGE = 100
"""Items in one answer, the most that there may be."""

_LIMITS = Limits(seconds=120.0, silent=(10.0, 60.0), body_bytes=50_000_000)
_UNKNOWN_FORM = "update the program: GitHub may have changed its API"


class GitHubClient:
    """Asks about one area of one repository. `jitter` draws from [0, 1); `retry_scale` multiplies pauses.

    Each method returns what `read` makes of GitHub's JSON. They raise GitHubError.
    """

    def __init__(
        self,
        access: GitHubAccess,
        area: Area,
        clock: Clock,
        *,
        jitter: Callable[[], float] = random.random,
        retry_scale: float = 1.0,
    ) -> None:
        self._access = access
        self._area = area
        self._clock = clock
        self._jitter = jitter
        self._retry_scale = retry_scale
        self._wait_left = MAX_WAIT
        self._headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {access.token}",
            "Content-Type": "application/json",
            "User-Agent": f"daily-papers/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    @property
    def repository(self) -> tuple[str, str]:
        """Its owner and its name."""
        owner, _, name = self._access.repository.partition("/")
        return owner, name

    def pages(self, path: str, read: Callable[[Any], T], most: int, **parameters: str) -> Iterator[T]:
        """All items of a list below the repository, in `most` pages at most."""
        for page in range(1, most + 1):
            query = urlencode({**parameters, "per_page": PAGE, "page": page})
            items = self._asked(
                self._rest("GET", f"{path}?{query}"), lambda content: list(map(read, content))
            )
            yield from items
            if len(items) < PAGE:
                return

    def create(self, path: str, content: object, read: Callable[[Any], T]) -> T:
        """Make something new below the repository. Raises Unconfirmed if it may have been made, after a
        pause in which it should show itself."""
        return self._asked(self._rest("POST", path, content), read, repeatable=False)

    def update(self, path: str, content: object) -> None:
        """Change what is there: doing so twice does no harm."""
        self._asked(self._rest("PATCH", path, content), lambda _: None)

    def query(self, query: str, variables: object, read: Callable[[Any], T]) -> T:
        """Ask a GraphQL query, or a mutation that may be made twice; `read` gets its `data`."""
        return self._asked(self._graphql(query, variables), lambda content: read(content["data"]))

    def mutate(self, query: str, variables: object, read: Callable[[Any], T]) -> T:
        """Make something new by a GraphQL mutation; otherwise like `create`."""
        request = self._graphql(query, variables)
        return self._asked(request, lambda content: read(content["data"]), repeatable=False)

    def _rest(self, method: str, path: str, content: object = None) -> Request:
        url = f"{self._access.api_url}/repos/{self._access.repository}{path}"
        return Request(method, url, self._headers, None if content is None else _bytes(content))

    def _graphql(self, query: str, variables: object) -> Request:
        content = _bytes({"query": query, "variables": variables})
        return Request("POST", self._access.graphql_url, self._headers, content)

    def _asked(self, request: Request, read: Callable[[Any], T], *, repeatable: bool = True) -> T:
        for tries in count(1):
            outcome = self._try(request)
            if not isinstance(outcome, FailedTry):
                break
            if outcome.error:
                raise outcome.error
            self._pause(outcome, tries)
            if not (repeatable or outcome.is_certain):
                raise Unconfirmed(f"GitHub did not confirm the announcement: {outcome.reason}", LATER)
        try:
            return read(outcome)
        except (LookupError, TypeError, ValueError, AttributeError) as exc:
            raise GitHubError("GitHub's answer has an unknown form", _UNKNOWN_FORM) from exc

    def _try(self, request: Request) -> Any:
        """What GitHub answers, or a FailedTry."""
        try:
            reply = exchange(request, _LIMITS)
        except NoReply as exc:
            return failed_exchange(exc)
        logger.debug("GitHub answered %d with %d bytes", reply.status, len(reply.body))
        failed = failed_reply(reply, self._area, self._clock.epoch_seconds())
        return failed or content_of(reply)

    def _pause(self, failed: FailedTry, tries: int) -> None:
        """Sleep until the next try. Raises GitHubUnavailable if there is none."""
        growing = failed.pause * 2.0 ** (tries - 1) * (1 + self._jitter() / 2)
        pause = max(failed.at_least, growing)
        if tries >= MAX_TRIES or pause > self._wait_left:
            effort = f" in {tries} tries" if tries > 1 else ""
            wait = f"; it asks us to wait {pause / 60:.0f} minutes" if pause > MAX_WAIT else ""
            raise GitHubUnavailable(f"GitHub gave no answer{effort}: {failed.reason}{wait}", LATER)
        self._wait_left -= pause
        logger.warning("GitHub: %s; next try in %.0f s", failed.reason, pause * self._retry_scale)
        self._clock.sleep(pause * self._retry_scale)


def _bytes(content: object) -> bytes:
    return json.dumps(content).encode()
