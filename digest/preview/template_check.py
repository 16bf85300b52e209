"""Finds mistakes in templates: fills them in with invented papers, so that every statement is used."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from digest import bootstrap
from digest.config.load import load_config
from digest.domain.compose import compose
from digest.domain.digests import ArchiveSection, Digest, PendingPaper
from digest.domain.papers import Paper
from digest.domain.runs import Alert
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.errors import ArchiveError, RenderError
from digest.mail.content.fit import DetailLimits
from digest.mail.content.render import MailRenderer
from digest.preview.sample_papers import SamplePaper, sample_papers
from digest.publish.readme import LIMIT_BYTES, ReadmeArchive

# Some keywords that a mail cannot mark in a paper's words, and papers that several keywords find.
_CONFIGURATION = """\
subscribers:
  - {email: somebody@example.org, keywords: [Of a category, Of an archive, Reward Model, Reasoning]}
keywords:
  Of a category: {categories: [cs.LG]}
  Of an archive: {categories: [cs]}
archive: {url: "https://example.org/papers"}
"""

_PAPERS = 8
_TOO_MANY = 2  # papers with a long abstract: few are written faster than many
_NOW = datetime(2026, 6, 25, 7, tzinfo=UTC)
_TITLES_AND_SHORT_CARDS = DetailLimits(abstract_characters=250, abstract_share=0.3, card_share=0.5)


def template_faults(templates: Path | None) -> list[str]:
    """What is wrong with the templates of mails and archive, each fault once, with file and line.

    `templates` is a folder whose templates win over the project's own.
    """
    with TemporaryDirectory() as folder:
        config = _configuration(Path(folder), templates)
        renderer = bootstrap.mail_renderer(config)
        archive = bootstrap.archive_at(Path(folder) / "README.md", config)
        (subscriber,) = config.subscribers
        papers = list(islice(sample_papers(subscriber), _PAPERS))
        uses = [*_mail_uses(renderer, subscriber, papers), *_archive_uses(archive, subscriber, papers)]
        return list(dict.fromkeys(_faults(uses)))


def _configuration(folder: Path, templates: Path | None) -> Config:
    file = folder / "subscribers.yaml"
    file.write_text(_CONFIGURATION, encoding="utf-8")
    return replace(load_config(file, {}), templates=templates)


def _faults(uses: Iterable[Callable[[], object]]) -> Iterator[str]:
    for use in uses:
        try:
            use()
        except (ArchiveError, RenderError) as exc:
            yield str(exc)


def _mail_uses(
    renderer: MailRenderer, subscriber: Subscriber, papers: Sequence[SamplePaper]
) -> Iterator[Callable[[], object]]:
    """Renders every kind of mail: news, a welcome, one of several with details left out, nothing new."""
    news = _digest(subscriber, papers)
    welcome = _digest(subscriber, papers[-2:], welcome=True)
    unanswered = {keyword.id: _NOW - timedelta(days=2) for keyword in subscriber.keywords[:1]}
    nothing = compose(subscriber, [], _NOW.date(), unanswered)
    for digest in (news, welcome, nothing):
        yield partial(renderer.render, digest, "token")
    yield partial(renderer.render, replace(news, part=1, parts=2), "token", _TITLES_AND_SHORT_CARDS)
    for over in (False, True):
        yield partial(renderer.render_alert, Alert(over=over, since=_NOW, runs=3, lines=("a problem",)))


def _digest(subscriber: Subscriber, papers: Iterable[SamplePaper], *, welcome: bool = False) -> Digest:
    candidates = [PendingPaper(paper, keywords, welcome) for paper, keywords in papers]
    return compose(subscriber, candidates, _NOW.date(), {})


def _archive_uses(
    archive: ReadmeArchive, subscriber: Subscriber, samples: Sequence[SamplePaper]
) -> Iterator[Callable[[], object]]:
    """Writes pages with a table, a stale one, one without papers, and one that is too long for GitHub."""
    keyword = subscriber.keywords[0]
    papers = tuple(paper for paper, _ in samples)
    empty = ArchiveSection(keyword, (), None)
    stale = ArchiveSection(keyword, papers, _NOW, stale_since=_NOW)
    too_long = ArchiveSection(keyword, tuple(map(_with_a_long_abstract, papers[:_TOO_MANY])), _NOW)
    for sections in ([stale, empty], [empty], [too_long]):
        yield partial(archive.update, sections)


def _with_a_long_abstract(paper: Paper) -> Paper:
    """So long that one such paper takes half of what GitHub shows of a page."""
    return replace(paper, abstract=paper.abstract * (LIMIT_BYTES // 2 // len(paper.abstract)))
