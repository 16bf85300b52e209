"""A digest as its templates see it: ready values, cleaned, with nothing left to decide."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import lru_cache
from itertools import count

from digest.domain.digests import Digest, Entry
from digest.domain.keywords import Keyword
from digest.domain.matching import Segment, mark
from digest.domain.papers import Paper
from digest.domain.settings import MailSettings
from digest.domain.text import counted, one_line
from digest.mail.addresses import contact, unsubscribe_subject, unsubscribe_url
from digest.mail.content.fit import WHOLE, Detail
from digest.mail.content.phrases import (
    Repository,
    Told,
    amount,
    authors_line,
    cut,
    left_out,
    listed,
    long_date,
    plain_date,
    repository,
    subject,
)
from digest.mail.content.reasons import reason
from digest.mail.tex.readable import readable

# So that one record cannot fill a mail, nor be why the others are told in less detail. Real papers have
# less: arXiv takes abstracts of up to 1,920 characters; a few older ones have 2,700 without their TeX.
_TITLE_CHARACTERS = 600

_ABSTRACT_CHARACTERS = 2_800

_COMMENT_CHARACTERS = 300

_REASON_CHARACTERS = 200

_NAME_CHARACTERS = 80

_NAMED_IN_NOTICE = 10

_NOTHING = "Nothing new today: arXiv announced no paper that your keywords find."

_NOTHING_KNOWN = "As far as arXiv answered today, it announced no paper that your keywords find."

_WELCOME = "Welcome! These are the latest papers of your keywords. From now on you get those that are new."

_ADDRESS = re.compile(r"(?<!\S)(\S*(?:://|arxiv\.org/)\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper's card, or of a paper told by its title the number, the title and the link alone.

    Strings are one line each, and empty where there is nothing to say.
    """

    told: Told
    number: int
    id: str
    link: str
    title: str
    title_segments: tuple[Segment, ...]
    authors: str = ""
    facts: tuple[str, ...] = ()
    """The day of this version and its primary category; every card has them."""
    comment: str = ""
    pdf: str = ""
    repository: Repository | None = None
    abstract: str = ""
    abstract_segments: tuple[Segment, ...] = ()
    reason: str = ""
    """Why the paper is in its section; `unmarked_reason` is the same, unless marked words show it."""
    unmarked_reason: str = ""
    also: tuple[str, ...] = ()


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
    place: str
    """Such as `mail 1 of 2`, where there are several."""
    amount: str
    contents: tuple[str, ...]
    notes: tuple[str, ...]
    """What there is to know about this mail, each in a sentence or two."""
    notices: tuple[str, ...]
    """What arXiv did not tell today, in the same way."""
    sections: tuple[SectionView, ...]
    subscribed: tuple[str, ...]
    contact: str
    unsubscribe_subject: str
    """What to write to `contact` to get no more; `unsubscribe_url` is a link that does so."""
    unsubscribe_url: str
    archive_url: str
    """Empty if nobody said where the archive can be read."""


def digest_view(digest: Digest, settings: MailSettings, token: str, detail: Detail = WHOLE) -> DigestView:
    """What both parts of the mail show; papers are numbered through all sections.

    `token` is what the subscriber unsubscribes with.
    """
    sections = tuple(_section_views(digest, detail))
    return DigestView(
        subject=subject(digest),
        date=long_date(digest.date),
        place=f"mail {digest.part} of {digest.parts}" if digest.parts > 1 else "",
        amount=_amount(digest),
        contents=tuple(f"{section.name}: {len(section.papers)}" for section in sections),
        notes=tuple(_notes(digest, {paper.told for section in sections for paper in section.papers})),
        notices=tuple(_notices(digest)),
        sections=sections,
        subscribed=tuple(one_line(keyword.name) for keyword in digest.subscriber.keywords),
        contact=contact(settings),
        unsubscribe_subject=unsubscribe_subject(token),
        unsubscribe_url=unsubscribe_url(settings, token),
        archive_url=settings.archive_url or "",
    )


def _amount(digest: Digest) -> str:
    words = amount(digest.entries)
    all_new = digest.entries and not any(entry.welcome for entry in digest.entries)
    return f"{words} in {counted(len(digest.sections), 'keyword')}" if all_new else words


def _notes(digest: Digest, told: Collection[Told]) -> Iterator[str]:
    if not digest.entries:
        yield _NOTHING_KNOWN if digest.unanswered else _NOTHING
    elif all(entry.welcome for entry in digest.entries):
        yield _WELCOME
    if sentence := left_out(told):
        yield sentence


