"""Turn a paper into what its place in a mail shows of it: cleaned, shortened, nothing left to decide."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from digest.domain.comments import badge, without_counts
from digest.domain.digests import Entry
from digest.domain.evidence import reason
from digest.domain.keywords import Keyword
from digest.domain.links import PaperLink, paper_links, service_links
from digest.domain.matching import Segment, mark
from digest.domain.papers import Paper
from digest.domain.text import one_line, shortened
from digest.mail.content.actions import ActionLink
from digest.mail.content.contribution import LEFT_OUT_AFTER, LEFT_OUT_BEFORE, excerpt
from digest.mail.content.layout import Placed
from digest.mail.content.phrases import authors_line, plain_date
from digest.mail.content.truncate import (
    ALSO_CHARACTERS,
    COMMENT_CHARACTERS,
    NAME_CHARACTERS,
    REASON_CHARACTERS,
    truncate_list,
    truncate_paper,
)
from digest.tex.readable import LONGEST, readable

EXCERPT_CHARACTERS = 200
"""Of an abstract; the sentence that says what the paper does has 173 in the median."""

BRIEF_CHARACTERS = 140
"""Under a broad keyword, which has many cards."""

_LATE = "announced earlier; arXiv's search did not show it"
_MOST_AUTHORS = 6
_IS_SENTENCE = re.compile(r"[.!?][)\"'”’]?\u00a0…$")
_ADDRESS = re.compile(r"(?<!\S)(\S*(?:://|arxiv\.org/)\S*)", re.IGNORECASE)

FormsOf = Callable[[Paper], tuple[PaperLink, ...]]
"""The forms in which its source shows a paper, beside its page: `PDF`, for instance."""


def only_pdf(paper: Paper) -> tuple[PaperLink, ...]:
    """For a source of which nothing else is known."""
    return (PaperLink("PDF", paper.id, paper.pdf_url),)


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper's card, or its line in a list. Strings are one line each, and empty where there is nothing."""

    number: int
    id: str
    link: str
    title: str
    title_segments: tuple[Segment, ...]
    facts: tuple[str, ...] = ()
    """Authors, the day if the paper is not new, and the primary category."""
    venue: str = ""
    """Where it was accepted."""
    forms: tuple[PaperLink, ...] = ()
    """Where else its source shows it."""
    links: tuple[PaperLink, ...] = ()
    """What belongs to it elsewhere: code, data, a project page."""
    comment: str = ""
    abstract: str = ""
    abstract_segments: tuple[Segment, ...] = ()
    why: str = ""
    """Why the paper is in its place, where marked words do not show it already."""
    also: tuple[str, ...] = ()
    """The other keywords that have it."""
    late: str = ""
    """Why the paper comes late."""
    like: ActionLink | None = None
    """Asks for more like it."""


@dataclass(frozen=True, slots=True)
class PaperViews:
    """Makes the views of papers; `services` are where else links lead."""

    forms_of: FormsOf = only_pdf
    services: tuple[str, ...] = ()
    all_forms: bool = True

    def pick(self, placed: Placed) -> PaperView:
        """A card that says why the paper has its place; that names the other keywords, too."""
        card = self.card(placed, EXCERPT_CHARACTERS)
        score = shortened(one_line(placed.entry.score.reason), REASON_CHARACTERS)
        return replace(card, why=score, also=()) if score else card

    def card(self, placed: Placed, characters: int | None) -> PaperView:
        """A card with so many characters of the abstract; None: all of it, more authors and the comment."""
        entry, paper = placed.entry, display_paper(placed.entry.paper)
        whole = characters is None
        abstract = paper.abstract if characters is None else _excerpt(paper.abstract, characters)
        title, words = _marked(paper.title, placed.keywords), _marked(abstract, placed.keywords)
        is_marked = any(segment.marked for segment in title + words)
        why = "" if is_marked else reason(placed.keywords[0], paper)
        return replace(
            self._common(placed, paper),
            title_segments=title,
            facts=_facts(entry, paper, _MOST_AUTHORS if whole else 1),
            forms=self.forms_of(paper)[: None if self.all_forms else 1],
            links=(*_links(paper), *service_links(paper, self.services)),
            comment=shortened(without_counts(paper.comment), COMMENT_CHARACTERS) if whole else "",
            abstract=abstract,
            abstract_segments=words,
            why=shortened(one_line(why), REASON_CHARACTERS),
            also=_names(entry.also),
        )

    def line(self, placed: Placed) -> PaperView:
        """A line in a list."""
        paper = display_paper(placed.entry.paper)
        return replace(
            self._common(placed, paper),
            facts=_facts(placed.entry, paper, 1),
            links=_links(paper),
        )

    def title(self, placed: Placed) -> PaperView:
        """A line with nothing but the title."""
        return replace(self._common(placed, display_paper(placed.entry.paper)), venue="")

    def _common(self, placed: Placed, paper: Paper) -> PaperView:
        plain = (Segment(paper.title, marked=False),)
        late = _LATE if placed.entry.late else ""
        return PaperView(
            placed.number, paper.id, paper.url, paper.title, plain, venue=_venue(paper), late=late
        )


def _excerpt(abstract: str, characters: int) -> str:
    """Without the sign that something stands before or after a sentence: every card would have it."""
    text = excerpt(abstract, characters).removeprefix(LEFT_OUT_BEFORE)
    return text.removesuffix(LEFT_OUT_AFTER) if _IS_SENTENCE.search(text) else text


def _names(keywords: Sequence[str]) -> tuple[str, ...]:
    names = [keyword_name(name) for name in keywords]
    return truncate_list(names, ALSO_CHARACTERS) if names else ()


def keyword_name(name: str) -> str:
    return shortened(one_line(name), NAME_CHARACTERS)


def _facts(entry: Entry, paper: Paper, authors: int) -> tuple[str, ...]:
    is_old = entry.welcome or entry.late
    day = plain_date(paper.updated.date()) if is_old else ""
    return tuple(filter(None, (authors_line(paper.authors, authors), day, *paper.categories[:1])))


@lru_cache(4096)  # the same papers go to many subscribers, and each mail is tried in several details
def _venue(paper: Paper) -> str:
    accepted = badge(paper.comment)
    return accepted.text if accepted else ""


@lru_cache(4096)
def _links(paper: Paper) -> tuple[PaperLink, ...]:
    return paper_links(f"{paper.abstract} {paper.comment}")


@lru_cache(4096)
def display_paper(paper: Paper) -> Paper:
    """The paper with its texts as they are shown: without TeX, on one line, cut to their limits."""
    readable_paper = replace(
        paper,
        title=_readable_line(paper.title),
        abstract=_readable_line(paper.abstract),
        authors=tuple(filter(None, map(_readable_line, paper.authors))),
        categories=tuple(map(one_line, paper.categories)),
        comment=_readable_line(paper.comment),
    )
    return truncate_paper(readable_paper)


def _readable_line(text: str) -> str:
    """TeX becomes text; the result may hold line ends or unseen characters again, so it is cleaned twice."""
    return one_line(readable(one_line(text[:LONGEST])))


def _marked(text: str, found_by: Sequence[Keyword]) -> tuple[Segment, ...]:
    """The text in segments; what the keywords look for is marked, but never a part of a web address."""
    phrases = [phrase for keyword in found_by for phrase in keyword.phrases]
    segments: list[Segment] = []
    for position, piece in enumerate(_ADDRESS.split(text)):
        is_address = position % 2 == 1
        segments += [Segment(piece, marked=False)] if is_address else mark(piece, phrases)
    return tuple(segments)
