"""How large a state becomes in five years, and how long a run on it takes.

1,000 subscribers with two of 40 keywords each, and four new papers for each keyword in each of 1,250
announcements. All but the last announcement is written in bulk; from then on the runs are real, against
the small arXiv and a transport that accepts every mail.
"""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from digest.bootstrap import open_run
from digest.demo.papers import DemoPaper
from digest.demo.server import ArxivServer, Reply, Request
from digest.domain.digests import Digest, Entry, Section
from digest.domain.keywords import Keyword
from digest.domain.mails import Mail
from digest.domain.papers import Paper
from digest.domain.settings import ArxivSettings, Config
from digest.domain.subscribers import Subscriber
from digest.domain.tokens import Signer
from digest.mail.builder import DigestMailBuilder
from digest.mail.content.render import MailRenderer
from digest.pipeline.ports import MailBuilder
from digest.pipeline.run import run
from digest.store.column_types import written
from digest.store.database import Database
from digest.store.retention import LOGS_KEPT
from digest.store.store import SqlStore
from digest.system.places import templates_folder
from tests.bench.history import Announced, History, Library, mornings
from tests.support.builders import config, keyword, subscriber
from tests.support.fakes import FakeClock, FakeMailBuilder, FakeTransport

_SUBSCRIBERS = 1_000
_KEYWORDS = 40
_PAPERS_EACH = 4
_ANNOUNCEMENTS = 1_250
_SHOWN_BY_ARXIV = 10
"""Announcements, before the last one; a search never goes back further."""
_SAMPLES = 20
_LAST = datetime(2026, 6, 26, 12, tzinfo=UTC)
_BEFORE = _LAST - timedelta(days=1)
_MONDAY = _LAST + timedelta(days=3)


class TimedArxiv(ArxivServer):
    """Counts the seconds that it takes for its replies: they belong to arXiv, not to the program."""

    seconds = 0.0

    def _answer(self, request: Request) -> Reply:
        start = perf_counter()
        try:
            return super()._answer(request)
        finally:
            self.seconds += perf_counter() - start


@dataclass
class TimedMailBuilder(FakeMailBuilder):
    """Builds real mails, and counts the seconds for it."""

    mail_builder: MailBuilder | None = None
    seconds: float = 0.0

    def build(self, digest: Digest, now: datetime) -> list[Mail]:
        assert self.mail_builder
        start = perf_counter()
        try:
            return list(self.mail_builder.build(digest, now))
        finally:
            self.seconds += perf_counter() - start


def measure() -> str:
    with TemporaryDirectory() as folder:
        settings, papers = build(Path(folder))
        with TimedArxiv(papers, _LAST) as server:
            settings = replace(settings, arxiv=_polite(server))
            everybody = timed_run(settings, server, _LAST)
            size = describe(settings)
            lines = {
                "a run in which everybody gets a mail": everybody,
                "a run right after it, which asks nothing": timed_run(settings, server, _LAST),
                "a run that asks and finds nothing new": timed_run(settings, server, _MONDAY),
            }
    return "\n".join([f"longevity: {size}", *(f"longevity: {name}: {took}" for name, took in lines.items())])


def build(folder: Path) -> tuple[Config, Sequence[DemoPaper]]:
    """The state before the last announcement is asked for, and the papers that arXiv then shows."""
    settings = _settings(folder)
    library = Library(settings.keywords, _PAPERS_EACH)
    latest: list[Announced] = []
    with closing(SqlStore.over(Database.open(settings.state))) as store:
        store.subscriptions.sync(settings, _BEFORE)
    with _hastily(settings.state) as connection:
        history = History(connection, settings.subscribers, _BEFORE - LOGS_KEPT)
        for morning in mornings(_BEFORE, _ANNOUNCEMENTS - 1):
            latest = [*latest[-_SHOWN_BY_ARXIV:], library.announced(morning)]
            history.append(latest[-1], morning)
        history.end(_BEFORE)
        _give_bodies(connection, settings, latest[-1])
    shown = [*latest, library.announced(_LAST)]
    return settings, [paper for announced in shown for _, paper in announced]


