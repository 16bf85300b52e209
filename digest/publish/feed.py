"""A feed, before it has a format."""

from dataclasses import dataclass
from datetime import UTC, datetime

from digest.domain.papers import Paper

SUBTITLE = "New papers on arXiv. Thank you to arXiv for use of its open access interoperability."


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A paper in plain text; the id is the same for all its versions and in all feeds."""

    id: str
    paper: Paper
    tags: tuple[str, ...]
    """The keywords that have it, and then its categories."""

    @property
    def text(self) -> str:
        """The abstract, and the comment in a paragraph of its own."""
        comment = f"Comment: {self.paper.comment}" if self.paper.comment else ""
        return "\n\n".join(part for part in (self.paper.abstract, comment) if part)


@dataclass(frozen=True, slots=True)
class Feed:
    """Papers, newest announcement first."""

    id: str
    """A URI that names no host."""
    title: str
    entries: tuple[FeedEntry, ...]
    changed_at: datetime


def timestamp(time: datetime) -> str:
    """As RFC 3339 has it, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
