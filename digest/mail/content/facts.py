"""What the authors of a paper say about it beside its subject: is there code?"""

from digest.domain.papers import Paper
from digest.domain.scoring import PaperFacts
from digest.mail.content.phrases import repository


def paper_facts(paper: Paper) -> PaperFacts:
    """What counts when papers are ranked."""
    found = repository(f"{paper.abstract} {paper.comment}")
    return PaperFacts(has_code=found is not None and found.kind == "Code")
