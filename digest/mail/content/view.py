"""Turn a digest into the values that its templates show: cleaned, shortened, nothing left to decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from digest.domain.digests import Digest, Entry, Showing
from digest.domain.keywords import Keyword
from digest.domain.settings import MailSettings
from digest.domain.text import shortened
from digest.mail.addresses import contact, unsubscribe_subject, unsubscribe_url
from digest.mail.content.actions import ActionLink, Actions, digest_actions
from digest.mail.content.fit import FULL_DETAIL, Detail
from digest.mail.content.layout import Layout, Placed, PlacedSection, lay_out
from digest.mail.content.paper_view import (
    BRIEF_CHARACTERS,
    EXCERPT_CHARACTERS,
    FormsOf,
    PaperView,
    PaperViews,
    keyword_name,
    only_pdf,
)
from digest.mail.content.phrases import amount_here, long_date, section_amount, subject
from digest.mail.content.remarks import how_ordered, notes, notices, sender_line
from digest.mail.content.truncate import LIST_CHARACTERS, truncate_list

_PREVIEW_CHARACTERS = 140
"""What a list of mails shows of one, behind its subject."""


@dataclass(frozen=True, slots=True)
class ListView:
    """Papers of which there is a line each; `name` is such as `In the title · 22`."""

    name: str
    papers: tuple[PaperView, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """A part of the mail: cards, then lists."""

    name: str
    amount: str
    cards: tuple[PaperView, ...]
    lists: tuple[ListView, ...] = ()
    mute: ActionLink | None = None

    @property
    def papers(self) -> tuple[PaperView, ...]:
        return (*self.cards, *(paper for each in self.lists for paper in each.papers))


@dataclass(frozen=True, slots=True)
class DigestView:
    """`amount` is such as `12 new papers`, `contents` such as (`Reward Model 7`, …) of several keywords."""

    subject: str
    preview: str
    """What a list of mails shows behind the subject: the first paper."""
    date: str
    amount: str
    contents: tuple[str, ...]
    notes: tuple[str, ...]
    """About this mail: a welcome, what is left out; a sentence or two each."""
    notices: tuple[str, ...]
    """Keywords for which arXiv gave no complete answer today; a sentence or two each."""
    start: SectionView | None
    """The picks."""
    sections: tuple[SectionView, ...]
    """The keywords."""
    sender: str
    """Who sends this, when and for what."""
    order: str
    """How the order came about; may be empty."""
    contact: str
    unsubscribe_subject: str
    """Of a mail to `contact`; `unsubscribe_url` is a `mailto:` link that writes it."""
    unsubscribe_url: str
    actions: tuple[ActionLink, ...]
    """How the reader changes what they get."""
    archive_url: str
    feed_url: str
    """Both empty if the configuration names none."""

    @property
    def all_sections(self) -> tuple[SectionView, ...]:
        return (*([self.start] if self.start else []), *self.sections)


def digest_view(
    digest: Digest,
    settings: MailSettings,
    token: str,
    detail: Detail = FULL_DETAIL,
    forms_of: FormsOf = only_pdf,
) -> DigestView:
    """What both parts of the mail show; papers are numbered through all parts and sections.

    `token` is the subscriber's unsubscribe token, `detail` how much of the papers is shown.
    """
    names = [keyword_name(keyword.name) for keyword in _named(digest)]
    actions = digest_actions(digest, settings, token, names)
    layout = lay_out(digest, detail)
    views = PaperViews(forms_of, settings.links, all_forms=detail.forms)
    start = _start(digest, layout, views, actions)
    sections = tuple(_section(digest, section, detail, views, actions) for section in layout.sections)
    remarks = tuple(notes(digest, contact(settings), has_lines=detail.lines > 0))
    return DigestView(
        subject=subject(digest),
        preview=_preview([*([start] if start else []), *sections], remarks),
        date=long_date(digest.date),
        amount=amount_here(digest),
        contents=_contents(layout),
        notes=remarks,
        notices=tuple(notices(digest)),
        start=start,
        sections=sections,
        sender=sender_line(digest, contact(settings), truncate_list(names, LIST_CHARACTERS)),
        order=how_ordered(digest),
        contact=contact(settings),
        unsubscribe_subject=unsubscribe_subject(token),
        unsubscribe_url=unsubscribe_url(settings, token),
        actions=actions.foot,
        archive_url=settings.archive_url or "",
        feed_url=settings.feed_url or "",
    )


def _preview(sections: Sequence[SectionView], remarks: Sequence[str]) -> str:
    titles = (f"First: {paper.title}" for section in sections for paper in section.papers)
    return shortened(next(titles, " ".join(remarks)), _PREVIEW_CHARACTERS)


def _contents(layout: Layout) -> tuple[str, ...]:
    """How many papers each keyword has, if there are several keywords."""
    if len(layout.sections) < 2:
        return ()
    amounts = (
        f"{keyword_name(one.section.keyword.name)} {len(one.section.entries)}" for one in layout.sections
    )
    return truncate_list(list(amounts), LIST_CHARACTERS)


def _named(digest: Digest) -> Sequence[Keyword]:
    """The keywords that the mail says the subscriber has: a name alone may be why a mail was refused, so that
    a mail after a refusal has no others than those of its papers."""
    if digest.showing is Showing.ALL:
        return digest.subscriber.keywords
    return [section.keyword for section in digest.sections]


def _start(digest: Digest, layout: Layout, views: PaperViews, actions: Actions) -> SectionView | None:
    picks = tuple(
        replace(_pick(views, _shown(placed, digest), digest), like=actions.papers.get(placed.entry.paper.id))
        for placed in layout.picks
    )
    return SectionView("Start here", f"{len(picks)} of {len(digest.in_all)}", picks) if picks else None


def _pick(views: PaperViews, placed: Placed, digest: Digest) -> PaperView:
    pick = views.pick(placed)
    is_latest = placed.entry.welcome and not digest.is_first
    return replace(pick, why=f"{_latest_on(placed.keywords[0])}; {pick.why}") if is_latest else pick


def _latest_on(keyword: Keyword) -> str:
    """What the first papers of a new keyword are called beside the news."""
    return f"Latest on {keyword_name(keyword.name)}"


def _section(
    digest: Digest, placed: PlacedSection, detail: Detail, views: PaperViews, actions: Actions
) -> SectionView:
    keyword, entries = placed.section.keyword, placed.section.entries
    is_latest = not digest.is_first and all(entry.welcome for entry in entries)
    characters = None if detail.abstracts else BRIEF_CHARACTERS if placed.is_broad else EXCERPT_CHARACTERS
    cards = (views.card(_shown(one, digest), characters) for one in placed.cards)
    return SectionView(
        _latest_on(keyword) if is_latest else keyword_name(keyword.name),
        section_amount(entries, placed.picked) if len(digest.sections) > 1 or placed.picked else "",
        tuple(cards),
        tuple(_list_views(digest, placed, detail, views)),
        actions.keywords.get(keyword),
    )


def _list_views(
    digest: Digest, placed: PlacedSection, detail: Detail, views: PaperViews
) -> Iterator[ListView]:
    """The first so many lines of all lists together say more than the title."""
    ranks = count()
    for heading, papers in _lists(placed):
        if papers:
            lines = (
                (views.line if next(ranks) < detail.lines else views.title)(_shown(one, digest))
                for one in papers
            )
            yield ListView(f"{heading} · {len(papers)}", tuple(lines))


def _lists(placed: PlacedSection) -> Iterator[tuple[str, tuple[Placed, ...]]]:
    yield "In the title", placed.in_title
    yield "In the abstract only", placed.in_abstract
    yield "More" if placed.cards else "All", placed.others


def _shown(placed: Placed, digest: Digest) -> Placed:
    """With nothing but its number to name the paper, if a mail with more was refused."""
    return replace(placed, entry=_numbered(placed.entry)) if digest.showing is Showing.LINK else placed


def _numbered(entry: Entry) -> Entry:
    return replace(entry, paper=replace(entry.paper, title="", abstract="", authors=(), comment=""))
