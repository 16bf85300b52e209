"""Write a feed anew with only what is read of it, before feedparser sees it.

feedparser takes quadratic time over attributes, categories and namespaces, and reads forty vocabularies more.
expat takes linear time over all of them, so it chooses; what has far more than any paper has is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from digest.errors import AnswerRejected
from digest.sources.arxiv.validation import RejectionReason
from digest.sources.arxiv.xml_answers import read_xml, shown

MAX_ENTRIES = 4_000
"""arXiv shows 2,000 at most."""

MAX_ELEMENTS = 20_000
"""Of an entry that are read, authors and their names included; the largest collaborations have 5,000."""

MAX_CATEGORIES = 200

_ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACES = {
    _ATOM: "",
    "http://a9.com/-/spec/opensearch/1.1/": "opensearch:",
    "http://arxiv.org/schemas/atom": "arxiv:",
    "http://purl.org/dc/elements/1.1/": "dc:",
}
_HEAD = "<feed {}>".format(
    " ".join(f'xmlns{":" * bool(p)}{p[:-1]}="{uri}"' for uri, p in _NAMESPACES.items())
)

_LONGEST = {
    "feed/updated": 100,
    "feed/opensearch:totalResults": 1_000,
    "feed/opensearch:startIndex": 1_000,
    "feed/entry/id": 1_000,
    "feed/entry/title": 10_000,
    "feed/entry/updated": 100,
    "feed/entry/published": 100,
    "feed/entry/summary": 100_000,
    "feed/entry/author/name": 10_000,
    "feed/entry/arxiv:comment": 20_000,
    "feed/entry/arxiv:announce_type": 100,
    "feed/entry/dc:creator": 500_000,
}
"""The elements whose text is read, and how many characters it may have."""

_TERMS = frozenset({"feed/entry/category", "feed/entry/arxiv:primary_category"})
_LONGEST_TERM = 1_000
_READ = _LONGEST.keys() | _TERMS | {"feed", "feed/entry", "feed/entry/author"}


@dataclass(frozen=True, slots=True)
class Filtered:
    """The feed anew, and for each entry what is wrong with its size, or nothing."""

    body: bytes
    problems: tuple[str, ...]


def filtered(body: bytes) -> Filtered:
    """Raises AnswerRejected (RATE_TEXT, NOT_XML, DTD, CUT_OFF, NOT_ATOM or TOO_MANY) unless the bytes are a
    whole Atom feed. The encoding is UTF-8, whatever the document declares."""
    writer = _Writer()
    read_xml(body, start=writer.start, end=writer.end, text=writer.text)
    if writer.root != f"{_ATOM} feed":
        raise AnswerRejected(RejectionReason.NOT_ATOM, f"its root is {shown(writer.root)}")
    return Filtered("".join((_HEAD, *writer.feed.pieces, "</feed>")).encode(), tuple(writer.problems))


@dataclass(slots=True)
class _Element:
    """What is written of the feed or of an entry. Of an entry with a problem, the id is written."""

    pieces: list[str] = field(default_factory=list)
    categories: int = 0
    problem: str = ""
    id: str = ""

    def write(self, name: str, text: str, longest: int) -> None:
        if len(text) > longest:
            self.problem = self.problem or f"its {name} has {len(text)} characters"
            return
        piece = f"<{name}>{escape(text)}</{name}>"
        self.id = piece if name == "id" else self.id
        self.pieces.append(piece)


class _Writer:
    def __init__(self) -> None:
        self.root = ""
        self.feed = _Element()
        self.problems: list[str] = []
        self._entry: _Element | None = None
        self._path: list[str] = []
        self._foreign = 0  # depth below the elements that are not read
        self._text: list[str] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.root = self.root or name
        uri, _, local = name.rpartition(" ")
        path = "/".join((*self._path, _NAMESPACES.get(uri, "? ") + local))
        if self._foreign or path not in _READ:
            self._foreign += 1
            return
        self._path.append(path.rpartition("/")[2])
        self._begin(path, attributes)

    def _begin(self, path: str, attributes: Mapping[str, str]) -> None:
        if path == "feed/entry":
            self._entry = _Element()
        elif path in _LONGEST:
            self._text = []
        elif self._entry and path in _TERMS:
            self._term(path.rpartition("/")[2], attributes.get("term", ""))
        elif self._entry and path == "feed/entry/author":
            self._entry.pieces.append("<author>")

    def _term(self, name: str, term: str) -> None:
        if not self._entry:
            return
        self._entry.categories += 1
        if self._entry.categories > MAX_CATEGORIES or len(term) > _LONGEST_TERM:
            self._entry.problem = self._entry.problem or "it has too many or too long categories"
        else:
            self._entry.pieces.append(f"<{name} term={quoteattr(term)}/>")

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, _: str) -> None:
        if self._foreign:
            self._foreign -= 1
            return
        path = "/".join(self._path)
        name = self._path.pop()
        if path in _LONGEST:
            (self._entry or self.feed).write(name, "".join(self._text or ()), _LONGEST[path])
            self._text = None
        elif path == "feed/entry" and self._entry:
            self._keep(self._entry)
        elif path == "feed/entry/author" and self._entry:
            self._entry.pieces.append("</author>")

    def _keep(self, entry: _Element) -> None:
        if len(entry.pieces) > MAX_ELEMENTS:
            entry.problem = entry.problem or f"it has {len(entry.pieces)} elements"
        if len(self.problems) >= MAX_ENTRIES:
            raise AnswerRejected(RejectionReason.TOO_MANY, f"more than {MAX_ENTRIES} entries")
        self.problems.append(entry.problem)
        pieces = [entry.id] if entry.problem else entry.pieces
        self.feed.pieces.append(f"<entry>{''.join(pieces)}</entry>")
        self._entry = None
