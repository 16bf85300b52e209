"""Turn a digest into the values that its templates show: cleaned, shortened, nothing left to decide."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import lru_cache
from itertools import count, islice

from digest.domain.comments import badge, without_counts
from digest.domain.digests import Digest, Entry, Showing
from digest.domain.evidence import reason
from digest.domain.keywords import Keyword
from digest.domain.links import PaperLink, paper_links, service_links
from digest.domain.matching import Segment, mark
from digest.domain.papers import Paper
from digest.domain.settings import MailSettings
from digest.domain.text import counted, listed, one_line, shortened
from digest.mail.addresses import contact, unsubscribe_subject, unsubscribe_url
from digest.mail.content.actions import Actions, digest_actions
from digest.mail.content.fit import FULL_DETAIL, DetailLevel, DetailLimits
from digest.mail.content.phrases import (
    amount,
    authors_line,
    left_out,
    long_date,
    missing,
    not_in_full,
    plain_date,
    subject,
)
from digest.mail.content.truncate import (
    ALSO_CHARACTERS,
    COMMENT_CHARACTERS,
    LIST_CHARACTERS,
    NAME_CHARACTERS,
    REASON_CHARACTERS,
    truncate_list,
    truncate_paper,
)
from digest.tex.readable import LONGEST, readable

_NAMED_IN_NOTICE = 10
_NOTICES = 4
_COMES_LATER = "Nothing is lost: those papers come with the next digest."
_NOTHING = "Nothing new today: arXiv announced no paper that your keywords find."
_NOTHING_KNOWN = "As far as arXiv answered today, it announced no paper that your keywords find."
_WELCOME = "Welcome! Here are the latest papers for your keywords. From now on you will get new ones only."
_LATE = "announced earlier; arXiv's search did not show it"
_ADDRESS = re.compile(r"(?<!\S)(\S*(?:://|arxiv\.org/)\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper's card; at DetailLevel.TITLE_ONLY just its number, title and link.

    Strings are one line each, and empty where there is nothing to show.
    """

    level: DetailLevel
    number: int
    id: str
    link: str
    title: str
    title_segments: tuple[Segment, ...]
    authors: str = ""
    facts: tuple[str, ...] = ()
    """The day of this version and its primary category, which every card has, and where it was accepted."""
    comment: str = ""
    pdf: str = ""
    links: tuple[PaperLink, ...] = ()
    """What belongs to it elsewhere: code, data, a project page."""
    abstract: str = ""
    abstract_segments: tuple[Segment, ...] = ()
    reason: str = ""
    """Why the paper is in its section; `unmarked_reason` is empty if marked words show it already."""
    unmarked_reason: str = ""
    also: tuple[str, ...] = ()
    late: str = ""
    """Why the paper comes late; at every level."""


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
    """About this mail: a welcome, what is left out; a sentence or two each."""
    notices: tuple[str, ...]
    """Keywords for which arXiv gave no complete answer today; a sentence or two each."""
    sections: tuple[SectionView, ...]
    subscribed: tuple[str, ...]
    contact: str
    unsubscribe_subject: str
    """Of a mail to `contact`; `unsubscribe_url` is a `mailto:` link that writes it."""
    unsubscribe_url: str
    actions: Actions
    archive_url: str
    """Empty if the configuration names none."""


def digest_view(
    digest: Digest, settings: MailSettings, token: str, limits: DetailLimits = FULL_DETAIL
) -> DigestView:
    """What both parts of the mail show; papers are numbered through all sections.

    `token` is the subscriber's unsubscribe token, `limits` how much of the papers is shown.
    """
    sections = tuple(_section_views(digest, limits, settings.links))
    names = [_name(keyword.name) for keyword in _named(digest)]
    return DigestView(
        subject=subject(digest),
        date=long_date(digest.date),
        place=f"mail {digest.part} of {digest.parts}" if digest.parts > 1 else "",
        amount=_amount(digest),
        contents=truncate_list(
            [f"{section.name}: {len(section.papers)}" for section in sections], LIST_CHARACTERS
        ),
        notes=tuple(_notes(digest, {paper.level for section in sections for paper in section.papers})),
        notices=tuple(_notices(digest)),
        sections=sections,
        subscribed=truncate_list(names, LIST_CHARACTERS),
        contact=contact(settings),
        unsubscribe_subject=unsubscribe_subject(token),
        unsubscribe_url=unsubscribe_url(settings, token),
        actions=digest_actions(digest, settings, token, names),
        archive_url=settings.archive_url or "",
    )


def _name(keyword: str) -> str:
    return shortened(one_line(keyword), NAME_CHARACTERS)


def _named(digest: Digest) -> Sequence[Keyword]:
    """The keywords that the mail says the subscriber has: a name alone may be why a mail was refused, so that
    a mail after a refusal has no others than those of its papers."""
    if digest.showing is Showing.ALL:
        return digest.subscriber.keywords
    return [section.keyword for section in digest.sections]


def _amount(digest: Digest) -> str:
    words = amount(digest.entries)
    all_new = digest.entries and not any(entry.welcome for entry in digest.entries)
    return f"{words} in {counted(len(digest.sections), 'keyword')}" if all_new else words


def _notes(digest: Digest, levels: Collection[DetailLevel]) -> Iterator[str]:
    if not digest.entries:
        yield _NOTHING_KNOWN if digest.unanswered else _NOTHING
    elif all(entry.welcome for entry in digest.entries):
        yield _WELCOME
    if digest.showing in (Showing.TITLE, Showing.LINK):
        yield not_in_full(digest.showing)
    elif sentence := left_out(levels):
        yield sentence
    yield from missing(digest.waiting, digest.given_up)


