"""Fill in the archive page: a Markdown table of papers for each keyword, by the template `archive.md`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from digest.domain.digests import ArchiveSection
from digest.domain.papers import Paper
from digest.domain.text import one_line, shortened
from digest.errors import ArchiveError, RenderError
from digest.publish.markdown import escape, escape_with_links
from digest.system.templates import TemplateProblem, Templates

_TEMPLATE = "archive.md"
_SHORT_COMMENT = 20  # characters that are shown without a click
_COMMENT_START = 5

# One odd record must not take the room of all others.
_LONGEST_TEXT = 20_000  # characters of a title, an abstract, a comment, a keyword's name


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
    stale_since: str
    """The day of the last good answer; empty if the table is up to date."""
    rows: tuple[_Row, ...]


class ArchivePage:
    """The page of these sections; each paper is converted once, however often the text is made."""

    def __init__(self, sections: Sequence[ArchiveSection], templates: Templates) -> None:
        self._sections = sections
        self._templates = templates
        self._row = cache(_row)
        self._updated = max(
            (section.changed_at.date() for section in sections if section.changed_at), default=None
        )

    @property
    def template(self) -> Path:
        return self._templates.file(_TEMPLATE)

    def text(self, newest: int | None = None) -> str:
        """The page with the `newest` papers of each section (None: all), without a line end at its end.

        Raises ArchiveError, which names the template and, where known, its line.
        """
        tables = tuple(self._table(section, section.papers[:newest]) for section in self._sections)
        values = {"sections": tables, "newest": newest, "updated": self._updated}
        try:
            return self._templates.filled(_TEMPLATE, **values).rstrip("\n")
        except TemplateProblem as exc:
            raise ArchiveError(str(exc), RenderError.hint) from exc

    def _table(self, section: ArchiveSection, papers: Sequence[Paper]) -> _Table:
        return _Table(
            heading=escape(shortened(one_line(section.keyword.name), _LONGEST_TEXT)),
            stale_since=section.stale_since.date().isoformat() if section.stale_since else "",
            rows=tuple(self._row(paper) for paper in papers),
        )


def _row(paper: Paper) -> _Row:
    comment = shortened(one_line(paper.comment), _LONGEST_TEXT)
    return _Row(
        title=escape(shortened(one_line(paper.title), _LONGEST_TEXT)),
        url=paper.url,
        date=paper.updated.date().isoformat(),
        abstract=escape_with_links(shortened(one_line(paper.abstract), _LONGEST_TEXT)),
        comment_start=escape(comment[:_COMMENT_START]) if len(comment) > _SHORT_COMMENT else "",
        comment=escape_with_links(comment),
    )
