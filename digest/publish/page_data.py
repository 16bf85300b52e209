"""The papers of the page as scripts: those of a year in one, and the abstracts of a month in one.

Scripts and not JSON, since a page that is opened as a file may load scripts and fetch nothing. What is shown
and searched at once has about 300 bytes a paper; an abstract has 1,400, so abstracts come by month, when
somebody wants them. A file of the past stays as it is, and a paper has a line of its own: Git and caches keep
most of it.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.publish.bibtex import tex_title
from digest.publish.files import PublishedFile
from digest.publish.mark import MARK

# No text ends a script or opens a tag, wherever somebody puts this; before ES2019 the two were line ends.
_UNSAFE = re.compile("[<>&\u2028\u2029]")


class PageData:
    """Collects papers, and gives out the files with them."""

    def __init__(self, stems: Mapping[Keyword, str]) -> None:
        self._stems = stems
        self._papers: defaultdict[str, list[str]] = defaultdict(list)
        self._abstracts: defaultdict[str, list[str]] = defaultdict(list)
        self.count = 0
        self.abstract_bytes = 0

    def add(self, paper: Paper, plain: Paper, keywords: tuple[Keyword, ...]) -> None:
        """Add a paper, as it is and in plain text."""
        record = (
            *(plain.id, plain.order, plain.url, plain.title, plain.authors),
            *(f"{plain.submitted:%Y-%m-%d}", f"{plain.updated:%Y-%m-%d}", plain.categories),
            *([self._stems[keyword] for keyword in keywords], plain.comment),
            tex_title(paper.title, plain.title),
        )
        abstract = _script((plain.id, plain.abstract))
        self._papers[f"{plain.submitted:%Y}"].append(_script(record))
        self._abstracts[f"{plain.submitted:%Y-%m}"].append(abstract)
        self.count += 1
        self.abstract_bytes += len(abstract.encode())

    def files(self, folder: PurePosixPath) -> Iterator[PublishedFile]:
        """The abstracts of each month and the papers of each year, the latest first."""
        for month in sorted(self._abstracts, reverse=True):
            yield _file(folder / f"{month}.js", "abstracts", self._abstracts[month])
        for year in sorted(self._papers, reverse=True):
            yield _file(folder / f"{year}.js", "papers", self._papers[year])


def version_of(file: PublishedFile) -> str:
    """Changes with the content: in an address it keeps a browser from showing what it had before."""
    return hashlib.sha256(file.content).hexdigest()[:8]


def _script(value: object) -> str:
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _file(path: PurePosixPath, function: str, lines: list[str]) -> PublishedFile:
    """A script that calls the page's function with these values, the oldest paper first."""
    values = ",\n".join(reversed(lines))
    return PublishedFile(path, f"// {MARK}\narchive.{function}([\n{values}\n]);\n".encode())
