"""Fill in the pages of the archive: Markdown tables of papers, by the templates `archive.md` (the part in
README.md) and `archive_page.md` (a file of its own)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from digest.domain.digests import ArchiveSection
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.text import one_line, shortened
from digest.errors import ArchiveError, RenderError
from digest.publish.markdown import escape, escape_prose
from digest.publish.markers import has_marker
from digest.system.templates import TemplateProblem, Templates

_README_PART, _WHOLE_PAGE = "archive.md", "archive_page.md"

_SHORT_COMMENT = 20  # characters that are shown without a click
_COMMENT_START = 5

# One odd record must not take the room of all others, and has room in a file however it is escaped.
_LONGEST_TEXT = 10_000  # characters of a title, an abstract, a comment, a keyword's name


@dataclass(frozen=True, slots=True)
class Link:
    """A link: what it says, as Markdown, and where it leads."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where the part in README.md leads, as far as there is something."""

    anchors: Mapping[Keyword, str] = field(default_factory=dict)
    pages: Mapping[Keyword, str] = field(default_factory=dict)
    """The page of each keyword with all its papers."""
    months: tuple[Link, ...] = ()
    search: str = ""
    """The page to search in."""
    feeds: tuple[Link, ...] = ()


NO_LINKS = Links()


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a long page this is, and where the next one is."""

    number: int = 1
    of: int = 1
    next: str = ""


THE_ONLY_PART = Part()


@dataclass(frozen=True, slots=True)
class _Row:
    """A paper as Markdown. `comment_start` is empty where the comment is short enough to be shown whole."""

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
    anchor: str
    page: str
    """Where all its papers are; empty if nowhere."""
    papers: int
    """How many there are, of which `rows` may be the newest only."""
    stale_since: str
    """The day of the last good answer; empty if the table is up to date."""
    rows: tuple[_Row, ...]


class ArchivePages:
    """Makes pages of sections; each paper is converted once, however often a text is made.

    Every method raises ArchiveError, which names the template and, where known, its line. No text has a line
    end at its end.
    """

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._row: Callable[[Paper], _Row] = cache(_row)

    def readme_part(
        self, sections: Sequence[ArchiveSection], newest: int | None = None, links: Links = NO_LINKS
    ) -> str:
        """The part between the markers, with the `newest` papers of each section (None: all).

        Raises ArchiveError also if a line of it is a marker: in the next run it would count as one of the
        file's own.
        """
        tables = tuple(self._table(section, newest, links) for section in sections)
        text = self._filled(
            _README_PART,
            sections=tables,
            newest=newest,
            updated=updated(sections),
            months=links.months,
            search=links.search,
            feeds=links.feeds,
        )
        if has_marker(text):
            template = self._templates.file(_README_PART)
            raise ArchiveError(f"{template}: a line of the page is a marker", RenderError.hint)
        return text

    def whole_page(self, title: str, sections: Sequence[ArchiveSection], part: Part = THE_ONLY_PART) -> str:
        """A page of its own; `title` is plain text."""
        tables = tuple(self._table(section, None, NO_LINKS) for section in sections)
        return self._filled(
            _WHOLE_PAGE,
            title=heading(title),
            sections=tables,
            updated=updated(sections),
            part=part.number,
            parts=part.of,
            next_part=part.next,
        )

    def _filled(self, template: str, **values: object) -> str:
        try:
            return self._templates.filled(template, **values).rstrip("\n")
        except TemplateProblem as exc:
            raise ArchiveError(str(exc), RenderError.hint) from exc

    def _table(self, section: ArchiveSection, newest: int | None, links: Links) -> _Table:
        return _Table(
            heading=heading(section.keyword.name),
            anchor=links.anchors.get(section.keyword, ""),
            page=links.pages.get(section.keyword, ""),
            papers=len(section.papers),
            stale_since=section.stale_since.date().isoformat() if section.stale_since else "",
            rows=tuple(map(self._row, section.papers[:newest])),
        )


def updated(sections: Sequence[ArchiveSection]) -> date | None:
    """The day when the last of their papers was recorded."""
    return max((section.changed_at.date() for section in sections if section.changed_at), default=None)


def heading(text: str) -> str:
    """Plain text on one line, as Markdown for a heading or a link."""
    return escape(shortened(one_line(text), _LONGEST_TEXT))


def _row(paper: Paper) -> _Row:
    comment = shortened(one_line(paper.comment), _LONGEST_TEXT)
    return _Row(
        title=escape(shortened(one_line(paper.title), _LONGEST_TEXT)),
        url=paper.url,
        date=paper.updated.date().isoformat(),
        abstract=escape_prose(shortened(one_line(paper.abstract), _LONGEST_TEXT)),
        comment_start=escape(comment[:_COMMENT_START]) if len(comment) > _SHORT_COMMENT else "",
        comment=escape_prose(comment),
    )
