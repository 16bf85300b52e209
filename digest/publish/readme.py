"""The archive page: each keyword's latest papers, in the marked part of a README.md on GitHub."""

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from digest.domain.digests import ArchiveSection
from digest.domain.papers import Paper
from digest.domain.text import one_line
from digest.errors import ArchiveError, RenderError
from digest.publish.markdown import linked_words, words
from digest.publish.markers import Frame, frame, has_marker
from digest.system.files import write_atomically
from digest.system.templates import TemplateProblem, Templates

LIMIT_BYTES = 512_000  # GitHub shows no more of a file

_TEMPLATE = "archive.md"

_SHORT_COMMENT = 20

_COMMENT_START = 5

_NEW_FILE = b"# Daily Papers\n\nThank you to arXiv for use of its open access interoperability.\n"


@dataclass(frozen=True, slots=True)
class _Row:
    """A paper as Markdown. `comment_start` is empty where the comment is short enough to stand open."""

    title: str
    url: str
    date: str
    abstract: str
    comment_start: str
    comment: str


@dataclass(frozen=True, slots=True)
class _Table:
    """A keyword as Markdown."""

    heading: str
    stale_since: str
    """The day of the last good answer; empty if the table is up to date."""
    rows: tuple[_Row, ...]


class ReadmeArchive:
    """Keeps the archive page `file` up to date, in the form that `archive.md` gives it, from the first
    folder that has one."""

    def __init__(self, file: Path, *templates: Path) -> None:
        self._file = file
        self._templates = Templates(*templates)

    def update(self, sections: Sequence[ArchiveSection]) -> bool:
        """Bring the page up to date; False, and the file not even opened to write, if it already was.

        Shows as many papers of each section as fit into GitHub's limit. Raises ArchiveError.
        """
        try:
            current = self._file.read_bytes() if self._file.exists() else None
            wanted = self._fitting(frame(_NEW_FILE if current is None else current, self._file), sections)
            if wanted == current:
                return False
            write_atomically(self._file, wanted)
        except OSError as exc:
            hint = "see that this user may read and write the file and its folder"
            raise ArchiveError(f"{self._file}: {exc.strerror}", hint) from exc
        return True

    def _fitting(self, around: Frame, sections: Sequence[ArchiveSection]) -> bytes:
        row = cache(_row)  # each paper once, and none that is not to be shown
        updated = max((section.changed_at.date() for section in sections if section.changed_at), default=None)

        @cache
        def content(newest: int | None) -> bytes:
            shown = tuple(_table(section, section.papers[:newest], row) for section in sections)
            return around.around(self._page(sections=shown, newest=newest, updated=updated))

        newest = _most(_longest(sections), _about_full(sections), lambda count: len(content(count)))
        if newest == 0:
            raise _no_room(self._file, len(around.before) + len(around.after))
        return content(newest)

    def _page(self, **values: object) -> str:
        try:
            page = self._templates.filled(_TEMPLATE, **values).rstrip("\n")
        except TemplateProblem as exc:
            raise ArchiveError(str(exc), RenderError.hint) from exc
        if has_marker(page):
            template = self._templates.file(_TEMPLATE)
            raise ArchiveError(f"{template}: a line of the page is a marker", RenderError.hint)
        return page


def _most(longest: int, guess: int, length: Callable[[int | None], int]) -> int | None:
    """How many papers a section fit, at most; None: all of the `longest`. `length` is that of the page."""
    too_many = guess
    while too_many < longest and length(too_many) <= LIMIT_BYTES:
        too_many *= 2
    if too_many >= longest and length(None) <= LIMIT_BYTES:
        return None
    return bisect(range(1, min(too_many, longest)), LIMIT_BYTES, key=length)


def _longest(sections: Sequence[ArchiveSection]) -> int:
    return max((len(section.papers) for section in sections), default=0)


def _about_full(sections: Sequence[ArchiveSection]) -> int:
    """With how many papers a section the page comes near the limit, if it has little but abstracts."""
    characters = sum(len(paper.abstract) for section in sections for paper in section.papers)
    return max(1, _longest(sections) * LIMIT_BYTES // max(characters, 1))


def _table(section: ArchiveSection, papers: Sequence[Paper], row: Callable[[Paper], _Row]) -> _Table:
    return _Table(
        heading=words(section.keyword.name),
        stale_since=section.stale_since.date().isoformat() if section.stale_since else "",
        rows=tuple(row(paper) for paper in papers),
    )


def _row(paper: Paper) -> _Row:
    comment = one_line(paper.comment)
    return _Row(
        title=words(paper.title),
        url=paper.url,
        date=paper.updated.date().isoformat(),
        abstract=linked_words(paper.abstract),
        comment_start=words(comment[:_COMMENT_START]) if len(comment) > _SHORT_COMMENT else "",
        comment=linked_words(comment),
    )


def _no_room(file: Path, words_bytes: int) -> ArchiveError:
    return ArchiveError(
        f"{file}: no room for papers: {words_bytes} of GitHub's {LIMIT_BYTES} bytes lie outside the markers",
        hint="shorten the words outside the markers, or archive fewer keywords",
    )
