"""Read a file with a library, within limits: what is in it was written by anybody."""

from collections.abc import Iterable
from pathlib import Path

from digest.bibliography import bibtex, ris
from digest.bibliography.records import Library, LibraryFault
from digest.domain.interests import Interest
from digest.domain.text import one_line
from digest.system.files import read_file
from digest.system.remedies import remedy, said
from digest.tex.readable import readable

MOST_BYTES = 10_000_000
"""Of a file: a library of 5,000 papers with their abstracts."""

MOST_PAPERS = 1_000
"""Comparing a paper with more takes longer than a mail is worth."""

MOST_FAULTS = 20

_TITLE_CHARACTERS, _ABSTRACT_CHARACTERS = 600, 3_000


def read_library(file: Path) -> Library:
    """The papers of a BibTeX or RIS file, by its suffix, and what is wrong with it; raises nothing."""
    try:
        text = read_file(file, MOST_BYTES).decode("utf-8-sig")
    except OSError as exc:
        return _unreadable(f"cannot be read ({said(exc)}); {remedy(exc)}")
    except UnicodeDecodeError as exc:
        return _unreadable("not UTF-8; export it as UTF-8", exc.object.count(b"\n", 0, exc.start) + 1)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return library((ris if file.suffix.lower() == ".ris" else bibtex).records(lines))


def library(records: Iterable[bibtex.Record | LibraryFault]) -> Library:
    """The papers with a title, and the faults. Ends where there are too many of either."""
    papers: list[Interest] = []
    faults: list[LibraryFault] = []
    for record in records:
        if len(papers) == MOST_PAPERS:
            problem = (
                f"more than {MOST_PAPERS:,} papers: this one and those after it are not used; export fewer"
            )
            return Library(tuple(papers), (*faults, LibraryFault(record.line, problem)))
        if len(faults) == MOST_FAULTS:
            problem = "so much is wrong that the rest is not read; export the file again"
            return Library(tuple(papers), (*faults, LibraryFault(record.line, problem)))
        _add(record, papers, faults)
    if not papers and not faults:
        return _unreadable("there is no paper in it; export it as BibTeX (.bib) or RIS (.ris)")
    return Library(tuple(papers), tuple(faults))


def _add(record: bibtex.Record | LibraryFault, papers: list[Interest], faults: list[LibraryFault]) -> None:
    if isinstance(record, LibraryFault):
        faults.append(record)
    elif paper := _paper(record):
        papers.append(paper)
    else:
        faults.append(LibraryFault(record.line, "an entry without a title; add one, or delete it"))


def _unreadable(problem: str, line: int | None = None) -> Library:
    return Library(faults=(LibraryFault(line, problem),))


def _paper(record: bibtex.Record) -> Interest | None:
    title = _plain(record.fields.get("title", ""), _TITLE_CHARACTERS)
    return Interest(title, _plain(record.fields.get("abstract", ""), _ABSTRACT_CHARACTERS)) if title else None


def _plain(text: str, characters: int) -> str:
    """The text on one line, without its TeX and the braces that keep capitals."""
    return one_line(readable(one_line(text[:characters]))).replace("{", "").replace("}", "")
