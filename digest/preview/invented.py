"""Invented readers and papers, one for each kind of mail: for looks without a state and without arXiv."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from digest import app
from digest.clock import SystemClock
from digest.compose import compose
from digest.config.load import load_config
from digest.demo.papers import DemoPaper, load_papers
from digest.demo.story import DAYS
from digest.errors import ArchiveError, RenderError
from digest.keywords import key
from digest.mail.fit import Detail
from digest.matching import Matcher
from digest.models import Paper, Subscriber
from digest.preview.rehearsing import candidates_of, made
from digest.preview.showing import Showing, Tab
from digest.protocols import ArchiveSection
from digest.publish.readme import LIMIT_BYTES
from digest.world import World

_SUBSCRIBERS = """\
subscribers:
  - {email: many@example.org, name: Many papers, keywords: [Reward Model, Reasoning, Graph Neural Network]}
  - {email: few@example.org, name: One paper, keywords: [Reward Model]}
  - {email: welcome@example.org, name: A welcome, keywords: [Graph Neural Network]}
  - {email: unanswered@example.org, name: An unanswered keyword, keywords: [Reward Model, Reasoning]}
  - {email: nothing@example.org, name: Nothing new, keywords: [Reasoning]}
"""

# Keywords that a mail cannot mark in a paper's words, and papers that several of them find.
_RARE = """\
subscribers:
  - {email: rare@example.org, keywords: [Of a category, Of an archive, Reward Model, Reasoning]}
keywords:
  Of a category: {categories: [cs.LG]}
  Of an archive: {categories: [cs]}
"""


@dataclass(frozen=True, slots=True)
class _Kind:
    """So many of a reader's papers, as a welcome or as news; was the last keyword answered?"""

    papers: int
    welcome: bool = False
    unanswered: bool = False


_KINDS = (_Kind(1000), _Kind(1), _Kind(5, welcome=True), _Kind(3, unanswered=True), _Kind(0))


def showing(templates: Path | None = None) -> Showing:
    """A tab for each kind of mail; templates in that folder win, as in a configuration."""
    with _invented_world(templates) as world:
        readers = zip(world.config.subscribers, _KINDS, strict=True)
        tabs = tuple(_tab(world, subscriber, kind) for subscriber, kind in readers)
    return Showing(tabs, ("Everything here is invented, the papers too.",))


def template_faults(templates: Path | None) -> list[str]:
    """What is wrong with the templates of mails and archive, each with file and line: all are filled in,
    with what they show every day and with what they show but seldom."""
    faults = list(showing(templates).failures)
    with _invented_world(templates, _RARE) as world:
        for check in (_rare_mails, _rare_archives):
            try:
                check(world)
            except (ArchiveError, RenderError) as exc:
                faults.append(str(exc))
    return list(dict.fromkeys(faults))


def _rare_mails(world: World) -> None:
    """One of two mails, in which some papers are told by their titles alone. Raises RenderError."""
    (reader,) = world.config.subscribers
    candidates = candidates_of(list(_claimed(reader))[-40:])
    digest = compose(reader, candidates, world.clock.now().date(), {})
    renderer = app.mail_renderer(world.config)
    renderer.render(replace(digest, part=1, parts=2), "token", Detail(with_card=0.5))


def _rare_archives(world: World) -> None:
    """One that is too long, one with an old table and one without papers. Raises ArchiveError."""
    (reader,) = world.config.subscribers
    papers, now = tuple(paper for paper, _ in _claimed(reader)), world.clock.now()
    filled, empty = (ArchiveSection(reader.keywords[0], some, now, now) for some in (papers, ()))
    too_long = replace(
        filled, papers=papers * (LIMIT_BYTES // sum(len(paper.abstract) for paper in papers) + 1)
    )
    for sections in ([filled, empty], [too_long]):
        app.archive_at(world.config.file.with_name("README.md"), world.config).update(sections)


@contextmanager
def _invented_world(templates: Path | None, subscribers: str = _SUBSCRIBERS) -> Iterator[World]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "subscribers.yaml"
        file.write_text(subscribers, encoding="utf-8")
        config = replace(load_config(file, {}), templates=templates)
        with app.open_rehearsal(config, SystemClock(DAYS[-1]), config.outbox) as world:
            yield world


def _tab(world: World, subscriber: Subscriber, kind: _Kind) -> Tab:
    now = world.clock.now()
    claimed = list(_claimed(subscriber))[-kind.papers :] if kind.papers else []
    candidates = candidates_of(claimed, welcome=kind.welcome)
    last = key(subscriber.keywords[-1])
    unanswered = {last: now - timedelta(days=2)} if kind.unanswered else {}
    return made(world, compose(subscriber, candidates, now.date(), unanswered))


def _claimed(subscriber: Subscriber) -> Iterator[tuple[Paper, frozenset[str]]]:
    """The papers that this reader's keywords find, oldest announcement first."""
    matcher = Matcher(subscriber.keywords)
    for paper in map(_as_listed, load_papers()):
        if keys := matcher.claims(paper):
            yield paper, keys


def _as_listed(paper: DemoPaper) -> Paper:
    version = paper.versions[-1]
    return Paper(
        id=paper.id,
        version=version.number,
        title=paper.title,
        abstract=paper.abstract,
        authors=paper.authors,
        categories=paper.categories,
        comment=paper.comment,
        submitted=paper.submitted,
        updated=version.submitted,
    )
