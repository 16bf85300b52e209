"""What the operator, the health check and the metrics file learn, with a real state around."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.domain.runs import Report
from digest.domain.settings import MonitoringSettings
from digest.domain.tokens import Signer
from digest.errors import SourceUnavailable, TransportUnavailable
from digest.mail.builder import DigestMailBuilder
from digest.mail.content.render import MailRenderer
from digest.monitoring.monitor import RunMonitor
from digest.pipeline.context import RunContext
from digest.pipeline.run import run
from digest.store.database import Database
from digest.store.store import SqlStore
from digest.system.templates import templates_folder
from tests.support.builders import config, paper
from tests.support.fakes import FakeClock, FakeSource, FakeTransport

OPERATOR = "operator@example.org"
DOWN = SourceUnavailable("export.arxiv.example gave no answer")


class Keeper:
    """A world of one subscriber, and whoever watches it."""

    def __init__(self, folder: Path) -> None:
        settings = MonitoringSettings(
            metrics_file=folder / "daily_papers.prom", operator=OPERATOR, failed_runs=2
        )
        self.config = config(folder, monitoring=settings)
        self.store = SqlStore.over(Database.open(self.config.state))
        self.source = FakeSource({"Reward Model": [paper()]})
        self.transport, self.clock = FakeTransport(), FakeClock()
        mail = self.config.mail
        self.mail_builder = DigestMailBuilder(MailRenderer(mail, templates_folder()), mail, Signer(bytes(32)))
        self.watch = RunMonitor(self.config)

    def run(self) -> Report:
        fakes = (self.source, self.store, self.mail_builder, [self.transport], None, self.clock, nullcontext)
        context = RunContext(self.config, *fakes)
        report = run(context, self.config.subscribers)
        self.watch.ended(context, report, everybody_served=True)
        self.clock.moment += timedelta(days=1)
        return report

    @property
    def told(self) -> list[str]:
        """The texts of the mails to the operator."""
        mails = [mail for mail in self.transport.delivered if mail.recipient == OPERATOR]
        messages = [message_from_bytes(mail.content, policy=policy.default) for mail in mails]
        return [f"{message['Subject']}\n{message.get_content()}" for message in messages]


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    keeper = Keeper(tmp_path)
    keeper.run()
    yield keeper
    keeper.store.close()


def test_the_operator_gets_one_mail_when_runs_fail_and_one_when_that_is_over(keeper: Keeper) -> None:
    good = keeper.source.answers["Reward Model"]
    keeper.source.answers["Reward Model"] = DOWN
    keeper.run()
    assert keeper.told == []
    keeper.run()
    keeper.run()
    (alarm,) = keeper.told
    assert alarm.startswith("Daily Papers: 2 runs in a row failed\n")
    assert "the first of them on 2026-06-23 12:00 UTC" in " ".join(alarm.split())
    assert f"- 1 keyword failed (Reward Model): {DOWN}" in " ".join(alarm.split())
    keeper.source.answers["Reward Model"] = good
    keeper.run()
    keeper.run()
    assert [text.partition("\n")[0] for text in keeper.told[1:]] == ["Daily Papers: all is well again"]


def test_an_operator_who_cannot_be_told_is_told_after_the_next_run(keeper: Keeper) -> None:
    keeper.source.answers["Reward Model"] = DOWN
    keeper.run()
    keeper.transport.troubles[OPERATOR] = [TransportUnavailable("connection refused")]
    keeper.run()
    assert keeper.told == []
    keeper.run()
    assert len(keeper.told) == 1


def test_the_metrics_are_written_after_each_run_and_a_folder_that_is_gone_harms_nothing(
    keeper: Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    file = keeper.config.monitoring.metrics_file
    assert file is not None
    assert "daily_papers_mails_sent 1.0\n" in file.read_text()
    file.unlink()
    keeper.watch = RunMonitor(
        replace(keeper.config, monitoring=replace(keeper.config.monitoring, metrics_file=file / "nowhere"))
    )
    keeper.run()
    assert caplog.messages == ["the metrics cannot be written: No such file or directory"]


def test_nobody_is_told_where_nobody_is_named(tmp_path: Path, keeper: Keeper) -> None:
    (tmp_path / "daily_papers.prom").unlink()
    keeper.watch = RunMonitor(replace(keeper.config, monitoring=MonitoringSettings()))
    keeper.source.answers["Reward Model"] = DOWN
    keeper.run()
    keeper.run()
    keeper.watch.started()
    keeper.watch.failed("why")
    keeper.watch.close()
    assert keeper.told == []
    assert not (tmp_path / "daily_papers.prom").exists()
