"""What the authors of a paper say about it beside its subject: is there code?"""

from functools import lru_cache

from digest.domain.papers import Paper
from digest.domain.scoring import PaperFacts
from digest.mail.content.phrases import repository


@lru_cache(maxsize=4_096)  # the same papers are ranked for many subscribers
def paper_facts(paper: Paper) -> PaperFacts:
    """What counts when papers are ranked."""
    found = repository(f"{paper.abstract} {paper.comment}")
    return PaperFacts(has_code=found is not None and found.kind == "Code")
