"""OAI-PMH answers of the small arXiv: ListRecords in the format arXivRaw, as arXiv's own server gives them.

Protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html#ListRecords
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode
from xml.etree import ElementTree

from digest.demo.papers import DemoPaper, Shown, shown_at

RECORDS = 2_500
"""In one answer."""

_OAI = "http://www.openarchives.org/OAI/2.0/"
_RAW = "http://arxiv.org/OAI/arXivRaw/"

_FIRST_QUESTION = {"verb", "metadataPrefix", "from", "set"}


def list_records(
    papers: Iterable[DemoPaper], parameters: Mapping[str, str], now: datetime, records: int = RECORDS
) -> bytes:
    """The answer to a request; `records` is how many records it has at most."""
    asked = _asked(parameters)
    if asked is None:
        return _error("badResumptionToken", now)
    if asked["verb"] != "ListRecords" or asked.get("metadataPrefix") != "arXivRaw":
        return _error("badArgument", now)
    since = date.fromisoformat(asked.get("from", "1991-01-01"))
    changed = [
        shown
        for shown in shown_at(papers, now)
        if _datestamp(shown) >= since and _is_in(shown.paper, asked.get("set", ""))
    ]
    changed.sort(key=lambda shown: (_datestamp(shown), shown.paper.id))
    skip = int(asked.get("skip", "0"))
    if not changed[skip:]:
        return _error("noRecordsMatch", now)
    rest = {**asked, "skip": str(skip + records)} if changed[skip + records :] else None
    return _list(changed[skip : skip + records], rest, now)


def _asked(parameters: Mapping[str, str]) -> dict[str, str] | None:
    """The question, which a resumption token repeats; None if the token is none of ours."""
    token = parameters.get("resumptionToken")
    if token is None:
        return dict(parameters)
    asked = dict(parse_qsl(unquote(token)))
    is_ours = "verb" in asked and asked.keys() - _FIRST_QUESTION == {"skip"}
    return asked if is_ours and asked["skip"].isdigit() else None


def _datestamp(shown: Shown) -> date:
    return shown.version.announced.astimezone(UTC).date()


def _is_in(paper: DemoPaper, wanted: str) -> bool:
    """Sets are such as `cs` for `cs.LG`; the demonstration has no paper of physics."""
    return not wanted or any(name.partition(".")[0] == wanted for name in paper.categories)


def _list(page: Iterable[Shown], rest: Mapping[str, str] | None, now: datetime) -> bytes:
    answer = _answer(now)
    records = ElementTree.SubElement(answer, "ListRecords")
    for shown in page:
        _record(records, shown)
    token = ElementTree.SubElement(records, "resumptionToken")
    token.text = quote(urlencode(rest)) if rest else ""
    return _bytes(answer)


def _record(parent: ElementTree.Element, shown: Shown) -> None:
    paper = shown.paper
    record = ElementTree.SubElement(parent, "record")
    header = ElementTree.SubElement(record, "header")
    _add(header, "identifier", f"oai:arXiv.org:{paper.id}")
    _add(header, "datestamp", _datestamp(shown).isoformat())
    raw = ElementTree.SubElement(ElementTree.SubElement(record, "metadata"), "arXivRaw", {"xmlns": _RAW})
    _add(raw, "id", paper.id)
    for version in paper.versions[: paper.versions.index(shown.version) + 1]:
        element = ElementTree.SubElement(raw, "version", {"version": f"v{version.number}"})
        _add(element, "date", f"{version.submitted.astimezone(UTC):%a, %d %b %Y %H:%M:%S} GMT")
    _add(raw, "title", paper.title)
    _add(raw, "authors", ", ".join(paper.authors))
    _add(raw, "categories", " ".join(paper.categories))
    _add(raw, "comments", paper.comment)
    _add(raw, "abstract", f"  {paper.abstract}\n")


def _error(code: str, now: datetime) -> bytes:
    answer = _answer(now)
    ElementTree.SubElement(answer, "error", {"code": code}).text = "The request has no such answer."
    return _bytes(answer)


def _answer(now: datetime) -> ElementTree.Element:
    answer = ElementTree.Element("OAI-PMH", {"xmlns": _OAI})
    _add(answer, "responseDate", f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    return answer


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def _bytes(answer: ElementTree.Element) -> bytes:
    return bytes(ElementTree.tostring(answer, encoding="utf-8", xml_declaration=True))
