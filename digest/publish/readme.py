"""Publish the archive page in the marked part of a README.md, within the size that GitHub shows."""

from bisect import bisect
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from digest.domain.digests import ArchiveSection
from digest.errors import ArchiveError, RenderError
from digest.publish.markers import Surroundings, has_marker, split_at_markers
from digest.publish.page import ArchivePage
from digest.system.files import write_atomically
from digest.system.remedies import remedy, said
from digest.system.templates import Templates

# GitHub cuts off a README over 500 KiB:
# https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-readmes
LIMIT_BYTES = 512_000

_NEW_FILE = b"# Daily Papers\n\nThank you to arXiv for use of its open access interoperability.\n"


class ReadmeArchive:
    """A pipeline.ports.Archive that keeps the archive page in `file` up to date.

    Of several folders of templates the first that has a template counts.
    """

    def __init__(self, file: Path, *templates: Path) -> None:
        self._file = file
        self._templates = Templates(*templates)

    def update(self, sections: Sequence[ArchiveSection]) -> bool:
        """Bring the page up to date; False if it already was, and then nothing is written.

        Shows as many papers of each section as fit into GitHub's limit. Raises ArchiveError.
        """
        try:
            current = self._file.read_bytes() if self._file.exists() else None
            around = split_at_markers(_NEW_FILE if current is None else current, self._file)
            wanted = self._content(around, sections)
            if wanted == current:
                return False
            write_atomically(self._file, wanted)
        except OSError as exc:
            raise ArchiveError(f"{self._file}: {said(exc)}", remedy(exc)) from exc
        return True

    def check(self) -> None:
        """Raise ArchiveError if the file's markers are not in order, OSError if it cannot be read."""
        if self._file.exists():
            split_at_markers(self._file.read_bytes(), self._file)

    def _content(self, around: Surroundings, sections: Sequence[ArchiveSection]) -> bytes:
        """The file with as many papers of each section as fit."""
        page = ArchivePage(sections, self._templates)

        @cache
        def content(newest: int | None) -> bytes:
            return around.with_page(_without_marker(page, newest))

        newest = _papers_that_fit(_longest(sections), _estimate(sections), lambda count: len(content(count)))
        if newest == 0:
            raise _no_room(self._file, len(around.before) + len(around.after))
        return content(newest)


def _without_marker(page: ArchivePage, newest: int | None) -> str:
    """The text of the page. Raises ArchiveError if a line of it is a marker, which would count as one of
    the file's own in the next run."""
    text = page.text(newest)
    if has_marker(text):
        raise ArchiveError(f"{page.template}: a line of the page is a marker", RenderError.hint)
    return text


def _papers_that_fit(longest: int, guess: int, length: Callable[[int | None], int]) -> int | None:
    """How many papers a section fit, at most; None: all of the `longest` section's.

    `length` is that of the file in bytes. Doubles the guess and then searches by halves, since each try
    fills in a page of up to half a megabyte.
    """
    too_many = guess
    while too_many < longest and length(too_many) <= LIMIT_BYTES:
        too_many *= 2
    if too_many >= longest and length(None) <= LIMIT_BYTES:
        return None
    return bisect(range(1, min(too_many, longest)), LIMIT_BYTES, key=length)


def _longest(sections: Sequence[ArchiveSection]) -> int:
    return max((len(section.papers) for section in sections), default=0)


def _estimate(sections: Sequence[ArchiveSection]) -> int:
    """About how many papers a section fill the limit, judged by their abstracts alone."""
    characters = sum(len(paper.abstract) for section in sections for paper in section.papers)
    return max(1, _longest(sections) * LIMIT_BYTES // max(characters, 1))


def _no_room(file: Path, words_bytes: int) -> ArchiveError:
    return ArchiveError(
        f"{file}: no room for papers: {words_bytes} of GitHub's {LIMIT_BYTES} bytes lie outside the markers",
        hint="shorten the words outside the markers, or archive fewer keywords",
    )
