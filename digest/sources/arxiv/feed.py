"""arXiv's announcement feeds: all that the last announcement brought, however long it waited.

Source: https://info.arxiv.org/help/rss.html
"""

from collections.abc import Iterable, Sequence

from digest.domain.keywords import Keyword
from digest.sources.arxiv.atom import parse_announcement
from digest.sources.arxiv.categories import ALL_ARCHIVES, archive_of
from digest.sources.arxiv.responses import AnnouncedPaper, Announcement
from digest.sources.arxiv.validation import validate_announcement
from digest.sources.http import ArxivClient

LARGEST_FEED = 2_000
"""A feed ends after so many entries, new ones first."""


class AnnouncementFeed:
    """The feed of some archives. Raises SourceError."""

    def __init__(self, client: ArxivClient, url: str) -> None:
        self._client = client
        self._url = url

    def latest(self, archives: Sequence[str], *, highest_seen: int, covered: int) -> Announcement:
        """The last announcement, asked for in halves where one feed cannot hold it.

        A feed is not believed if a search has shown a paper (`highest_seen`) above all that is
        `covered` and all that the feed has.
        """

        def read(body: bytes) -> Announcement:
            announcement = parse_announcement(body)
            validate_announcement(announcement, highest_seen, covered)
            return announcement

        whole = self._client.fetch(self._url + "+".join(archives), read)
        if len(archives) == 1 or not _may_be_cut(whole):
            return whole
        middle = len(archives) // 2
        halves = [
            self.latest(half, highest_seen=0, covered=covered)
            for half in (archives[:middle], archives[middle:])
        ]
        return _merged(halves)


def archives_of(keywords: Iterable[Keyword]) -> tuple[str, ...]:
    """The archives in which the keywords' papers can be announced: all, unless each names categories."""
    wanted: set[str] = set()
    for keyword in keywords:
        if not keyword.categories:
            return tuple(sorted(ALL_ARCHIVES))
        wanted.update(archive_of(category) for category in keyword.categories)
    return tuple(sorted(wanted))


def _may_be_cut(announcement: Announcement) -> bool:
    """Whether new entries may be missing: where replacements are shown, all new ones were."""
    kinds = {entry.kind for entry in announcement.entries}
    return len(announcement.entries) >= LARGEST_FEED and not kinds & {"replace", "replace-cross"}


def _merged(halves: Sequence[Announcement]) -> Announcement:
    """A paper that is new in one archive and cross-listed in another counts as new."""
    entries: dict[str, AnnouncedPaper] = {}
    for entry in (entry for half in halves for entry in half.entries):
        known = entries.setdefault(entry.id, entry)
        if entry.kind == "new" != known.kind:
            entries[entry.id] = entry
    return Announcement(tuple(entries.values()), halves[0].updated)
