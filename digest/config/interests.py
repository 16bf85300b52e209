"""Read one of a subscriber's interests: a file with their library, the id of a paper, or a phrase."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from digest.config import fields
from digest.config.phrases import phrase
from digest.config.quoting import quoted
from digest.config.yaml_document import Document
from digest.domain.interests import LIBRARY_SUFFIXES, Interests
from digest.sources.arxiv.identifiers import paper_id

_OTHER_FILE = re.compile(r"\S+\.(?:csv|docx?|enl|html?|json|nbib|pdf|rdf|tex|tsv|txt|xml)", re.IGNORECASE)


def interest(text: str) -> Interests:
    """The interests with this one alone; a relative path is not resolved yet. Raises ValueError."""
    with suppress(ValueError):
        return Interests(papers=(paper_id(text),))
    if Path(text).suffix.lower() in LIBRARY_SUFFIXES:
        return Interests(files=(fields.path(text),))
    if _OTHER_FILE.fullmatch(text):
        raise ValueError(f"{quoted(text)}: only BibTeX (.bib) and RIS (.ris) are read; export one of these")
    return Interests(phrases=(phrase(text),))


def libraries(document: Document) -> Iterator[Path]:
    """The files that the interests of all subscribers name, each once, whatever else is wrong with them."""
    subscribers = document.at(("subscribers",))
    found: dict[Path, None] = {}
    for number in range(len(subscribers) if isinstance(subscribers, list) else 0):
        for _, text in document.texts(("subscribers", number, "interests")):
            try:
                found.update(dict.fromkeys(interest(text).files))
            except ValueError:
                continue
    return iter(found)
