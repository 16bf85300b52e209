"""What the authors of a paper say about it beside its subject: is there code, and who accepted it?"""

from functools import lru_cache

from digest.domain.comments import badge
from digest.domain.links import paper_links
from digest.domain.papers import Paper
from digest.domain.scoring import PaperFacts


@lru_cache(maxsize=4_096)  # the same papers are ranked for many subscribers
def paper_facts(paper: Paper) -> PaperFacts:
    """What counts when papers are ranked."""
    kinds = {link.kind for link in paper_links(f"{paper.abstract} {paper.comment}")}
    accepted = badge(paper.comment)
    return PaperFacts(has_code="Code" in kinds, venue=accepted.text if accepted else "")
