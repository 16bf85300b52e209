"""The files of the archive beside README.md: a page for each keyword, and one for each month.

A page that GitHub would not show whole is in parts, such as `2026-06.md` and `2026-06.2.md`. The last part
comes first, so that no link leads to a file that is not there yet.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import PurePosixPath
from urllib.parse import quote

from digest.domain.digests import ArchiveSection
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.publish.files import PublishedFile, url_of
from digest.publish.fit import papers_that_fit
from digest.publish.mark import marked
from digest.publish.page import ArchivePages, Link, Part

Sections = Sequence[ArchiveSection]

_MONTH = re.compile(r"\d{4}-\d{2}\.md")
_Entry = tuple[ArchiveSection, Paper]

_LONGEST_PART = Part(1_000, 1_000, "x" * 255)


def safe_address(url: str) -> str:
    """The web address without signs that would end a link of Markdown, such as a parenthesis."""
    return quote(url, safe="/:%=~+,;!$&'*@[]")


def page_path(name: str, folder: str) -> PurePosixPath:
    """Where a page is; it is the first part of a long one."""
    return PurePosixPath(folder, f"{name}.md")


def keyword_pages(
    sections: Sections, names: Mapping[Keyword, str], pages: ArchivePages, folder: str
) -> Iterator[PublishedFile]:
    """A page for each section, with all its papers."""
    for section in sections:
        path = page_path(names[section.keyword], folder)
        yield from _in_parts(section.keyword.name, [section], pages, path)


def monthly_pages(sections: Sections, pages: ArchivePages, folder: str) -> Iterator[PublishedFile]:
    """A page for each month, with the papers whose first version was submitted then."""
    by_section = [_by_month(section.papers) for section in sections]
    for month in sorted(set().union(*by_section)):
        shown = [
            # The date of a keyword's last change would make every month new every day.
            replace(section, papers=papers[month], changed_at=None, stale_since=None)
            for section, papers in zip(sections, by_section, strict=True)
            if month in papers
        ]
        yield from _in_parts(month, shown, pages, page_path(month, folder))


def month_links(files: Iterable[PurePosixPath]) -> tuple[Link, ...]:
    """Links to the first part of each month's page among these files, the latest month first."""
    months = sorted((path for path in files if _MONTH.fullmatch(path.name)), reverse=True)
    return tuple(Link(path.stem, url_of(path)) for path in months)


def _by_month(papers: Iterable[Paper]) -> dict[str, tuple[Paper, ...]]:
    """The papers by month, such as `2026-06`, in their order."""
    by_month: dict[str, list[Paper]] = {}
    for paper in papers:
        by_month.setdefault(paper.submitted.date().isoformat()[:7], []).append(paper)
    return {month: tuple(found) for month, found in by_month.items()}


def _in_parts(
    title: str, sections: Sections, pages: ArchivePages, path: PurePosixPath
) -> Iterator[PublishedFile]:
    """A page in parts that GitHub shows whole; at least one paper is in each."""
    entries = [(section, paper) for section in sections for paper in section.papers]
    parts = list(_parts(title, entries, pages)) or [sections]
    paths = [path, *(path.with_name(f"{path.stem}.{n}.md") for n in range(2, len(parts) + 1))]
    following = [*(url_of(later.name) for later in paths[1:]), ""]
    for number in reversed(range(len(parts))):
        part = Part(number + 1, len(parts), following[number])
        yield PublishedFile(paths[number], marked(pages.whole_page(title, parts[number], part)))


def _parts(title: str, entries: Sequence[_Entry], pages: ArchivePages) -> Iterator[Sections]:
    def length(count: int) -> int:
        page = pages.whole_page(title, _sections_of(entries[:count]), _LONGEST_PART)
        return len(marked(page))

    if entries:
        count = max(1, papers_that_fit(len(entries), length))
        yield _sections_of(entries[:count])
        yield from _parts(title, entries[count:], pages)


def _sections_of(entries: Iterable[_Entry]) -> Sections:
    """Sections of these papers, in their order."""
    by_section = groupby(entries, key=itemgetter(0))
    return [replace(section, papers=tuple(paper for _, paper in found)) for section, found in by_section]
