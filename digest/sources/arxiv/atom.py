"""Parse the bytes of an answer into the papers in it.

Formats: https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned and, of
the announcements, https://info.arxiv.org/help/rss_specifications.html
"""

import io
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import feedparser

from digest.domain.papers import Paper
from digest.errors import AnswerBroken, AnswerRejected
from digest.sources.arxiv.atom_filter import Filtered, filtered
from digest.sources.arxiv.identifiers import announcement_order, page_url, pdf_url, split_identifier
from digest.sources.arxiv.responses import AnnouncedPaper, Announcement, Listed, Malformed, Page
from digest.sources.arxiv.validation import RejectionReason
from digest.sources.arxiv.xml_answers import (
    category_names,
    shown,
    tidy,
)
from digest.tex.accents import with_letters

T = TypeVar("T")

_PROBLEM = "problem"
"""The key of what is wrong with an entry's size: no element has it."""

_PAPER = re.compile(r"https?://(?:export\.|www\.)?arxiv\.org/(?:abs|pdf)/(?P<name>.+)")
_ANNOUNCED = re.compile(r"oai:arXiv\.org:(?P<name>.+)")
_KINDS = frozenset({"new", "cross", "replace", "replace-cross"})
_BEFORE_ABSTRACT = re.compile(r"arXiv:\S+ Announce Type: \S+ Abstract: ?")
_ERROR = "/api/errors"

_Record = Mapping[str, Any]
"""An element's children by name, such as `opensearch_totalresults`; values as feedparser found them."""


def parse_page(body: bytes) -> Page:
    """The page of search results that is in these bytes, which must be a whole Atom feed in UTF-8.

    Raises AnswerRejected (RATE_TEXT, NOT_XML, DTD, CUT_OFF, NOT_ATOM, ERROR_FEED or MALFORMED_ENTRY). A
    malformed entry is named beside the papers; most of them malformed reject the page.
    """
    feed, entries = _feed(body)
    papers, malformed = _each(entries, _paper, _PAPER)
    return Page(
        papers=papers,
        malformed=malformed,
        total=_count(feed, "opensearch_totalresults"),
        start=_count(feed, "opensearch_startindex"),
        asked_at=_moment(_text(feed, "updated")),
    )


def parse_list(body: bytes) -> Listed:
    """The papers of an answer to a list of identifiers.

    Some of these ids may not exist: arXiv then leaves out the entry, or sends an empty one with or without
    the id, and counts it or not. So an empty entry and `totalResults` mean nothing here. Raises
    AnswerRejected as `parse_page` otherwise.
    """
    _, entries = _feed(body)
    there = tuple(entry for entry in entries if _text(entry, "id") and _has_content(entry))
    return Listed(*_each(there, _paper, _PAPER))


def _has_content(entry: _Record) -> bool:
    return any(_text(entry, name) for name in ("title", "summary", "published", _PROBLEM))


def parse_announcement(body: bytes) -> Announcement:
    """The announcement in these bytes, which may have no entry. Raises AnswerRejected as `parse_page`."""
    feed, entries = _feed(body)
    announced, malformed = _each(entries, _announced, _ANNOUNCED)
    return Announcement(announced, _moment(_text(feed, "updated")), malformed)


def _feed(body: bytes) -> tuple[_Record, tuple[_Record, ...]]:
    feed, entries = _read(filtered(body))
    _refuse_error(entries)
    return feed, entries


