"""Finds mistakes in templates: fills them in with invented papers, so that every statement is used."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.domain.auditing import Audit, KeywordFigures, MissedPaper
from digest.domain.compose import compose
from digest.domain.digests import ArchivedPaper, ArchiveSection, Digest, PendingPaper
from digest.domain.keywords import Keyword
from digest.domain.runs import Alert, UnreadInbox
from digest.domain.settings import MailSettings
from digest.domain.subscribers import Schedule, Subscriber, SuppressionEvent, SuppressionReason
from digest.errors import ArchiveError, RenderError
from digest.mail.content.fit import LEAST_DETAIL, Detail
from digest.mail.content.render import MailRenderer
from digest.preview.sample_papers import SamplePaper, sample_papers
from digest.publish.page import ArchivePages, Link, Links, Part
from digest.publish.search_page import page_files
from digest.system.places import templates_folder
from digest.system.templates import Templates

# Some keywords that a mail cannot mark in a paper's words, and papers that several keywords find.
_SUBSCRIBER = Subscriber(
    "somebody@example.org",
    (
        Keyword("Of a category", categories=("cs.LG",)),
        Keyword("Of an archive", categories=("cs.*",)),
        Keyword("Reward Model", any=("Reward Model",)),
        Keyword("Reasoning", any=("Reasoning",)),
    ),
    Schedule(time(7), ZoneInfo("UTC"), frozenset(range(7))),
)
_SETTINGS = MailSettings(
    "Daily Papers <digest@localhost>",
    archive_url="https://example.org/papers",
    feed_url="https://example.org/all.atom",
)

_COMMENT = "Accepted at ICML 2026. In colour. Code: https://github.com/invented/paper"
_PAPERS = 8
_NOW = datetime(2026, 6, 25, 7, tzinfo=UTC)
_EVENTS = tuple(
    SuppressionEvent(number, _NOW, "subscribers[0]", SuppressionReason.REFUSED, "550 no such user", made=made)
    for number, made in enumerate((True, False))
)
_MISSED = (MissedPaper("2606.00001", "the reason"),)
_AUDIT = Audit(_NOW, _NOW.date(), (KeywordFigures("Reasoning", 2, 1, 0, _MISSED),))


def template_faults(templates: Path | None) -> list[str]:
    """What is wrong with the templates of mails and archive, each fault once, with file and line.

    `templates` is a folder whose templates win over the project's own.
    """
    folders = [folder for folder in (templates, templates_folder()) if folder]
    papers = list(islice(sample_papers(_SUBSCRIBER), _PAPERS))
    renderer = MailRenderer(_SETTINGS, *folders)
    shared = Templates(*folders)
    uses = [*_mail_uses(renderer, papers), *_archive_uses(ArchivePages(shared), papers)]
    uses.append(partial(_search_page, shared, papers))
    return list(dict.fromkeys(_faults(uses)))


def _faults(uses: Iterable[Callable[[], object]]) -> Iterator[str]:
    for use in uses:
        try:
            use()
        except (ArchiveError, RenderError) as exc:
            yield str(exc)


def _mail_uses(renderer: MailRenderer, papers: Sequence[SamplePaper]) -> Iterator[Callable[[], object]]:
    """Renders every kind of mail: news, a welcome, one of several with details left out, nothing new; then
    those to the operator."""
    news = _digest(papers)
    welcome = _digest(papers[-2:], welcome=True)
    unanswered = {keyword.id: _NOW - timedelta(days=2) for keyword in _SUBSCRIBER.keywords[:1]}
    nothing = compose(_SUBSCRIBER, [], _NOW.date(), unanswered)
    for digest in (news, welcome, nothing):
        yield partial(renderer.render, digest, "token")
    for detail in (Detail(cards=1), Detail(cards=0), LEAST_DETAIL):
        yield partial(renderer.render, replace(news, part=1, parts=2), "token", detail)
    for over in (False, True):
        yield partial(renderer.render_alert, Alert(over=over, since=_NOW, runs=3, lines=("a problem",)))
    yield partial(renderer.render_audit, _AUDIT)
    yield partial(renderer.render_inbox, UnreadInbox(_NOW, "a problem"))
    yield partial(renderer.render_suppressions, _EVENTS)


def _digest(papers: Iterable[SamplePaper], *, welcome: bool = False) -> Digest:
    """Every second paper is late; all have a venue and code."""
    candidates = [
        PendingPaper(replace(paper, comment=_COMMENT), keywords, welcome, late=number % 2 == 1)
        for number, (paper, keywords) in enumerate(papers)
    ]
    return compose(_SUBSCRIBER, candidates, _NOW.date(), {})


def _search_page(templates: Templates, samples: Sequence[SamplePaper]) -> None:
    """Makes the page to search in."""
    keyword = _SUBSCRIBER.keywords[0]
    papers = [ArchivedPaper(paper, (keyword,)) for paper, _ in samples]
    for _ in page_files(papers, {keyword: "name"}, "Daily Papers", templates, updated=_NOW.date()):
        pass


def _archive_uses(pages: ArchivePages, samples: Sequence[SamplePaper]) -> Iterator[Callable[[], object]]:
    """Makes pages with tables, a stale one and one without papers; then pages with links and in parts."""
    papers = tuple(paper for paper, _ in samples)
    full, *empty = [ArchiveSection(keyword, (), None) for keyword in _SUBSCRIBER.keywords]
    stale = replace(full, papers=papers, changed_at=_NOW, stale_since=_NOW)
    link = Link("2026-06", "2026-06.md")
    links = Links({full.keyword: "name"}, {full.keyword: "archive/name.md"}, (link,), "index.html", (link,))
    for sections in ([stale, *empty[:1]], empty[:1]):
        yield partial(pages.readme_part, sections)
        yield partial(pages.whole_page, "2026-06", sections)
    yield partial(pages.readme_part, [stale, *empty], 1, links)
    yield partial(pages.whole_page, full.keyword.name, [stale], Part(1, 2, "name.2.md"))
