"""A run with fakes around a real state, from day to day."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

from digest.domain.runs import Report
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.pipeline.context import RunContext
from digest.pipeline.run import recorded_run, run
from digest.store.database import Database
from digest.store.store import SqlStore
from tests.support.builders import config, paper
from tests.support.fakes import FakeArchive, FakeClock, FakeMailBuilder, FakeSource, FakeTransport


class Life:
    """Fakes and a state that go on from run to run."""

    def __init__(self, folder: Path, settings: Config) -> None:
        self.config = settings
        self.source, self.mail_builder, self.transport = FakeSource(), FakeMailBuilder(), FakeTransport()
        self.archive, self.clock = FakeArchive(), FakeClock()
        self.transports: list[FakeTransport] = []
        """In place of the one transport, where several mails are on their way at the same time."""
        self.signals_deferred: Callable[[], AbstractContextManager[None]] = nullcontext
        self.database = Database.open(folder / "state" / "digest.sqlite3")
        self.store = SqlStore.over(self.database)

    def run(self, *subscribers: Subscriber) -> Report:
        return run(self.context(), subscribers or self.config.subscribers)

    def retry_deferred(self, *subscribers: Subscriber) -> Report:
        with recorded_run(self.context()) as this:
            this.retry_deferred(subscribers or self.config.subscribers)
        return this.report

    def context(self) -> RunContext:
        return RunContext(
            self.config,
            self.source,
            self.store,
            self.mail_builder,
            self.transports or [self.transport],
            self.archive,
            self.clock,
            self.signals_deferred,
            preferences=self.store.preferences,
        )

    def announce(self, name: str, *ids: str) -> None:
        """Add papers to what arXiv answers to a keyword."""
        before = self.source.answers.get(name, ())
        assert not isinstance(before, Exception)
        self.source.answers[name] = (*before, *(paper(id) for id in ids))

    def tomorrow(self) -> None:
        self.clock.moment += timedelta(days=1)


@contextmanager
def a_life(folder: Path, *subscribers: Subscriber) -> Iterator[Life]:
    life = Life(folder, config(folder, *subscribers))
    yield life
    life.store.close()