def _read(feed: Filtered) -> tuple[_Record, tuple[_Record, ...]]:
    """The feed's own fields, and its entries. Text is left as it is, also where it looks like markup.

    The records become plain dicts: feedparser's own return `published` for an absent `updated`.
    """
    document = feedparser.parse(
        io.BytesIO(feed.body),
        response_headers={"content-type": "application/atom+xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    entries = zip(document["entries"], feed.problems, strict=True)
    return dict(document["feed"]), tuple({**entry, _PROBLEM: problem} for entry, problem in entries)


def _refuse_error(entries: tuple[_Record, ...]) -> None:
    for entry in entries:
        if _ERROR in _text(entry, "id"):
            raise AnswerBroken(RejectionReason.ERROR_FEED, shown(_text(entry, "summary")))


def _each(
    entries: tuple[_Record, ...], parse: Callable[[_Record], T], form: re.Pattern[str]
) -> tuple[tuple[T, ...], tuple[Malformed, ...]]:
    """The entries that can be parsed, and the others. `form` is that of their ids.

    Raises AnswerBroken that names the first of the others if they are the majority.
    """
    parsed, malformed, complaint = [], [], ""
    for number, entry in enumerate(entries, start=1):
        try:
            _refuse_size(entry)
            parsed.append(parse(entry))
        except ValueError as exc:
            malformed.append(Malformed(_paper_id(entry, form), str(exc)))
            name = shown(_text(entry, "id")) or "without id"
            complaint = complaint or f"entry {number} ({name}): {exc}"
    if 2 * len(malformed) > len(entries):
        raise AnswerBroken(RejectionReason.MALFORMED_ENTRY, complaint)
    return tuple(parsed), tuple(malformed)


def _refuse_size(entry: _Record) -> None:
    if entry[_PROBLEM]:
        raise ValueError(entry[_PROBLEM])


def _paper_id(entry: _Record, form: re.Pattern[str]) -> str:
    try:
        return _identifier(entry, form)[0]
    except ValueError:
        return ""


def _paper(entry: _Record) -> Paper:
    paper_id, version = _identifier(entry, _PAPER)
    return Paper(
        id=paper_id,
        order=announcement_order(paper_id),
        version=version,
        title=_required(entry, "title"),
        abstract=_text(entry, "summary"),
        authors=_authors(entry),
        categories=_categories(entry),
        comment=_text(entry, "arxiv_comment"),
        submitted=_required_moment(entry, "published"),
        updated=_required_moment(entry, "updated"),
        url=page_url(paper_id, version),
        pdf_url=pdf_url(paper_id, version),
    )


def _announced(entry: _Record) -> AnnouncedPaper:
    """An entry of the feed, with letters for the TeX accents that only the feed has."""
    paper_id, version = _identifier(entry, _ANNOUNCED)
    return AnnouncedPaper(
        id=paper_id,
        version=version,
        kind=_kind(entry),
        title=with_letters(_required(entry, "title")),
        abstract=with_letters(_abstract(entry)),
        authors=tuple(with_letters(name) for names in _authors(entry) for name in names.split(", ") if name),
        categories=_categories(entry),
    )


def _kind(entry: _Record) -> str:
    kind = _text(entry, "arxiv_announce_type")
    if kind not in _KINDS:
        raise ValueError(f"announce_type is {shown(kind)!r}")
    return kind


def _abstract(entry: _Record) -> str:
    """The summary without what the feed puts before it: `arXiv:2606.00001v1 Announce Type: new Abstract:`."""
    summary = _text(entry, "summary")
    before = _BEFORE_ABSTRACT.match(summary)
    return summary[before.end() :] if before else summary


def _identifier(entry: _Record, form: re.Pattern[str]) -> tuple[str, int]:
    found = form.fullmatch(_text(entry, "id"))
    paper_id, version = split_identifier(found["name"]) if found else ("", None)
    if version is None:
        raise ValueError("its id does not name a version of a paper")
    return paper_id, version


def _authors(entry: _Record) -> tuple[str, ...]:
    names = (_text(author, "name") for author in entry.get("authors", ()))
    return tuple(name for name in names if name)


def _categories(entry: _Record) -> tuple[str, ...]:
    """The primary category first."""
    terms = [_text(entry.get("arxiv_primary_category"), "term")]
    terms += [_text(tag, "term") for tag in entry.get("tags", ())]
    return category_names(terms)


def _required(record: _Record, name: str) -> str:
    text = _text(record, name)
    if not text:
        raise ValueError(f"no {name}")
    return text


def _required_moment(entry: _Record, name: str) -> datetime:
    moment = _moment(_text(entry, name))
    if moment is None:
        raise ValueError(f"{name} is {shown(_text(entry, name))!r}")
    return moment


def _moment(text: str) -> datetime | None:
    """In UTC; None unless it is a date and time with an offset (RFC 3339, section 5.6)."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _count(feed: _Record, name: str) -> int:
    text = _text(feed, name)
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise AnswerRejected(RejectionReason.NOT_ATOM, f"{name} is {shown(text)!r}")
    return int(text)


def _text(record: object, name: str) -> str:
    """The text in one line, without control characters; empty where there is none."""
    value = record.get(name) if isinstance(record, Mapping) else None
    return tidy(value) if isinstance(value, str) else ""
