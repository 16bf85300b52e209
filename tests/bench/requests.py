"""Count the requests to arXiv for 100 keywords in a week of generated papers, from the first day on."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from digest.bootstrap import open_run
from digest.demo.papers import DemoPaper, Version
from digest.demo.server import ArxivServer
from digest.domain.settings import ArxivSettings
from digest.pipeline.run import run
from tests.bench.prose import Prose
from tests.support.builders import config, keyword, subscriber
from tests.support.fakes import FakeClock

_KEYWORDS = 100
_PAPERS_A_DAY = 10
_MONDAY = datetime(2026, 6, 22, 12, tzinfo=UTC)
_DAYS = tuple(_MONDAY + timedelta(days=day) for day in range(7))
_WEEKEND = (5, 6)


def measure() -> str:
    """On the first day every keyword is new; the last two are a weekend."""
    prose = Prose(seed=1)
    keywords = tuple(keyword(prose.phrase()) for _ in range(_KEYWORDS))
    counts = []
    with TemporaryDirectory() as folder, ArxivServer(tuple(_papers(prose)), _MONDAY) as server:
        settings = config(Path(folder), subscriber("rita@example.org", *keywords), arxiv=_polite(server))
        for day in _DAYS:
            server.now = day
            before = len(server.requests)
            with open_run(settings, FakeClock(day), nullcontext) as context:
                run(context, settings.subscribers)
            counts.append(len(server.requests) - before)
    first, *others = counts
    later = ", ".join(map(str, others))
    return f"requests: {_KEYWORDS} keywords cost {first} on the first day, then {later}"


def _polite(server: ArxivServer) -> ArxivSettings:
    return ArxivSettings(server.api_url, server.feed_url, interval_seconds=0.0, retry_scale=0.0)


def _papers(prose: Prose) -> Iterator[DemoPaper]:
    working_days = [day for day in _DAYS if day.weekday() not in _WEEKEND]
    for number, day in enumerate(day for day in working_days for _ in range(_PAPERS_A_DAY)):
        announced = day - timedelta(hours=8)
        yield DemoPaper(
            id=f"2606.{number + 1:05}",
            title=prose.words(10),
            abstract=prose.words(60),
            authors=("Ada Example",),
            categories=("cs.LG",),
            comment="",
            versions=(Version(1, announced - timedelta(days=1), announced),),
        )
