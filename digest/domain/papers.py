"""A paper, as every part of the program knows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of a paper. Title and abstract are one line each, with their TeX."""

    id: str
    """The source's name for the paper, the same for all versions."""
    order: int
    """Grows in the order in which the source announces papers."""
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    """Primary category first."""
    comment: str
    submitted: datetime
    """Submission of the first version. Neither date is that of the announcement."""
    updated: datetime
    """Submission of this version."""
    url: str
    """The web page of this version."""
    pdf_url: str
