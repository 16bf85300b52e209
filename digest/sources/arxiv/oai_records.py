"""Turn the records of an OAI-PMH answer in the format arXivRaw into papers, with letters for TeX accents.

Format: http://arxiv.org/OAI/arXivRaw.xsd
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from digest.domain.auditing import ChangedPaper
from digest.domain.papers import Paper
from digest.errors import AnswerRejected
from digest.sources.arxiv.identifiers import announcement_order, page_url, pdf_url, split_identifier
from digest.sources.arxiv.oai_reader import RawRecord, read_answer
from digest.sources.arxiv.validation import RejectionReason
from digest.sources.arxiv.xml_answers import category_names, shown, tidy
from digest.tex.accents import with_letters

NO_RECORDS, BAD_TOKEN = "noRecordsMatch", "badResumptionToken"

_IDENTIFIER = re.compile(r"oai:arXiv\.org:(?P<id>.+)")
_VERSION = re.compile(r"v(?P<number>[1-9][0-9]{0,3})")

_INNERMOST_BRACKETS = re.compile(r"\([^()]*\)")
_DEEPEST_BRACKETS = 10
"""Each takes a pass over the text."""

_BETWEEN_AUTHORS = re.compile(r"[,;]|\band\b|(?<!\\)&")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?")


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """One answer of a list of records."""

    papers: tuple[ChangedPaper, ...]
    ids: frozenset[str]
    """Of all records, also of those that are deleted or cannot be read."""
    unreadable: tuple[str, ...]
    token: str
    """What the next answer is asked for with; empty where the list ends."""
    expired: bool = False
    """The token of the request is not accepted any more."""


def parse_changes(body: bytes) -> ChangesPage:
    """The records in these bytes; a record that cannot be read is left out and named.

    Raises AnswerRejected as read_answer, OAI_ERROR for an error other than NO_RECORDS and BAD_TOKEN, and
    MALFORMED_ENTRY if most records cannot be read.
    """
    answer = read_answer(body)
    if answer.error and answer.error not in (NO_RECORDS, BAD_TOKEN):
        raise AnswerRejected(RejectionReason.OAI_ERROR, shown(f"{answer.error} ({answer.explanation})"))
    papers, ids, unreadable = [], set(), []
    for number, record in enumerate(answer.records, start=1):
        ids |= set(_named(record))
        if record.deleted:
            continue
        try:
            papers.append(_changed_paper(record))
        except ValueError as exc:
            unreadable.append(f"{next(_named(record), f'record {number}')}: {exc}")
    if 2 * len(unreadable) > len(answer.records):
        detail = f"{len(unreadable)} of {len(answer.records)} records, such as {unreadable[0]}"
        raise AnswerRejected(RejectionReason.MALFORMED_ENTRY, detail)
    return ChangesPage(
        tuple(papers), frozenset(ids), tuple(unreadable), answer.token, answer.error == BAD_TOKEN
    )


def author_names(text: str) -> tuple[str, ...]:
    """`A. Example (1), Bo Sample, Jr. and C. Case ((1) Somewhere)` → three names, without affiliations."""
    plain = with_letters(text)
    for _ in range(_DEEPEST_BRACKETS):
        plain = _INNERMOST_BRACKETS.sub(" ", plain)
    names: list[str] = []
    for piece in map(tidy, _BETWEEN_AUTHORS.split(plain)):
        if names and _SUFFIX.fullmatch(piece):
            names[-1] = f"{names[-1]} {piece}"
        elif piece:
            names.append(piece)
    return tuple(names)


def _named(record: RawRecord) -> Iterator[str]:
    """The id in the header of the record, if it is one."""
    found = _IDENTIFIER.fullmatch(record.texts.get("identifier", ""))
    try:
        if found and split_identifier(found["id"])[1] is None:
            yield found["id"]
    except ValueError:
        return


def _changed_paper(record: RawRecord) -> ChangedPaper:
    """Raises ValueError that says what is wrong with the record."""
    paper_id = next(_named(record), "")
    if not paper_id or record.texts.get("id") != paper_id:
        raise ValueError("it does not name one paper")
    versions = sorted(map(_version, record.versions))
    if not versions or versions[0][0] != 1:
        raise ValueError("its first version is missing")
    number, updated = versions[-1]
    paper = Paper(
        id=paper_id,
        order=announcement_order(paper_id),
        version=number,
        title=with_letters(_required(record, "title")),
        abstract=with_letters(record.texts.get("abstract", "")),
        authors=author_names(record.texts.get("authors", "")),
        categories=category_names(_required(record, "categories").split()),
        comment=with_letters(record.texts.get("comments", "")),
        submitted=versions[0][1],
        updated=updated,
        url=page_url(paper_id, number),
        pdf_url=pdf_url(paper_id, number),
    )
    return ChangedPaper(paper, len(versions))


def _version(version: tuple[str, str]) -> tuple[int, datetime]:
    """Number and submission; the date is in the form of mail headers (RFC 5322, section 3.3)."""
    name, date = version
    found = _VERSION.fullmatch(name)
    if not found:
        raise ValueError(f"a version is called {shown(name)!r}")
    try:
        moment = parsedate_to_datetime(date)
        return int(found["number"]), moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise ValueError(f"the date of {name} is {shown(date)!r}") from exc


def _required(record: RawRecord, name: str) -> str:
    text = record.texts.get(name, "")
    if not text:
        raise ValueError(f"no {name}")
    return text
