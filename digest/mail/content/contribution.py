"""Find the sentence of an abstract that says what the paper does, in the authors' own words.

Most abstracts begin with what the field knows and lacks. The sentence with the clearest cue wins, such as `we
propose` or `this paper studies`; an earlier one wins over one that is hardly clearer. Nothing is generated.
"""

from functools import lru_cache

from digest.mail.content.cues import score
from digest.mail.content.sentences import sentence_starts
from digest.mail.content.truncate import truncate_at_sentence

LEFT_OUT_BEFORE, LEFT_OUT_AFTER = "…\u00a0", "\u00a0…"

_SEARCHED = 600
"""So many characters of a sentence are searched for cues."""


def contribution(abstract: str) -> str:
    """The sentence of the abstract (one line, without TeX) that says what the paper does."""
    start, end = _place(abstract)
    return abstract[start:end].strip()


@lru_cache(4096)  # the same papers go to many subscribers, and each mail is tried in several lengths
def excerpt(abstract: str, characters: int) -> str:
    """The abstract if it has at most so many characters; else its contribution and what follows, as many
    whole sentences as fit, or else words. `…` stands for what is left out at either end."""
    if len(abstract) <= characters:
        return abstract
    start, _ = _place(abstract)
    before = LEFT_OUT_BEFORE if start else ""
    room = characters - len(before) - len(LEFT_OUT_AFTER)
    return f"{before}{truncate_at_sentence(abstract[start:], max(room, 1))}"


def _place(abstract: str) -> tuple[int, int]:
    """Where the contribution begins and ends."""
    starts = sentence_starts(abstract)
    places = tuple(zip(starts, (*starts[1:], len(abstract)), strict=True))
    scores = [
        score(abstract[start : min(end, start + _SEARCHED)]) - rank
        for rank, (start, end) in enumerate(places)
    ]
    return places[scores.index(max(scores))]
