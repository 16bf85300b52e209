"""Read arXiv's announcement feeds: all papers of the last announcement, however long they waited.

Source: https://info.arxiv.org/help/rss.html
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from digest.domain.expressions import AllOf, AnyOf, Expression, Field, Term, Without
from digest.domain.keywords import Keyword, expression_of
from digest.sources.arxiv.atom import parse_announcement
from digest.sources.arxiv.categories import ALL_ARCHIVES, archive_of, categories_of
from digest.sources.arxiv.responses import AnnouncedPaper, Announcement
from digest.sources.arxiv.validation import validate_announcement
from digest.sources.http import ArxivClient

LARGEST_FEED = 2_000
"""Entries; a longer feed is cut here. Replacements come first, then cross-lists, then new papers."""


class AnnouncementFeed:
    """Fetches the announcements of some archives. Raises SourceError."""

    def __init__(self, client: ArxivClient, url: str) -> None:
        self._client = client
        self._url = url

    def latest(self, names: Sequence[str], *, highest_seen: int, high_water_mark: int) -> Announcement:
        """The last announcement of these archives, fetched in halves where one feed cannot hold it: arXiv
        then leaves out the new papers with the lowest ids.

        All numbers are announcement orders. A feed is rejected if a search has shown a paper
        (`highest_seen`) above the high-water mark and above all that the feed has.
        """

        def read(body: bytes) -> Announcement:
            announcement = parse_announcement(body)
            validate_announcement(announcement, highest_seen, high_water_mark)
            return announcement

        joined = self._client.get(self._url + "+".join(names), read)
        if len(joined.entries) < LARGEST_FEED:
            return replace(joined, is_whole=True)
        halves = _halves(names) if high_water_mark else ()  # before that, nothing is new to anybody
        parts = [self.latest(half, highest_seen=0, high_water_mark=high_water_mark) for half in halves]
        return _merged(joined, parts) if parts else joined


def archives_of(keywords: Iterable[Keyword]) -> tuple[str, ...]:
    """The archives in which the keywords' papers can be announced: all, unless each names categories."""
    return tuple(sorted(frozenset().union(*(_archives(expression_of(keyword)) for keyword in keywords))))


def _archives(expression: Expression) -> frozenset[str]:
    match expression:
        case Term(Field.CATEGORY, name):
            return frozenset({archive_of(name)})
        case Term():
            return ALL_ARCHIVES
        case AllOf(parts):
            return min(map(_archives, parts), key=len)
        case AnyOf(parts):
            return frozenset().union(*map(_archives, parts))
        case Without(wanted, _):
            return _archives(wanted)


def _halves(names: Sequence[str]) -> Sequence[Sequence[str]]:
    """Half of the archives and the others; of a single archive half of its categories and the others."""
    parts = names if len(names) > 1 else categories_of(names[0])
    middle = len(parts) // 2
    return (parts[:middle], parts[middle:]) if middle else ()


def _merged(joined: Announcement, parts: Sequence[Announcement]) -> Announcement:
    """A paper that is new in one archive and cross-listed in another counts as new."""
    feeds = (joined, *parts)
    entries: dict[str, AnnouncedPaper] = {}
    for entry in (entry for each in feeds for entry in each.entries):
        known = entries.setdefault(entry.id, entry)
        if entry.kind == "new" != known.kind:
            entries[entry.id] = entry
    malformed = dict.fromkeys(entry for each in feeds for entry in each.malformed)
    is_whole = all(part.is_whole for part in parts)
    return Announcement(tuple(entries.values()), joined.updated, tuple(malformed), is_whole)
