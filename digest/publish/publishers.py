"""What is published: the one list of everything beside README.md."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from digest.domain.settings import ArchiveSettings
from digest.publish.archive import FileArchive, Publisher
from digest.publish.own_pages import monthly_pages
from digest.publish.page import ArchivePages
from digest.system.templates import Templates


def file_archive(
    file: Path,
    settings: ArchiveSettings,
    templates: Iterable[Path],
    on_written: Callable[[Path], None] | None = None,
) -> FileArchive:
    """The archive with the page in `file`; of several folders of templates the first that has one counts."""
    pages = ArchivePages(Templates(*templates))
    publishers = tuple(publishers_of(settings, pages))
    return FileArchive(file, settings, pages, publishers, on_written or _not_told)


def publishers_of(settings: ArchiveSettings, pages: ArchivePages) -> Iterator[Publisher]:
    """In the order in which their files are written; README.md comes last. A further one is a line here.

    Each gets sections, which have all papers if `settings.papers_needed` is None, and the names of the
    keywords' files. What it makes needs the mark (digest.publish.mark), and its paths begin with
    `settings.folder`.
    """
    if settings.monthly:
        yield lambda sections, _names: monthly_pages(sections, pages, settings.folder)


def _not_told(_: Path) -> None:
    """Nobody wants to know."""
