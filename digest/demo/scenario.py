"""Run the demonstration: three days of the whole main job, against the small arXiv."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest import bootstrap
from digest.config.load import load_config
from digest.demo.papers import load_papers
from digest.demo.server import ArxivServer
from digest.errors import DigestError
from digest.pipeline.report import report_lines
from digest.pipeline.run import run
from digest.system.clock import SystemClock

DAYS = tuple(datetime(2026, 6, 23, 7, tzinfo=UTC) + timedelta(days=day) for day in range(3))
"""Mornings after an announcement."""

_SUBSCRIBERS = """\
subscribers:
  - email: ada@example.org
    name: Ada
    keywords: [Reward Model, Reasoning]
  - email: bo@example.org
    keywords: [Graph Neural Network]
"""

_README = "# Daily Papers\n\nA person wrote this; the program does not change it.\n"


def run_scenario(folder: Path) -> Iterator[str]:
    """Run the three days in this folder; yields lines about each as it happens. Raises DigestError."""
    (folder / "subscribers.yaml").write_text(_SUBSCRIBERS, encoding="utf-8")
    (folder / "README.md").write_text(_README, encoding="utf-8")
    yield "Three days with a small arXiv of invented papers, on this machine only."
    with ArxivServer(load_papers(), DAYS[0]) as arxiv:
        environment = {
            "DIGEST_ARXIV_API": arxiv.api_url,
            "DIGEST_ARXIV_FEED": arxiv.feed_url,
            "DIGEST_ARXIV_INTERVAL": "0",
        }
        config = load_config(folder / "subscribers.yaml", environment)
        for day in DAYS:
            arxiv.now = day
            with bootstrap.open_run(config, SystemClock(day), nullcontext) as context:
                report = run(context, config.subscribers)
            yield f"\n{day:%A, %d %B %Y}"
            yield from (f"  {line}" for line in report_lines(report))
            for problem in report.problems.lines:
                raise DigestError(f"the demonstration failed: {problem}")
    yield "\nThe mails, to open in a browser:"
    yield from (f"  {page}" for page in sorted(config.outbox.glob("*.html")))
    yield f"The archive:\n  {folder / 'README.md'}"
    yield f"The subscribers and their keywords:\n  {config.file}"
