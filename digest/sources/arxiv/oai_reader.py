"""Split an OAI-PMH answer into its records: texts by the names of their elements, nothing interpreted.

Read with expat and without a tree, so that an answer takes no more memory than its texts.
Format: https://www.openarchives.org/OAI/openarchivesprotocol.html and, of a record,
http://arxiv.org/OAI/arXivRaw.xsd
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.errors import AnswerRejected
from digest.sources.arxiv.validation import RejectionReason
from digest.sources.arxiv.xml_answers import read_xml, shown, tidy

_OAI = "http://www.openarchives.org/OAI/2.0/"
_RAW = "http://arxiv.org/OAI/arXivRaw/"

_FIELDS = {
    **{f"{_OAI} {name}": name for name in ("error", "identifier", "resumptionToken")},
    **{f"{_RAW} {name}": name for name in ("id", "date", "title", "authors", "categories", "comments")},
    f"{_RAW} abstract": "abstract",
}
"""The elements whose text is kept, by namespace and name."""


@dataclass(slots=True)
class RawRecord:
    """A record as it stands: the texts of its elements, and (number, date) of each version."""

    deleted: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    versions: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class RawAnswer:
    """An answer as it stands. `error` is the code of an OAI-PMH error, such as `noRecordsMatch`."""

    records: list[RawRecord] = field(default_factory=list)
    error: str = ""
    explanation: str = ""
    token: str = ""
    """The resumption token; empty where the list ends."""


def read_answer(body: bytes) -> RawAnswer:
    """The answer in these bytes, which must be a whole OAI-PMH document in UTF-8.

    Raises AnswerRejected (RATE_TEXT, NOT_XML, DTD, CUT_OFF or NOT_OAI).
    """
    reader = _Reader()
    read_xml(body, start=reader.start, end=reader.end, text=reader.text)
    if reader.root != f"{_OAI} OAI-PMH":
        raise AnswerRejected(RejectionReason.NOT_OAI, f"its root is {shown(reader.root)}")
    return reader.answer


class _Reader:
    """Collects what expat finds. Of an element that a record has twice, the first counts."""

    def __init__(self) -> None:
        self.answer = RawAnswer()
        self.root = ""
        self._record: RawRecord | None = None
        self._version = ""
        self._element = ""
        self._pieces: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.root = self.root or name
        if name == f"{_OAI} record":
            self._record = RawRecord()
        elif name == f"{_OAI} header" and self._record:
            self._record.deleted = attributes.get("status") == "deleted"
        elif name == f"{_RAW} version":
            self._version = attributes.get("version", "")
        elif name in _FIELDS and not self._element:
            self._element, self._pieces = name, []
            if name == f"{_OAI} error":
                self.answer.error = attributes.get("code", "") or "without code"

    def text(self, text: str) -> None:
        if self._element:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        if name == f"{_OAI} record" and self._record:
            self.answer.records.append(self._record)
            self._record = None
        elif name == self._element:
            self._keep(_FIELDS[name], tidy("".join(self._pieces)))
            self._element = ""

    def _keep(self, name: str, text: str) -> None:
        if name == "resumptionToken":
            self.answer.token = text
        elif name == "error":
            self.answer.explanation = text
        elif name == "date" and self._record:
            self._record.versions.append((self._version, text))
        elif self._record:
            self._record.texts.setdefault(name, text)
