"""Where announcements appear at GitHub: what each kind of place can do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from digest.publish.github.marker import marked

_TRUSTED = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_BOT = "Bot"


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement that is there. `papers` has the ids that its markers name, also those in comments."""

    reference: str
    """What GitHub knows it by."""
    url: str
    day: date
    papers: frozenset[str]
    body: str


class Board(Protocol):
    """One kind of place. All methods raise GitHubError."""

    most_characters: int
    """Of a body that is published or added."""

    def recent(self, since: datetime) -> Sequence[Announced]:
        """The announcements since then, and perhaps others; oldest first."""

    def publish(self, day: date, title: str, body: str) -> str:
        """Open an announcement; returns its web address. GitHub mails it to who watches the repository.

        Raises TooLong, and Unconfirmed if it is perhaps there.
        """

    def add(self, announced: Announced, title: str, body: str) -> None:
        """Add papers to an announcement, which gets the new title. Raises as `publish`."""

    def close_old(self, keep: int) -> int:
        """Close all but so many of the latest open announcements; returns how many were closed."""


def announced_by(reference: str, url: str, body: str, comments: Iterable[str] = ()) -> Announced | None:
    """The announcement with this body; None if it is none. `comments` are those of `is_ours`."""
    own = marked(body)
    if own is None:
        return None
    added = [found.papers for comment in comments if (found := marked(comment))]
    return Announced(reference, url, own.day, own.papers.union(*added), body)


def is_ours(author_kind: str, association: str) -> bool:
    """Whether a workflow or somebody of the repository wrote a text: a stranger may copy a marker.

    The kind is that of GitHub's API, `Bot` for a workflow's token.
    """
    return author_kind == _BOT or association in _TRUSTED
