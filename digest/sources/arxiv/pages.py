"""The forms in which arXiv shows a paper beside its page: PDF, a web page, an entry for a bibliography."""

from collections.abc import Iterator
from datetime import UTC, datetime

from digest.domain.links import PaperLink
from digest.domain.papers import Paper
from digest.sources.arxiv.identifiers import page_url, pdf_url

_HTML_SINCE = datetime(2023, 12, 1, tzinfo=UTC)
"""arXiv makes HTML of what is submitted since then (https://info.arxiv.org/about/accessible_HTML.html)."""


def paper_forms(paper: Paper) -> tuple[PaperLink, ...]:
    """The forms of this version; none of a paper that has another source."""
    return tuple(_forms(paper)) if paper.url == page_url(paper.id, paper.version) else ()


def _forms(paper: Paper) -> Iterator[PaperLink]:
    yield PaperLink("PDF", paper.id, pdf_url(paper.id, paper.version))
    if paper.updated >= _HTML_SINCE:
        yield PaperLink("HTML", paper.id, f"https://arxiv.org/html/{paper.id}v{paper.version}")
    yield PaperLink("BibTeX", paper.id, f"https://arxiv.org/bibtex/{paper.id}")
