"""The invented papers of the demonstration, and when each version is announced."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from digest.sources.arxiv.identifiers import announcement_order, page_url, pdf_url


@dataclass(frozen=True, slots=True)
class Version:
    """`submitted` by its authors, `announced` by arXiv days or weeks later; both in UTC."""

    number: int
    submitted: datetime
    announced: datetime


@dataclass(frozen=True, slots=True)
class DemoPaper:
    """A paper with all its versions, which share title and abstract. The primary category is first."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    comment: str
    versions: tuple[Version, ...]

    @property
    def order(self) -> int:
        """Grows in the order of announcement."""
        return announcement_order(self.id)

    def url(self, version: Version) -> str:
        """The address at which arXiv would show this version."""
        return page_url(self.id, version.number)

    def pdf_url(self, version: Version) -> str:
        return pdf_url(self.id, version.number)

    @property
    def submitted(self) -> datetime:
        """When the first version was submitted."""
        return self.versions[0].submitted

    def version_at(self, moment: datetime) -> Version | None:
        """The newest version that had been announced by then; None before the first."""
        announced = [version for version in self.versions if version.announced <= moment]
        return announced[-1] if announced else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper in its newest announced version."""

    paper: DemoPaper
    version: Version

    @property
    def name(self) -> str:
        """Such as `2606.00001v2`."""
        return f"{self.paper.id}v{self.version.number}"


def shown_at(papers: Iterable[DemoPaper], moment: datetime) -> list[Shown]:
    """The papers that have been announced by then."""
    return [Shown(paper, version) for paper in papers if (version := paper.version_at(moment))]


def load_papers() -> tuple[DemoPaper, ...]:
    """The papers that come with the project, in the order of their announcement."""
    text = resources.files("digest.demo").joinpath("papers.json").read_text("utf-8")
    return tuple(_paper(record) for record in json.loads(text))


def _paper(record: dict[str, Any]) -> DemoPaper:
    """A record of papers.json; a version is written as `[number, submitted, announced]`."""
    sequences = {name: tuple(record[name]) for name in ("authors", "categories")}
    versions = tuple(_version(*version) for version in record["versions"])
    return DemoPaper(**{**record, **sequences, "versions": versions})


def _version(number: int, submitted: str, announced: str) -> Version:
    return Version(number, datetime.fromisoformat(submitted), datetime.fromisoformat(announced))
