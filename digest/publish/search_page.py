"""The page of the archive: everything ever found, to be searched in a browser, with no server behind it.

The newest papers are plain HTML, for whoever runs no scripts. The template is `archive.html`, with
`archive.css` and `archive.js` beside it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from digest.domain.digests import ArchivedPaper, ArchiveSection
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.text import listed, one_line
from digest.errors import ArchiveError, RenderError
from digest.publish.files import PublishedFile, url_of
from digest.publish.mark import MARK
from digest.publish.page_data import PageData, version_of
from digest.publish.plain import PlainPaper, plain_paper
from digest.system.templates import TemplateProblem, Templates

_PAGE, _STYLE, _SCRIPT = "archive.html", "archive.css", "archive.js"
_COMMENTS = {_PAGE: "<!-- {} -->", _STYLE: "/* {} */", _SCRIPT: "// {}"}
_AS_HTML = 100
"""So many papers, the newest, are in the page itself."""
_NAMED_AUTHORS = 20  # as in archive.js

_FEW_BYTES = 4_000_000
"""Abstracts of no more than that are searched without being asked for."""


@dataclass(frozen=True, slots=True)
class _Card:
    """A paper as the template shows it; every text is plain, and empty where there is nothing."""

    id: str = ""
    url: str = ""
    pdf_url: str = ""
    title: str = ""
    authors: str = ""
    submitted: str = ""
    updated: str = ""
    """Empty if there is one version only."""
    category: str = ""
    keywords: str = ""
    comment: str = ""
    abstract: str = ""


@dataclass(frozen=True, slots=True)
class _KeywordChoice:
    stem: str
    feed: str
    """The address of its feed, from the page."""
    name: str
    count: int


def page_files(
    papers: Iterable[ArchivedPaper],
    stems: Mapping[Keyword, str],
    title: str,
    templates: Templates,
    *,
    updated: date | None = None,
    feeds: bool = True,
    folder: str = "archive",
    plain: PlainPaper = plain_paper,
) -> Iterator[PublishedFile]:
    """The files of the page, `archive/index.html` last.

    `papers` come newest first, and are read once; `stems` has their keywords in the archive's order. With
    `feeds` the page names the feeds beside it. Raises ArchiveError, which names the template and, where
    known, its line.
    """
    place, collected = PurePosixPath(folder), _Collected(stems)
    for found in papers:
        collected.add(found, plain(found.paper))
    assets: dict[str, str] = {}
    scripts: dict[str, str] = {}
    yield from _noted(_assets(templates, place), assets)
    yield from _noted(collected.data.files(place / "data"), scripts)
    values = {"title": one_line(title), "updated": updated, "feeds": feeds, "assets": assets}
    page = _filled(templates, _PAGE, **values, **collected.values(), **_data_versions(scripts))
    yield PublishedFile(place / "index.html", page)


def archived(sections: Iterable[ArchiveSection]) -> Iterator[ArchivedPaper]:
    """Each paper of the sections once, with the keywords that have it, newest announcement first."""
    found: dict[str, tuple[Paper, list[Keyword]]] = {}
    for section in sections:
        for paper in section.papers:
            found.setdefault(paper.id, (paper, []))[1].append(section.keyword)
    for paper, keywords in sorted(found.values(), key=lambda each: each[0].order, reverse=True):
        yield ArchivedPaper(paper, tuple(keywords))


class _Collected:
    """What the page has to know of the papers, which are read once."""

    def __init__(self, stems: Mapping[Keyword, str]) -> None:
        self._stems = stems
        self.data = PageData(stems)
        self.cards: list[_Card] = []
        self._counts = dict.fromkeys(stems, 0)

    def add(self, found: ArchivedPaper, plain: Paper) -> None:
        self.data.add(found.paper, plain, found.keywords)
        for keyword in found.keywords:
            self._counts[keyword] += 1
        if len(self.cards) < _AS_HTML:
            self.cards.append(_card(plain, found.keywords))

    def values(self) -> dict[str, object]:
        """For the template."""
        return {
            "papers": self.cards,
            "blank": _Card(),
            "count": self.data.count,
            "keywords": [
                _KeywordChoice(stem, url_of(f"{stem}.atom"), one_line(keyword.name), self._counts[keyword])
                for keyword, stem in self._stems.items()
            ],
            "abstracts_megabytes": max(1, round(self.data.abstract_bytes / 1_000_000)),
            "few_abstracts": self.data.abstract_bytes <= _FEW_BYTES,
        }


def _card(paper: Paper, keywords: Sequence[Keyword]) -> _Card:
    submitted, updated = paper.submitted.date().isoformat(), paper.updated.date().isoformat()
    return _Card(
        id=paper.id,
        url=paper.url,
        pdf_url=paper.pdf_url,
        title=paper.title,
        authors=listed(paper.authors, _NAMED_AUTHORS),
        submitted=submitted,
        updated=updated if updated != submitted else "",
        category=paper.categories[0] if paper.categories else "",
        keywords=", ".join(one_line(keyword.name) for keyword in keywords),
        comment=paper.comment,
        abstract=paper.abstract,
    )


def _noted(files: Iterable[PublishedFile], versions: dict[str, str]) -> Iterator[PublishedFile]:
    """The files, while their versions are noted by their names."""
    for file in files:
        versions[file.path.name] = version_of(file)
        yield file


def _data_versions(versions: Mapping[str, str]) -> dict[str, object]:
    """The years with their versions, latest first, and the months as `2026-06=01234567` in one text."""
    named = [(name.removesuffix(".js"), version) for name, version in versions.items()]
    months = [f"{name}={version}" for name, version in named if "-" in name]
    return {"years": [each for each in named if "-" not in each[0]], "months": " ".join(months)}


def _assets(templates: Templates, folder: PurePosixPath) -> Iterator[PublishedFile]:
    for name in (_STYLE, _SCRIPT):
        yield PublishedFile(folder / name, _filled(templates, name))


def _filled(templates: Templates, name: str, **values: object) -> bytes:
    try:
        return f"{_COMMENTS[name].format(MARK)}\n{templates.filled(name, **values)}".encode()
    except TemplateProblem as exc:
        raise ArchiveError(str(exc), RenderError.hint) from exc
