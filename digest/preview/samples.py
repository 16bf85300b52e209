"""A preview of invented subscribers and papers, one for each kind of mail; needs no state and no arXiv."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from digest import bootstrap
from digest.config.load import load_config
from digest.demo.scenario import DAYS
from digest.domain.compose import compose
from digest.domain.digests import Latest
from digest.domain.subscribers import Subscriber
from digest.pipeline.context import RunContext
from digest.preview.dry_run import digest_tab, pending_papers
from digest.preview.models import Preview, Tab
from digest.preview.sample_papers import sample_papers
from digest.system.clock import SystemClock

_SUBSCRIBERS = """\
subscribers:
  - {email: many@example.org, name: Many papers, keywords: [Reward Model, Reasoning, Graph Neural Network]}
  - {email: few@example.org, name: One paper, keywords: [Reward Model]}
  - {email: welcome@example.org, name: A welcome, keywords: [Graph Neural Network]}
  - {email: unanswered@example.org, name: An unanswered keyword, keywords: [Reward Model, Reasoning]}
  - {email: nothing@example.org, name: Nothing new, keywords: [Reasoning]}
"""


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


@contextmanager
def _sample_context(templates: Path | None) -> Iterator[RunContext]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "subscribers.yaml"
        file.write_text(_SUBSCRIBERS, encoding="utf-8")
        config = replace(load_config(file, {}), templates=templates)
        with bootstrap.open_dry_run(config, SystemClock(DAYS[-1])) as context:
            yield context


def _tab(context: RunContext, subscriber: Subscriber, kind: _Kind) -> Tab:
    now = context.clock.now()
    claimed = list(sample_papers(subscriber))[-kind.papers :] if kind.papers else []
    candidates = pending_papers(claimed, welcome=kind.welcome)
    last = subscriber.keywords[-1].id
    unanswered = {last: now - timedelta(days=2)} if kind.unanswered else {}
    ranking = context.rankings.of(subscriber)
    digest = compose(subscriber, candidates, now.date(), unanswered, ranking)
    digest = replace(digest, is_first=kind.welcome)
    if not claimed:
        latest = tuple(Latest(keyword, now.date() - timedelta(days=6)) for keyword in subscriber.keywords)
        digest = replace(digest, latest=latest, announced=1_432)
    return digest_tab(context, digest)