def _notices(digest: Digest) -> Iterator[str]:
    """One for all keywords with the same last good answer: if arXiv is down, these are all keywords."""
    names: dict[datetime | None, list[str]] = {}
    unanswered = digest.unanswered if digest.showing is Showing.ALL else ()
    for one in unanswered:
        names.setdefault(one.last_good_at, []).append(_name(one.keyword.name))
    for last_good_at, group in islice(names.items(), _NOTICES):
        yield _notice(group, last_good_at, digest.subscriber.schedule.timezone)
    if others := sum(len(group) for group in islice(names.values(), _NOTICES, None)):
        yield f"arXiv gave no complete answer for {counted(others, 'more keyword')} today. {_COMES_LATER}"


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
        f"arXiv gave no complete answer for {which} today; its last good one was on "
        f"{plain_date(local.date())} at {local:%H:%M}. {_COMES_LATER}"
    )


def _section_views(digest: Digest, limits: DetailLimits, services: tuple[str, ...]) -> Iterator[SectionView]:
    numbers = count(1)
    for section in digest.sections:
        papers = []
        for rank, entry in enumerate(section.entries):
            if digest.showing is Showing.LINK:
                entry = _numbered(entry)
            others = [keyword for keyword in digest.subscriber.keywords if keyword.name in entry.also]
            policy = _DetailPolicy(limits, rank / len(section.entries), services)
            papers.append(_paper_view(next(numbers), entry, (section.keyword, *others), policy))
        yield SectionView(_name(section.keyword.name), amount(section.entries), tuple(papers))


def _numbered(entry: Entry) -> Entry:
    """The paper with nothing but its number to name it."""
    return replace(entry, paper=replace(entry.paper, title="", abstract="", authors=(), comment=""))


@dataclass(frozen=True, slots=True)
class _DetailPolicy:
    """The limits for one paper; `position` is the share of its section before it, `services` where else links
    lead."""

    limits: DetailLimits
    position: float
    services: tuple[str, ...] = ()

    def apply(self, abstract: str) -> tuple[DetailLevel, str]:
        """The level of a paper with this abstract, and what is shown of the abstract."""
        level = self.limits.level_of(abstract, self.position)
        has_abstract = level in (DetailLevel.FULL, DetailLevel.SHORTENED)
        return level, self.limits.shortened(abstract) if has_abstract else ""


def _paper_view(number: int, entry: Entry, found_by: Sequence[Keyword], policy: _DetailPolicy) -> PaperView:
    paper = _display_paper(entry.paper)
    level, abstract = policy.apply(paper.abstract)
    segments = _marked(paper.title, found_by)
    view = PaperView(
        level, number, paper.id, paper.url, paper.title, segments, late=_LATE if entry.late else ""
    )
    if level is DetailLevel.TITLE_ONLY:
        return view
    card = _with_card(view, replace(entry, paper=paper), found_by, abstract)
    services = service_links(paper, policy.services)
    return replace(card, links=(*paper_links(f"{paper.abstract} {paper.comment}"), *services))


def _with_card(view: PaperView, entry: Entry, found_by: Sequence[Keyword], abstract: str) -> PaperView:
    """`entry` has the paper as displayed; `abstract` is what is shown of its abstract."""
    paper, segments = entry.paper, _marked(abstract, found_by)
    why = shortened(one_line(reason(found_by[0], paper)), REASON_CHARACTERS)
    is_marked = any(segment.marked for segment in view.title_segments + segments)
    return replace(
        view,
        authors=authors_line(paper.authors),
        facts=_facts(paper),
        comment=shortened(without_counts(paper.comment), COMMENT_CHARACTERS),
        pdf=paper.pdf_url,
        abstract=abstract,
        abstract_segments=segments,
        reason=why,
        unmarked_reason="" if is_marked else why,
        also=truncate_list([_name(name) for name in entry.also], ALSO_CHARACTERS) if entry.also else (),
    )


def _facts(paper: Paper) -> tuple[str, ...]:
    venue = badge(paper.comment)
    return (plain_date(paper.updated.date()), *paper.categories[:1], *([venue.text] if venue else []))


@lru_cache(4096)  # the same papers go to many subscribers, and each mail is tried in several lengths
def _display_paper(paper: Paper) -> Paper:
    """The paper with its texts as they are shown: without TeX, on one line, cut to their limits."""
    readable_paper = replace(
        paper,
        title=_readable_line(paper.title),
        abstract=_readable_line(paper.abstract),
        authors=tuple(map(_readable_line, paper.authors)),
        categories=tuple(map(one_line, paper.categories)),
        comment=_readable_line(paper.comment),
    )
    return truncate_paper(readable_paper)


def _readable_line(text: str) -> str:
    """TeX becomes text; the result may hold line ends or unseen characters again, so it is cleaned twice."""
    return one_line(readable(one_line(text[:LONGEST])))


def _marked(text: str, found_by: Sequence[Keyword]) -> tuple[Segment, ...]:
    """The text in segments; what the keywords look for is marked, but never a part of a web address."""
    phrases = [phrase for keyword in found_by for phrase in keyword.phrases]
    segments: list[Segment] = []
    for position, piece in enumerate(_ADDRESS.split(text)):
        is_address = position % 2 == 1
        segments += [Segment(piece, marked=False)] if is_address else mark(piece, phrases)
    return tuple(segments)
