"""Invented papers, as arXiv would list them: for mails that need neither a state nor arXiv."""

from collections.abc import Iterator

from digest.demo.papers import DemoPaper, load_papers
from digest.domain.matching import Matcher
from digest.domain.papers import Paper
from digest.domain.subscribers import Subscriber

SamplePaper = tuple[Paper, frozenset[str]]
"""A paper and the ids of the keywords that find it."""


def sample_papers(subscriber: Subscriber) -> Iterator[SamplePaper]:
    """The papers that the subscriber's keywords find, oldest announcement first."""
    matcher = Matcher(subscriber.keywords)
    for paper in map(_as_listed, load_papers()):
        if keys := matcher.claims(paper):
            yield paper, keys


def _as_listed(paper: DemoPaper) -> Paper:
    version = paper.versions[-1]
    return Paper(
        id=paper.id,
        order=paper.order,
        version=version.number,
        title=paper.title,
        abstract=paper.abstract,
        authors=paper.authors,
        categories=paper.categories,
        comment=paper.comment,
        submitted=paper.submitted,
        updated=version.submitted,
        url=paper.url(version),
        pdf_url=paper.pdf_url(version),
    )