def _notices(digest: Digest) -> Iterator[str]:
    """One for all keywords with the same last good answer: when arXiv is down, that is every keyword."""
    names: dict[datetime | None, list[str]] = {}
    for missing in digest.unanswered:
        names.setdefault(missing.last_good_at, []).append(one_line(missing.keyword.name))
    for last_good_at, those in names.items():
        yield _notice(those, last_good_at, digest.subscriber.schedule.timezone)


def _notice(names: Sequence[str], last_good_at: datetime | None, timezone: tzinfo) -> str:
    which = listed(names, _NAMED_IN_NOTICE)
    if last_good_at is None:
        whose = "its" if len(names) == 1 else "their"
        return (
            f"arXiv has not answered for {which} yet. "
            f"Nothing is lost: {whose} papers come with a later digest."
        )
    local = last_good_at.astimezone(timezone)
    return (
        f"arXiv did not tell everything for {which} today; its last good answer was on "
        f"{plain_date(local.date())} at {local:%H:%M}. "
        "Nothing is lost: those papers come with the next digest."
    )


def _section_views(digest: Digest, detail: Detail) -> Iterator[SectionView]:
    numbers = count(1)
    for section in digest.sections:
        papers = []
        for rank, entry in enumerate(section.entries):
            others = [keyword for keyword in digest.subscriber.keywords if keyword.name in entry.also]
            telling = _Telling(detail, rank / len(section.entries))
            papers.append(_paper_view(next(numbers), entry, (section.keyword, *others), telling))
        yield SectionView(one_line(section.keyword.name), amount(section.entries), tuple(papers))


@dataclass(frozen=True, slots=True)
class _Telling:
    """How much there is room to tell of a paper before which this share of its section stands."""

    detail: Detail
    before: float

    def of(self, abstract: str) -> Told:
        if self.before >= self.detail.with_card:
            return Told.TITLE
        if abstract and self.before >= self.detail.with_abstract:
            return Told.NO_ABSTRACT
        return Told.ALL if self.detail.shortened(abstract) == abstract else Told.SHORTENED


def _paper_view(number: int, entry: Entry, found_by: Sequence[Keyword], telling: _Telling) -> PaperView:
    paper = _readable(entry.paper)
    told = telling.of(paper.abstract)
    view = PaperView(told, number, paper.id, paper.url, paper.title, _marked(paper.title, found_by))
    if told is Told.TITLE:
        return view
    abstract = "" if told is Told.NO_ABSTRACT else telling.detail.shortened(paper.abstract)
    return _with_card(view, replace(entry, paper=paper), found_by, abstract)


def _with_card(view: PaperView, entry: Entry, found_by: Sequence[Keyword], abstract: str) -> PaperView:
    """`entry` has the readable paper; `abstract` is what is shown of its abstract."""
    paper, segments = entry.paper, _marked(abstract, found_by)
    why = cut(one_line(reason(found_by[0], paper)), _REASON_CHARACTERS)
    is_marked = any(segment.marked for segment in view.title_segments + segments)
    return replace(
        view,
        authors=authors_line(paper.authors),
        facts=(plain_date(paper.updated.date()), *paper.categories[:1]),
        comment=cut(paper.comment, _COMMENT_CHARACTERS),
        pdf=paper.pdf_url,
        repository=repository(f"{paper.abstract} {paper.comment}"),
        abstract=abstract,
        abstract_segments=segments,
        reason=why,
        unmarked_reason="" if is_marked else why,
        also=tuple(one_line(name) for name in entry.also),
    )


@lru_cache(4096)  # the same papers go to many subscribers, and each mail is tried in several lengths
def _readable(paper: Paper) -> Paper:
    return replace(
        paper,
        title=cut(_words(paper.title), _TITLE_CHARACTERS) or f"arXiv:{paper.id}",
        abstract=cut(_words(paper.abstract), _ABSTRACT_CHARACTERS),
        authors=tuple(cut(_words(author), _NAME_CHARACTERS) for author in paper.authors),
        categories=tuple(cut(one_line(category), _NAME_CHARACTERS) for category in paper.categories),
        comment=_words(paper.comment),
    )


def _words(text: str) -> str:
    """Foreign words as they are shown, without TeX."""
    return one_line(readable(one_line(text)))


def _marked(text: str, found_by: Sequence[Keyword]) -> tuple[Segment, ...]:
    """The text in segments; what the keywords look for is marked.

    Web addresses are never marked in part, so that they stay in one piece.
    """
    phrases = [phrase for keyword in found_by for phrase in keyword.any + keyword.all]
    segments: list[Segment] = []
    for position, piece in enumerate(_ADDRESS.split(text)):
        is_address = position % 2 == 1
        segments += [Segment(piece, marked=False)] if is_address else mark(piece, phrases)
    return tuple(segments)
