"""A digest as its templates see it: ready values, cleaned, with nothing left to decide."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from digest.mail.addresses import contact, unsubscribe_subject, unsubscribe_url
from digest.mail.reasons import reason
from digest.mail.words import amount, authors_line, long_date, plain_date, repository_url, subject
from digest.matching import Segment, mark
from digest.models import Digest, Entry, Keyword, MailSettings, Paper, Section, Unanswered
from digest.plaintext import counted, one_line

_ADDRESS = re.compile(r"(?<!\S)(\S*(?:://|arxiv\.org/)\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper's card. Strings are one line each, and empty where there is nothing to say."""

    number: int
    link: str
    title: str
    title_segments: tuple[Segment, ...]
    authors: str
    facts: tuple[str, ...]
    comment: str
    pdf: str
    code: str
    abstract: str
    abstract_segments: tuple[Segment, ...]
    reason: str
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    name: str
    amount: str
    papers: tuple[PaperView, ...]


@dataclass(frozen=True, slots=True)
class DigestView:
    """`amount` is such as `12 new papers in 3 keywords`, `contents` such as (`Reward Model: 7`, …)."""

    subject: str
    date: str
    amount: str
    contents: tuple[str, ...]
    sections: tuple[SectionView, ...]
    notices: tuple[str, ...]
    """What arXiv did not tell today, each in a sentence or two."""
    subscribed: tuple[str, ...]
    contact: str
    unsubscribe_subject: str
    """What to write to `contact` to get no more; `unsubscribe_url` is a link that does so."""
    unsubscribe_url: str


def digest_view(digest: Digest, settings: MailSettings, token: str) -> DigestView:
    """What both parts of the mail show; papers are numbered through all sections.

    `token` is what the reader unsubscribes with.
    """
    sections, first = [], 1
    for section in digest.sections:
        sections.append(_section_view(section, digest.subscriber.keywords, first))
        first += len(section.entries)
    return DigestView(
        subject=subject(digest),
        date=long_date(digest.date),
        amount=_amount(digest),
        contents=tuple(f"{section.name}: {len(section.papers)}" for section in sections),
        sections=tuple(sections),
        notices=tuple(_notice(missing, digest.subscriber.schedule.timezone) for missing in digest.unanswered),
        subscribed=tuple(one_line(keyword.name) for keyword in digest.subscriber.keywords),
        contact=contact(settings),
        unsubscribe_subject=unsubscribe_subject(token),
        unsubscribe_url=unsubscribe_url(settings, token),
    )


def _amount(digest: Digest) -> str:
    words = amount(digest.entries)
    all_new = digest.entries and not any(entry.welcome for entry in digest.entries)
    return f"{words} in {counted(len(digest.sections), 'keyword')}" if all_new else words


def _notice(missing: Unanswered, timezone: tzinfo) -> str:
    name = one_line(missing.keyword.name)
    if missing.last_good_at is None:
        return f"arXiv has not answered for {name} yet. Nothing is lost: its papers come with a later digest."
    local = missing.last_good_at.astimezone(timezone)
    return (
        f"arXiv did not tell everything for {name} today; its last good answer was on "
        f"{plain_date(local.date())} at {local:%H:%M}. "
        "Nothing is lost: those papers come with the next digest."
    )


def _section_view(section: Section, keywords: Sequence[Keyword], first: int) -> SectionView:
    papers = []
    for number, entry in enumerate(section.entries, first):
        others = [keyword for keyword in keywords if keyword.name in entry.also]
        papers.append(_paper_view(number, entry, (section.keyword, *others)))
    return SectionView(one_line(section.keyword.name), amount(section.entries), tuple(papers))


def _paper_view(number: int, entry: Entry, found_by: Sequence[Keyword]) -> PaperView:
    paper = _cleaned(entry.paper)
    phrases = [phrase for keyword in found_by for phrase in keyword.any + keyword.all]
    return PaperView(
        number=number,
        link=paper.abs_url,
        title=paper.title,
        title_segments=_marked(paper.title, phrases),
        authors=authors_line(paper.authors),
        facts=(plain_date(paper.updated.date()), ", ".join(paper.categories)),
        comment=paper.comment,
        pdf=paper.pdf_url,
        code=repository_url(f"{paper.abstract} {paper.comment}"),
        abstract=paper.abstract,
        abstract_segments=_marked(paper.abstract, phrases),
        reason=one_line(reason(found_by[0], paper)),
        also=tuple(one_line(name) for name in entry.also),
    )


def _cleaned(paper: Paper) -> Paper:
    return replace(
        paper,
        title=one_line(paper.title) or f"arXiv:{paper.id}",
        abstract=one_line(paper.abstract),
        authors=tuple(one_line(author) for author in paper.authors),
        categories=tuple(one_line(category) for category in paper.categories),
        comment=one_line(paper.comment),
    )


def _marked(text: str, phrases: Sequence[str]) -> tuple[Segment, ...]:
    """The text in segments. Web addresses are never marked in part, so that they stay in one piece."""
    segments: list[Segment] = []
    for position, piece in enumerate(_ADDRESS.split(text)):
        is_address = position % 2 == 1
        segments += [Segment(piece, marked=False)] if is_address else mark(piece, phrases)
    return tuple(segments)
