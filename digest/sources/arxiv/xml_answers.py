"""What all answers in XML have in common: read only what is a whole XML document, and tidy its texts."""

import re
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from digest.domain.text import with_few_marks
from digest.errors import AnswerBroken, AnswerRejected
from digest.sources.arxiv.categories import canonical
from digest.sources.arxiv.validation import RejectionReason

_HTML_PAGE = re.compile(rb"\s*<(?:!doctype\s+)?html\b", re.IGNORECASE)

_CUT_OFF = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)

_NOT_IN_XML = bytes(code for code in range(32) if code not in b"\t\n\r")
"""Control characters, which no XML may have."""

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[a-z]+)*)?")
_CONTROL = re.compile(r"(?!\s)[\x00-\x1f\x7f-\x9f]")

_SHOWN = 200
"""How many characters of a remote text an error shows."""


def read_xml(
    body: bytes,
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Call these for what expat finds in a whole document in UTF-8, whatever it declares; namespaces end in a
    space. A control character in one item costs nobody else anything: it is left out.

    Raises AnswerRejected (RATE_TEXT, NOT_XML, DTD or CUT_OFF).
    """
    _refuse_other_than_xml(body)
    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(body.translate(None, _NOT_IN_XML), True)
    except expat.ExpatError as exc:
        reason = RejectionReason.CUT_OFF if exc.code in _CUT_OFF else RejectionReason.NOT_XML
        raise AnswerBroken(reason, f"{expat.ErrorString(exc.code)} in line {exc.lineno}") from exc


def _refuse_other_than_xml(body: bytes) -> None:
    if body.startswith(b"Rate exceeded"):
        raise AnswerRejected(RejectionReason.RATE_TEXT, "arXiv gets too many requests")
    if _HTML_PAGE.match(body):
        raise AnswerRejected(RejectionReason.NOT_XML, "an HTML page")
    if b"\0" in body[:4]:  # UTF-16 or UTF-32 (XML 1.0, appendix F)
        raise AnswerRejected(RejectionReason.NOT_XML, "not in UTF-8")


def _refuse_document_type(*_: object) -> NoReturn:
    raise AnswerRejected(
        RejectionReason.DTD, "the answer declares a document type, which may declare entities"
    )


def tidy(text: str) -> str:
    """The text in one line, without control characters, with few marks on one letter."""
    return " ".join(with_few_marks(_CONTROL.sub("", text)).split())


def category_names(terms: list[str]) -> tuple[str, ...]:
    """Canonical names, each once, without other classifications (`68T50`, `I.2.7`)."""
    return tuple(dict.fromkeys(canonical(term) for term in terms if _CATEGORY.fullmatch(term)))


def shown(text: str) -> str:
    """As much of a remote text as an error shows."""
    return text[:_SHOWN]
