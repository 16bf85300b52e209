"""Publish the archive: README.md, and the files that it leads to.

What README.md leads to is written before it, so that no link of it leads to nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from digest.domain.archive_settings import FEED_OF_ALL, ArchiveSettings
from digest.domain.digests import ArchiveSection
from digest.domain.keywords import Keyword
from digest.errors import ArchiveError
from digest.publish.files import PublishedFile, url_of
from digest.publish.folder import ArchiveFolder, TakenError
from digest.publish.names import file_names
from digest.publish.own_pages import keyword_pages, month_links, page_path, safe_address
from digest.publish.page import ArchivePages, Link, Links, heading
from digest.publish.readme import Readme

Sections = Sequence[ArchiveSection]

Names = Mapping[Keyword, str]
"""How the files of each keyword are called, without an extension."""

Publisher = Callable[[Sections, Names], Iterable[PublishedFile]]
"""Makes files of the sections, a file before those that lead to it. Pure; may raise ArchiveError."""


@dataclass(slots=True)
class _Result:
    """What became of the files so far."""

    there: list[PurePosixPath] = field(default_factory=list)
    """Those that are up to date."""
    changed: bool = False
    problems: dict[str, str] = field(default_factory=dict)
    """Each once, with its hint."""

    @contextmanager
    def problems_kept(self, kind: type[ArchiveError] = ArchiveError) -> Iterator[None]:
        try:
            yield
        except kind as exc:
            self.problems[str(exc)] = exc.hint

    def raise_problems(self) -> None:
        if self.problems:
            raise ArchiveError("\n".join(self.problems), next(iter(self.problems.values())))


@dataclass(frozen=True, slots=True)
class FileArchive:
    """A pipeline.ports.Archive: README.md in `file`, and beside it what the `publishers` make.

    README.md has the newest papers of each section. Where it has no room for so many as it should have, each
    keyword gets a page of its own, which is kept up to date from then on. `on_written` is told of each file.
    """

    file: Path
    settings: ArchiveSettings
    pages: ArchivePages
    publishers: Sequence[Publisher]
    on_written: Callable[[Path], None]

    def update(self, sections: Sections) -> bool:
        """Bring all files up to date; False if they already were.

        A person's file does not keep the others from being written. What refuses a file for another reason,
        such as a full disk, ends what its publisher makes: a later file may lead to it. Raises ArchiveError
        at the end.
        """
        names = file_names(section.keyword for section in sections)
        newest = [replace(section, papers=section.papers[: self.settings.papers]) for section in sections]
        result = _Result()
        for publish in (self._keyword_pages(newest), *self.publishers):
            with result.problems_kept():
                for file in publish(sections, names):
                    self._write(file, result)
        with result.problems_kept():
            if Readme(self.file, self.pages).update(newest, self._links(names, result)):
                self._written(self.file, result)
        result.raise_problems()
        return result.changed

    def check(self) -> None:
        """Raise ArchiveError if README.md cannot be read, or its markers are not in order."""
        Readme(self.file, self.pages).check()

    def _keyword_pages(self, newest: Sections) -> Publisher:
        """Makes the pages of the keywords if README.md has no room for their papers, or one is there."""

        def publish(_: Sections, names: Names) -> Iterator[PublishedFile]:
            if any(map(self._has_page, names.values())) or not Readme(self.file, self.pages).has_room(newest):
                yield from keyword_pages(newest, names, self.pages, self.settings.folder)

        return publish

    def _has_page(self, name: str) -> bool:
        return self._files.has_own(page_path(name, self.settings.folder))

    def _write(self, file: PublishedFile, result: _Result) -> None:
        with result.problems_kept(TakenError):
            if self._files.write(file):
                self._written(self.file.parent / file.path, result)
            result.there.append(file.path)

    def _written(self, file: Path, result: _Result) -> None:
        result.changed = True
        self.on_written(file)

    @property
    def _files(self) -> ArchiveFolder:
        return ArchiveFolder(self.file.parent)

    def _links(self, names: Names, result: _Result) -> Links:
        """Where README.md can lead."""
        there = set(result.there)
        base = f"{safe_address(self.settings.files_url)}/" if self.settings.files_url else ""
        search_page = PurePosixPath(self.settings.folder, "index.html")
        paths = {keyword: page_path(name, self.settings.folder) for keyword, name in names.items()}
        return Links(
            anchors=names,
            pages={keyword: url_of(path) for keyword, path in paths.items() if path in there},
            months=month_links(there),
            search=base + url_of(search_page) if self.settings.shows_pages and search_page in there else "",
            feeds=tuple(self._feed_links(names, there, base)),
        )

    def _feed_links(self, names: Names, there: set[PurePosixPath], base: str) -> Iterator[Link]:
        """The feed of all keywords, then that of each."""
        stems = [
            ("all keywords", FEED_OF_ALL),
            *((heading(keyword.name), names[keyword]) for keyword in names),
        ]
        for name, stem in stems:
            path = PurePosixPath(self.settings.folder, f"{stem}.atom")
            if path in there:
                yield Link(name, base + url_of(path))
