"""Feeds of the archive for feed readers: one for each keyword and one for all, as Atom and as JSON Feed.

What is the same stays the same in every format: the identity of a feed and of a paper in it. It names no
host, so that a moved archive shows nobody its papers again, and it is no part of a file's name.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from digest.domain.archive_settings import FEED_OF_ALL
from digest.domain.digests import ArchiveSection
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.text import one_line
from digest.publish.atom import atom
from digest.publish.feed import Feed, FeedEntry
from digest.publish.files import PublishedFile, url_of
from digest.publish.json_feed import json_feed
from digest.publish.plain import PlainPaper, permanent_address, plain_paper

_FORMATS = ((".atom", atom), (".json", json_feed))

_OF_A_KEYWORD = 100
_OF_ALL = 200
"""So many papers, the newest: several days of them, so that a reader that asks once a day misses none."""

_FEEDS = uuid.UUID("5d1f4a55-7f0c-4d3e-9c36-1c0f0b7a9a52")
"""The namespace in which feeds are numbered (RFC 9562, section 5.5); never changed."""

_NOT_YET = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed changed that has had no paper: Atom wants a time."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the feeds lie: the folder's path below README.md's folder, and that one's web address."""

    folder: PurePosixPath
    base_url: str | None

    def url(self, name: str) -> str:
        """The web address of a file in the folder; empty where none is known."""
        if not self.base_url:
            return ""
        return f"{self.base_url.rstrip('/')}/{url_of(self.folder / name)}"


def feed_files(
    sections: Sequence[ArchiveSection],
    stems: Mapping[Keyword, str],
    title: str,
    base_url: str | None = None,
    folder: str = "archive",
    plain: PlainPaper = plain_paper,
) -> Iterator[PublishedFile]:
    """The feeds of these sections, and then those of all: `archive/STEM.atom` and `archive/STEM.json`.

    `base_url` is the web address of README.md's folder; without it the feeds name no address of their own.
    """
    place = _Place(PurePosixPath(folder), base_url)
    entries = _entries(sections, plain)
    for section in sections:
        name = one_line(section.keyword.name)
        papers = [entries[paper.id] for paper in section.papers[:_OF_A_KEYWORD]]
        feed = _feed(section.keyword.id, f"{name} – {title}", papers, section.changed_at)
        yield from _written(feed, stems[section.keyword], place)
    changed_at = max((section.changed_at for section in sections if section.changed_at), default=None)
    newest = sorted(entries.values(), key=lambda entry: entry.paper.order, reverse=True)[:_OF_ALL]
    yield from _written(_feed(FEED_OF_ALL, title, newest, changed_at), FEED_OF_ALL, place)


def _feed(identity: str, title: str, entries: Sequence[FeedEntry], changed_at: datetime | None) -> Feed:
    id = uuid.uuid5(_FEEDS, identity).urn
    return Feed(id, one_line(title), tuple(entries), changed_at or _NOT_YET)


def _written(feed: Feed, stem: str, place: _Place) -> Iterator[PublishedFile]:
    for suffix, written in _FORMATS:
        name = f"{stem}{suffix}"
        content = written(feed, place.url(name), place.base_url or "")
        yield PublishedFile(place.folder / name, content)


def _entries(sections: Sequence[ArchiveSection], plain: PlainPaper) -> dict[str, FeedEntry]:
    """Each paper that a feed may have, by its id, with the names of all the keywords that have it."""
    names: dict[str, list[str]] = {}
    for section in sections:
        for paper in section.papers:
            names.setdefault(paper.id, []).append(one_line(section.keyword.name))
    newest = {paper.id: paper for section in sections for paper in section.papers[:_OF_ALL]}
    return {id: _entry(plain(paper), names[id]) for id, paper in newest.items()}


def _entry(plain: Paper, keywords: Sequence[str]) -> FeedEntry:
    # An address that a browser would run may not be an id either: feed readers link the title to it.
    id = permanent_address(plain) or uuid.uuid5(_FEEDS, plain.id).urn
    return FeedEntry(id, plain, tuple(dict.fromkeys((*keywords, *plain.categories))))
