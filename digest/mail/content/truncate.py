"""Cut long titles, abstracts, names and comments. Every length of a paper's texts in a mail is set here.

TeX is gone by then: `digest.tex` turns it into text first. How many papers show an abstract at all is
decided in `digest.mail.content.fit`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from digest.domain.papers import Paper
from digest.domain.text import shortened
from digest.mail.content.sentences import sentence_starts

# One odd record must not fill a mail, nor shorten all others. Real papers have less: arXiv accepts abstracts
# of 1,920 characters (https://info.arxiv.org/help/prep.html); a few older ones have 2,700 without their TeX.
TITLE_CHARACTERS = 600

ABSTRACT_CHARACTERS = 2_800

COMMENT_CHARACTERS = 300

REASON_CHARACTERS = 200

NAME_CHARACTERS = 80
"""Of an author, a category, a keyword or a recipient."""

# What frames the papers has its limits, too: many keywords with long names must leave them room.
LIST_CHARACTERS = 1_000
"""Of the keywords that a mail lists."""

ALSO_CHARACTERS = 200
"""Of the other keywords that have a paper."""

_WORD_END = re.compile(r"\S(?=\s)")


def truncate_paper(paper: Paper) -> Paper:
    """The paper with title, abstract, authors and categories cut to their limits; an empty title becomes
    `arXiv:ID`. The comment stays whole: a repository is looked for in all of it."""
    return replace(
        paper,
        title=shortened(paper.title, TITLE_CHARACTERS) or f"arXiv:{paper.id}",
        abstract=shortened(paper.abstract, ABSTRACT_CHARACTERS),
        authors=tuple(shortened(author, NAME_CHARACTERS) for author in paper.authors),
        categories=tuple(shortened(category, NAME_CHARACTERS) for category in paper.categories),
    )


def truncate_list(items: Sequence[str], characters: int) -> tuple[str, ...]:
    """The first items, as many as have so many `characters` together, but one at least; and then how many
    others there are: `and 3 more`."""
    ends = accumulate(len(item) + 2 for item in items)
    shown = max(1, sum(end <= characters for end in ends))
    others = len(items) - shown
    return (*items[:shown], f"and {others} more") if others > 0 else tuple(items)


def truncate_at_sentence(text: str, characters: int) -> str:
    """The whole sentences among the first `characters`, or else the whole words, followed by ` …`."""
    if len(text) <= characters:
        return text
    sentences = [len(text[:start].rstrip()) for start in sentence_starts(text) if 0 < start <= characters + 1]
    words = [end.end() for end in _WORD_END.finditer(text[: characters + 1])]
    fitting = [end for end in sentences or words or [characters] if end <= characters]
    return f"{text[: fitting[-1]]}\u00a0…"
