"""What the operator and the metrics file get after a run, with a real state."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.domain.auditing import Audit, Finding, Missed
from digest.domain.runs import Report, UnreadInbox
from digest.domain.settings import MonitoringSettings
from digest.domain.subscribers import Suppression, SuppressionReason
from digest.domain.tokens import Signer
from digest.errors import SourceUnavailable, TransportUnavailable
from digest.mail.builder import DigestMailBuilder
from digest.mail.content.render import MailRenderer
from digest.monitoring.monitor import RunMonitor
from digest.pipeline.context import RunContext
from digest.pipeline.run import run
from digest.store.database import Database
from digest.store.queries.suppressions import signing_key, suppress
from digest.store.store import SqlStore
from digest.system.places import templates_folder
from tests.support.builders import config, keyword, paper
from tests.support.fakes import FakeClock, FakeSource, FakeTransport

OPERATOR = "operator@example.org"
DOWN = SourceUnavailable("export.arxiv.example gave no answer")


class Operation:
    """Runs for one subscriber, with a monitor."""

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
        self.monitor = RunMonitor(self.config)

    def context(self) -> RunContext:
        fakes = (self.source, self.store, self.mail_builder, [self.transport], None, self.clock, nullcontext)
        return RunContext(self.config, *fakes)

    def run(self) -> Report:
        context = self.context()
        report = run(context, self.config.subscribers)
        self.monitor.ended(context, report, everybody_served=True)
        self.clock.moment += timedelta(days=1)
        return report

    @property
    def alerts(self) -> list[str]:
        """The texts of the mails to the operator."""
        mails = [mail for mail in self.transport.delivered if mail.recipient == OPERATOR]
        messages = [message_from_bytes(mail.content, policy=policy.default) for mail in mails]
        return [f"{message['Subject']}\n{message.get_content()}" for message in messages]


@pytest.fixture
def operation(tmp_path: Path) -> Iterator[Operation]:
    operation = Operation(tmp_path)
    operation.run()
    yield operation
    operation.store.close()


def test_the_operator_gets_one_mail_when_runs_fail_and_one_when_that_is_over(operation: Operation) -> None:
    good = operation.source.answers["Reward Model"]
    operation.source.answers["Reward Model"] = DOWN
    operation.run()
    assert operation.alerts == []
    operation.run()
    operation.run()
    (alert,) = operation.alerts
    assert alert.startswith("Daily Papers: 2 runs in a row failed\n")
    assert "the first of them on 2026-06-23 12:00 UTC" in " ".join(alert.split())
    assert f"- 1 keyword failed (Reward Model): {DOWN}" in " ".join(alert.split())
    operation.source.answers["Reward Model"] = good
    operation.run()
    operation.run()
    assert [text.partition("\n")[0] for text in operation.alerts[1:]] == ["Daily Papers: all is well again"]


def test_an_alert_that_cannot_be_sent_is_sent_after_the_next_run(operation: Operation) -> None:
    operation.source.answers["Reward Model"] = DOWN
    operation.run()
    operation.transport.troubles[OPERATOR] = [TransportUnavailable("connection refused")]
    operation.run()
    assert operation.alerts == []
    operation.run()
    assert len(operation.alerts) == 1


def missing(*ids: str) -> Finding:
    return Finding(keyword(), ("2606.00001",), tuple(Missed(paper(id), "not shown") for id in ids))


def test_the_operator_gets_one_mail_about_an_audit_that_missed_papers(operation: Operation) -> None:
    def audited(finding: Finding) -> None:
        now = operation.clock.now()
        operation.store.audits.record(Audit(now, now.date(), ()), [finding], now)
        operation.run()
        operation.run()

    audited(missing())
    assert operation.alerts == []
    audited(missing("2606.00777"))
    (alert,) = operation.alerts
    assert alert.startswith("Daily Papers: 1 paper missed, and found now\n")
    words = " ".join(alert.split())
    assert "recall 0.5 of 2: 1 paper was missed; it comes with the next digest, marked as late" in words
    assert "- 2606.00777 (Reward Model): not shown" in words
    file = operation.config.monitoring.metrics_file
    assert file is not None
    assert "daily_papers_audit_recall 0.5\n" in file.read_text()


def test_a_mail_about_an_audit_that_cannot_be_sent_is_sent_after_the_next_run(operation: Operation) -> None:
    now = operation.clock.now()
    operation.store.audits.record(Audit(now, now.date(), ()), [missing("2606.00777")], now)
    operation.transport.troubles[OPERATOR] = [TransportUnavailable("connection refused")]
    operation.run()
    assert operation.alerts == []
    operation.run()
    assert len(operation.alerts) == 1


def test_the_metrics_are_written_after_each_run_and_a_missing_folder_is_logged(
    operation: Operation, caplog: pytest.LogCaptureFixture
) -> None:
    file = operation.config.monitoring.metrics_file
    assert file is not None
    assert "daily_papers_mails_sent 1.0\n" in file.read_text()
    file.unlink()
    operation.monitor = RunMonitor(
        replace(
            operation.config, monitoring=replace(operation.config.monitoring, metrics_file=file / "nowhere")
        )
    )
    operation.run()
    (told,) = caplog.messages
    assert told == (
        f"cannot write the metrics file {file / 'nowhere'}: No such file or directory "
        "(make it, or correct the path)"
    )


def test_nothing_is_reported_where_nothing_is_configured(tmp_path: Path, operation: Operation) -> None:
    (tmp_path / "daily_papers.prom").unlink()
    operation.monitor = RunMonitor(replace(operation.config, monitoring=MonitoringSettings()))
    operation.source.answers["Reward Model"] = DOWN
    operation.run()
    operation.run()
    operation.monitor.started()
    operation.monitor.failed("why")
    operation.monitor.close()
    assert operation.alerts == []
    assert not (tmp_path / "daily_papers.prom").exists()


def test_the_operator_is_told_of_answers_that_nobody_reads(operation: Operation) -> None:
    inbox = UnreadInbox(operation.clock.now(), "the inbox at mx.example.net:993 cannot be used: timed out")
    operation.monitor.unread(operation.context(), inbox)
    (told,) = operation.alerts
    assert told.startswith("Daily Papers: answers by mail are not read\n")
    assert "the inbox at mx.example.net:993 cannot be used: timed out" in " ".join(told.split())
    operation.transport.troubles[OPERATOR] = [TransportUnavailable("connection refused")]
    operation.monitor.unread(operation.context(), inbox)
    assert len(operation.alerts) == 1


def test_the_operator_gets_one_mail_about_who_was_suppressed_whatever_did_it(operation: Operation) -> None:
    email = operation.config.subscribers[0].email
    with operation.store.database.transaction() as connection:
        fingerprint = Signer(signing_key(connection)).fingerprint(email)
        gone = Suppression(SuppressionReason.NO_SUCH_ADDRESS, operation.clock.now(), "5.1.1")
        suppress(connection, fingerprint, gone)
    operation.transport.troubles[OPERATOR] = [TransportUnavailable("connection refused")]
    operation.run()
    assert operation.alerts == []
    operation.run()
    operation.run()
    (notice,) = operation.alerts
    assert notice.startswith("Daily Papers: 1 subscriber suppressed\n")
    words = " ".join(notice.split())
    assert "- subscribers[0]: no such address (5.1.1)" in words
    assert "digest resubscribe EMAIL" in words
    assert email not in notice
