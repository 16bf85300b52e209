"""papers"""

from dataclasses import dataclass
from datetime import datetime

from digest.sources.arxiv.identifiers import announcement_order


@dataclass(frozen=True, slots=True)
class Paper:
    """One version of a paper as arXiv describes it; titles and abstracts are one line, TeX and all."""

    id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    """Primary category first."""
    comment: str
    submitted: datetime
    """Of the first version. Neither date is that of the announcement."""
    updated: datetime
    """Submission of this version."""

    @property
    def order(self) -> int:
        return announcement_order(self.id)

    @property
    def abs_url(self) -> str:
        return f"https://arxiv.org/abs/{self.id}v{self.version}"

    @property
    def pdf_url(self) -> str:
        return f"https://arxiv.org/pdf/{self.id}v{self.version}"