def timed_run(settings: Config, server: TimedArxiv, now: datetime) -> str:
    """How long a run takes in a process that has started, and what it spends its time with."""
    server.now = now
    asked, arxiv_before = len(server.requests), server.seconds
    transport, mail_builder = FakeTransport(), TimedMailBuilder()
    start = perf_counter()
    with open_run(settings, FakeClock(now), nullcontext) as context:
        mail_builder.mail_builder = context.mail_builder
        run(replace(context, mail_builder=mail_builder, transports=[transport]), settings.subscribers)
    whole, arxiv = perf_counter() - start, server.seconds - arxiv_before
    took = f"{whole - arxiv:.1f} s"
    if transport.delivered:
        took += f", {mail_builder.seconds:.1f} s of it to build {len(transport.delivered):,} mails"
    return (
        f"{took} (without the {arxiv:.1f} s of the small arXiv for {len(server.requests) - asked} requests)"
    )


def describe(settings: Config) -> str:
    """The number of rows in the state file, and its size."""
    counted = ("count(*) FROM papers", "count(*) FROM deliveries", "count(*), count(content) FROM mails")
    with closing(sqlite3.connect(settings.state)) as connection:
        papers, deliveries, mails, bodies = (
            count for what in counted for count in connection.execute(f"SELECT {what}").fetchone()
        )
    return (
        f"{_SUBSCRIBERS:,} people x {_ANNOUNCEMENTS:,} announcements: {papers:,} papers, "
        f"{deliveries:,} times somebody got one, {mails:,} mails, {bodies:,} of them with their bodies: "
        f"{settings.state.stat().st_size / 1_000_000:.0f} MB"
    )


def _settings(folder: Path) -> Config:
    letters = [chr(ord("a") + number) for number in range(26)]
    keywords = [keyword(f"keyword q{letters[n // 26]}{letters[n % 26]}x") for n in range(_KEYWORDS)]
    return config(folder, *(_subscriber(number, keywords) for number in range(_SUBSCRIBERS)))


def _subscriber(number: int, keywords: Sequence[Keyword]) -> Subscriber:
    first = number % _KEYWORDS
    second = (first + 1 + number // _KEYWORDS) % _KEYWORDS
    label = f"subscribers[{number}]"
    return subscriber(f"subscriber{number}@example.org", keywords[first], keywords[second], label=label)


def _give_bodies(connection: sqlite3.Connection, settings: Config, announced: Announced) -> None:
    """Add real bodies to all mails of the last days whose bodies would still be kept."""
    begin = written(_BEFORE - timedelta(days=settings.mail.keep_days))
    recent = connection.execute("SELECT number FROM mails WHERE settled_at > ?", (begin,)).fetchall()
    signer = Signer(bytes(32))
    mail_builder = DigestMailBuilder(MailRenderer(settings.mail, templates_folder()), settings.mail, signer)
    samples = [
        zlib.compress(mail_builder.build(_digest(subscriber, announced), _BEFORE)[0].content)
        for subscriber in settings.subscribers[:_SAMPLES]
    ]
    connection.executemany(
        "UPDATE mails SET sender = 'digest@example.org', content = ?, message_id = ? WHERE number = ?",
        [
            (content, signer.message_id("rita@example.org", str(number)), number)
            for content, (number,) in zip(cycle(samples), recent, strict=False)
        ],
    )


def _digest(subscriber: Subscriber, announced: Announced) -> Digest:
    def section(wanted: Keyword) -> Section:
        papers = [_paper(paper) for found_by, paper in announced if found_by == wanted]
        return Section(wanted, tuple(Entry(paper, also=(), welcome=False) for paper in papers))

    return Digest(subscriber, _BEFORE.date(), tuple(map(section, subscriber.keywords)))


def _paper(paper: DemoPaper) -> Paper:
    return Paper(
        id=paper.id,
        order=paper.order,
        version=1,
        title=paper.title,
        abstract=paper.abstract,
        authors=paper.authors,
        categories=paper.categories,
        comment=paper.comment,
        submitted=paper.submitted,
        updated=paper.submitted,
        url=paper.url(paper.versions[0]),
        pdf_url=paper.pdf_url(paper.versions[0]),
    )


@contextmanager
def _hastily(state: Path) -> Iterator[sqlite3.Connection]:
    """One transaction without a journal: if it fails, the file is corrupt."""
    with closing(sqlite3.connect(state, isolation_level=None)) as connection:
        for pragma in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -1000000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def _polite(server: ArxivServer) -> ArxivSettings:
    return ArxivSettings(server.api_url, server.feed_url, interval_seconds=0.0, retry_scale=0.0)
