"""What all answers in XML have in common: refuse what is no whole XML document, and tidy its texts."""

import re
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

_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[a-z]+)*)?")
_CONTROL = re.compile(r"(?!\s)[\x00-\x1f\x7f-\x9f]")

_SHOWN = 200
"""How many characters of a remote text an error shows."""


def refuse_other_than_xml(body: bytes) -> None:
    """Raises AnswerRejected (RATE_TEXT, NOT_XML or DTD) for bytes that are no XML, or declare entities."""
    if body.startswith(b"Rate exceeded"):
        raise AnswerRejected(RejectionReason.RATE_TEXT, "arXiv gets too many requests")
    if _HTML_PAGE.match(body):
        raise AnswerRejected(RejectionReason.NOT_XML, "an HTML page")
    if b"\0" in body:  # as in UTF-16 and UTF-32, where the next check would find nothing
        raise AnswerRejected(RejectionReason.NOT_XML, "not in UTF-8")
    if b"<!DOCTYPE" in body:
        raise AnswerRejected(
            RejectionReason.DTD, "the answer declares a document type, which may declare entities"
        )


def malformed_xml(error: expat.ExpatError) -> AnswerBroken:
    """The rejection (CUT_OFF or NOT_XML) of what expat cannot read."""
    reason = RejectionReason.CUT_OFF if error.code in _CUT_OFF else RejectionReason.NOT_XML
    return AnswerBroken(reason, f"{expat.ErrorString(error.code)} in line {error.lineno}")


def tidy(text: str) -> str:
    """The text in one line, without control characters, with few marks on one letter."""
    return " ".join(with_few_marks(_CONTROL.sub("", text)).split())


def category_names(terms: list[str]) -> tuple[str, ...]:
    """Canonical names, each once, without other classifications (`68T50`, `I.2.7`)."""
    return tuple(dict.fromkeys(canonical(term) for term in terms if _CATEGORY.fullmatch(term)))


def shown(text: str) -> str:
    """As much of a remote text as an error shows."""
    return text[:_SHOWN]
