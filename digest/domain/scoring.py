"""Score a paper for a subscriber by counting; each part of a score says why.

The weights are below, the figures behind them in docs/ranking.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from digest.domain.evidence import FoundPhrase, found_authors, found_phrases, is_asked_for
from digest.domain.interests import InterestIndex, Nearness
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.text import one_line, shortened

IN_TITLE = 3.0
"""For a keyword: a title names what a paper is about, an abstract also what it only touches."""

IN_ABSTRACT = 1.0
"""For a keyword."""

MENTION = 0.25
"""For each time more in the abstract, at most MOST_MENTIONS: who writes a word often writes about it, but a
long abstract must not win by its length."""

MOST_MENTIONS = 4

AUTHOR = 4.0
"""For a followed author: somebody who names a person wants every paper of theirs."""

PRIMARY_CATEGORY = 0.5
"""Where a category that the subscriber names is the first of the paper: the others are cross-lists."""

CODE = 0.5
"""A link to source code: it settles ties, and says nothing of the subject."""

VENUE = 1.0
"""An accepted paper was read by others before."""

NEARNESS = 200.0
"""For papers that are the same; two papers on one subject have about a tenth. Who names papers of their own
has said more than keywords can: with less weight, broad keywords outvote them."""

NEAR = 0.05
"""From this nearness on the reason names the nearest interest."""

_LONGEST_NAME = 80


class Part(StrEnum):
    """What a part of a score is for."""

    KEYWORD = "keyword"
    AUTHOR = "author"
    CATEGORY = "category"
    CODE = "code"
    VENUE = "venue"
    INTERESTS = "interests"


@dataclass(frozen=True, slots=True)
class ScorePart:
    """Points, with two decimals at most, and why, in a few words."""

    part: Part
    points: float
    why: str
    keyword: str = ""
    """The name of the keyword that it is for, if it is for one."""
    in_title: bool = False
    """Whether the title has a phrase of the keyword."""


@dataclass(frozen=True, slots=True)
class Score:
    """The points of a paper for a subscriber, part by part. No parts: the paper is not ranked."""

    parts: tuple[ScorePart, ...] = ()

    @property
    def total(self) -> float:
        return round(sum(part.points for part in self.parts), 2)

    @property
    def in_title(self) -> bool:
        """Whether the title has a phrase of a keyword."""
        return any(part.in_title for part in self.parts)

    @property
    def reason(self) -> str:
        """Such as `“Reward Model” in title and abstract 4×; by Ada Example; code; near your “Title”`."""
        return "; ".join(part.why for part in self.parts if part.why)


UNRANKED = Score()


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What others find out about a paper, by its abstract and comment."""

    has_code: bool = False
    venue: str = ""
    """The venue that accepted it: `NeurIPS 2026`."""


def no_facts(paper: Paper) -> PaperFacts:
    """For a paper of which nothing else is known."""
    return PaperFacts()


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores papers for somebody with these keywords and, if they named some, interests."""

    keywords: Sequence[Keyword]
    facts_of: Callable[[Paper], PaperFacts] = no_facts
    interests: InterestIndex | None = None

    def score(self, paper: Paper, found_by: Sequence[Keyword]) -> Score:
        """`found_by` are those of the keywords that have the paper."""
        parts = (
            *(_keyword_part(keyword, paper) for keyword in found_by),
            *self._author_parts(paper),
            *self._category_parts(paper),
            *_fact_parts(self.facts_of(paper)),
            *self._interest_parts(paper),
        )
        return Score(tuple(part for part in parts if part.points))

    def _author_parts(self, paper: Paper) -> Iterator[ScorePart]:
        """One part, however many followed authors there are."""
        names = [name for keyword in self.keywords for name in keyword.all_authors]
        if found := tuple(found_authors(names, paper)):
            yield ScorePart(Part.AUTHOR, AUTHOR, "; ".join(f"by {author}" for author in found))

    def _category_parts(self, paper: Paper) -> Iterator[ScorePart]:
        asked = [pattern for keyword in self.keywords for pattern in keyword.all_categories]
        for primary in paper.categories[:1]:
            if is_asked_for(primary, asked):
                yield ScorePart(Part.CATEGORY, PRIMARY_CATEGORY, f"in {primary}")

    def _interest_parts(self, paper: Paper) -> Iterator[ScorePart]:
        if self.interests:
            near = self.interests.nearness(paper.title, paper.abstract)
            yield ScorePart(Part.INTERESTS, round(NEARNESS * near.degree, 2), _near(near))


def _keyword_part(keyword: Keyword, paper: Paper) -> ScorePart:
    phrases = found_phrases(keyword, paper)
    in_title = any(phrase.in_title for phrase in phrases)
    why = "; ".join(map(str, phrases))
    return ScorePart(Part.KEYWORD, _phrase_points(phrases), why, keyword.name, in_title)


def _phrase_points(phrases: Sequence[FoundPhrase]) -> float:
    """Of all phrases together: a keyword with many spellings of one thing counts it once."""
    in_title = any(phrase.in_title for phrase in phrases)
    mentions = sum(phrase.in_abstract for phrase in phrases)
    more = min(max(mentions - 1, 0), MOST_MENTIONS)
    return IN_TITLE * in_title + IN_ABSTRACT * (mentions > 0) + MENTION * more


def _fact_parts(facts: PaperFacts) -> Iterator[ScorePart]:
    if facts.venue:
        yield ScorePart(Part.VENUE, VENUE, facts.venue)
    if facts.has_code:
        yield ScorePart(Part.CODE, CODE, "code")


def _near(near: Nearness) -> str:
    name = shortened(one_line(near.name), _LONGEST_NAME)
    return f"near your “{name}”" if near.degree >= NEAR else ""
