"""A paper as feeds and the page show it: plain text on one line, without TeX, cut to its limits.

Whoever shows it escapes it for the format: what is plain here may still look like markup.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from digest.domain.papers import Paper
from digest.domain.text import one_line, shortened
from digest.tex.readable import LONGEST, readable

# One odd record must not take the room of all others. Real papers have less: titles to 232 characters,
# abstracts to 2,954, comments to 400, and at most a few thousand authors.
_TITLE_CHARACTERS = 600
_ABSTRACT_CHARACTERS = 4_000
_COMMENT_CHARACTERS = 1_000
_NAME_CHARACTERS = 80
_MOST_AUTHORS = 5_000
_MOST_CATEGORIES = 50


PlainPaper = Callable[[Paper], Paper]
"""`plain_paper`, or what gives the same for less work."""


def plain_paper(paper: Paper) -> Paper:
    """The paper as a person reads it. A title is never empty; names that are empty, and what is no address of
    the web, are dropped."""
    return replace(
        paper,
        title=shortened(plain(paper.title), _TITLE_CHARACTERS) or paper.id,
        abstract=shortened(plain(paper.abstract), _ABSTRACT_CHARACTERS),
        authors=_names(map(plain, paper.authors[:_MOST_AUTHORS])),
        categories=_names(map(one_line, paper.categories[:_MOST_CATEGORIES])),
        comment=shortened(plain(paper.comment), _COMMENT_CHARACTERS),
        url=_web_address(paper.url),
        pdf_url=_web_address(paper.pdf_url),
    )


def plain(text: str) -> str:
    """The text on one line, its TeX as readable text."""
    line = one_line(text[:LONGEST])
    shown = readable(line)
    # What TeX becomes may hold line ends or unseen characters again.
    return line if shown == line else one_line(shown)


def permanent_address(paper: Paper) -> str:
    """The address of the paper in all its versions: that of this version without its number."""
    return paper.url.removesuffix(f"v{paper.version}")


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(shortened(text, _NAME_CHARACTERS) for text in texts if text)


def _web_address(text: str) -> str:
    """The address if a browser asks the web for it, else nothing: `javascript:` runs where it is clicked."""
    return text if text.startswith(("https://", "http://")) else ""
