"""What is published: the one list of everything beside README.md."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from digest.domain.archive_settings import ArchiveSettings
from digest.publish.archive import FileArchive, Publisher
from digest.publish.feeds import feed_files
from digest.publish.own_pages import monthly_pages
from digest.publish.page import ArchivePages, updated
from digest.publish.plain import plain_paper
from digest.publish.search_page import archived, page_files
from digest.system.templates import Templates

_TITLE = "Daily Papers"


def file_archive(
    file: Path,
    settings: ArchiveSettings,
    templates: Iterable[Path],
    on_written: Callable[[Path], None] | None = None,
) -> FileArchive:
    """The archive with the page in `file`; of several folders of templates the first that has one counts."""
    shared = Templates(*templates)
    pages = ArchivePages(shared)
    publishers = tuple(publishers_of(settings, pages, shared))
    return FileArchive(file, settings, pages, publishers, on_written or _not_told)


def publishers_of(
    settings: ArchiveSettings, pages: ArchivePages, templates: Templates
) -> Iterator[Publisher]:
    """In the order in which their files are written; README.md comes last. A further one is a line here.

    Each gets sections, which have all papers if `settings.papers_needed` is None, and the names of the
    keywords' files. What it makes needs the mark (digest.publish.mark), and its paths begin with
    `settings.folder`.
    """
    plain = cache(plain_paper)  # feeds and the page have the same papers
    if settings.monthly:
        yield lambda sections, _names: monthly_pages(sections, pages, settings.folder)
    if settings.feeds:
        yield lambda sections, names: feed_files(
            sections, names, _TITLE, settings.files_url or None, settings.folder, plain
        )
    if settings.page:
        yield lambda sections, names: page_files(
            archived(sections),
            names,
            _TITLE,
            templates,
            updated=updated(sections),
            feeds=settings.feeds,
            folder=settings.folder,
            plain=plain,
        )


def _not_told(_: Path) -> None:
    """Nobody wants to know."""
