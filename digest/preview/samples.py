"""A preview of invented subscribers and papers, one for each kind of mail; needs no state and no arXiv."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from digest import bootstrap
from digest.config.load import load_config
from digest.demo.papers import DemoPaper, load_papers
from digest.demo.scenario import DAYS
from digest.domain.compose import compose
from digest.domain.digests import ArchiveSection
from digest.domain.matching import Matcher
from digest.domain.papers import Paper
from digest.domain.subscribers import Subscriber
from digest.errors import ArchiveError, RenderError
from digest.mail.content.fit import DetailLimits
from digest.pipeline.context import RunContext
from digest.preview.dry_run import digest_tab, pending_papers
from digest.preview.models import Preview, Tab
from digest.system.clock import SystemClock

_SUBSCRIBERS = """\
subscribers:
  - {email: many@example.org, name: Many papers, keywords: [Reward Model, Reasoning, Graph Neural Network]}
  - {email: few@example.org, name: One paper, keywords: [Reward Model]}
  - {email: welcome@example.org, name: A welcome, keywords: [Graph Neural Network]}
  - {email: unanswered@example.org, name: An unanswered keyword, keywords: [Reward Model, Reasoning]}
  - {email: nothing@example.org, name: Nothing new, keywords: [Reasoning]}
"""

# Keywords that mark nothing in a paper's words, and papers that several of them find.
_RARE = """\
subscribers:
  - {email: rare@example.org, keywords: [Of a category, Of an archive, Reward Model, Reasoning]}
keywords:
  Of a category: {categories: [cs.LG]}
  Of an archive: {categories: [cs]}
"""


_LONG_ARCHIVE_CHARACTERS = 600_000
"""Of abstracts: more than a published page can show."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of mail: how many papers at most, first ones or new ones, and the last keyword unanswered."""

    papers: int
    welcome: bool = False
    unanswered: bool = False


_KINDS = (_Kind(1000), _Kind(1), _Kind(5, welcome=True), _Kind(3, unanswered=True), _Kind(0))


def sample_preview(templates: Path | None = None) -> Preview:
    """A tab for each kind of mail; templates in that folder replace the project's own."""
    with _sample_context(templates) as context:
        subscribers = zip(context.config.subscribers, _KINDS, strict=True)
        tabs = tuple(_tab(context, subscriber, kind) for subscriber, kind in subscribers)
    return Preview(tabs, ("Everything here is invented, the papers too.",))


def template_faults(templates: Path | None) -> list[str]:
    """The faults of the templates of mails and archive, with file and line: all templates are filled in,
    with what they show every day and with what they show rarely."""
    faults = list(sample_preview(templates).failures)
    with _sample_context(templates, _RARE) as context:
        for check in (_rare_mails, _rare_archives):
            try:
                check(context)
            except (ArchiveError, RenderError) as exc:
                faults.append(str(exc))
    return list(dict.fromkeys(faults))


def _rare_mails(context: RunContext) -> None:
    """Fill in the first of two mails, which shows some papers by title only. Raises RenderError."""
    (subscriber,) = context.config.subscribers
    candidates = pending_papers(list(_claimed(subscriber))[-40:])
    digest = compose(subscriber, candidates, context.clock.now().date(), {})
    renderer = bootstrap.mail_renderer(context.config)
    renderer.render(replace(digest, part=1, parts=2), "token", DetailLimits(card_share=0.5))


def _rare_archives(context: RunContext) -> None:
    """Fill in an archive that is too long, one with a stale table and one without papers.

    Raises ArchiveError.
    """
    (subscriber,) = context.config.subscribers
    papers, now = tuple(paper for paper, _ in _claimed(subscriber)), context.clock.now()
    filled, empty = (ArchiveSection(subscriber.keywords[0], some, now, now) for some in (papers, ()))
    copies = _LONG_ARCHIVE_CHARACTERS // sum(len(paper.abstract) for paper in papers) + 1
    too_long = replace(filled, papers=papers * copies)
    for sections in ([filled, empty], [too_long]):
        bootstrap.archive_at(context.config.file.with_name("archive"), context.config).update(sections)


@contextmanager
def _sample_context(templates: Path | None, subscribers: str = _SUBSCRIBERS) -> Iterator[RunContext]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "subscribers.yaml"
        file.write_text(subscribers, encoding="utf-8")
        config = replace(load_config(file, {}), templates=templates)
        with bootstrap.open_dry_run(config, SystemClock(DAYS[-1]), config.outbox) as context:
            yield context


def _tab(context: RunContext, subscriber: Subscriber, kind: _Kind) -> Tab:
    now = context.clock.now()
    claimed = list(_claimed(subscriber))[-kind.papers :] if kind.papers else []
    candidates = pending_papers(claimed, welcome=kind.welcome)
    last = subscriber.keywords[-1].id
    unanswered = {last: now - timedelta(days=2)} if kind.unanswered else {}
    return digest_tab(context, compose(subscriber, candidates, now.date(), unanswered))


def _claimed(subscriber: Subscriber) -> Iterator[tuple[Paper, frozenset[str]]]:
    """The papers that match this subscriber's keywords, oldest announcement first."""
    matcher = Matcher(subscriber.keywords)
    for paper in map(_as_listed, load_papers()):
        if keys := matcher.claims(paper):
            yield paper, keys


def _as_listed(paper: DemoPaper) -> Paper:
    version = paper.versions[-1]
    return Paper(
        id=paper.id,
        order=paper.order,
        version=version.number,
        title=paper.title,
        abstract=paper.abstract,
        authors=paper.authors,
        categories=paper.categories,
        comment=paper.comment,
        submitted=paper.submitted,
        updated=version.submitted,
        url=paper.url(version),
        pdf_url=paper.pdf_url(version),
    )
