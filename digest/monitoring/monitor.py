"""Report after each run to the health check, the metrics file and the operator. A failure here is logged,
and never ends or delays a run."""

import logging
from collections.abc import Callable
from typing import Protocol

from digest.domain.auditing import Audit
from digest.domain.mails import Mail
from digest.domain.runs import Alert, Report, UnreadInbox
from digest.domain.settings import Config
from digest.errors import DigestError
from digest.monitoring.alerts import alert_after, is_worth_a_mail
from digest.monitoring.healthcheck import HealthCheck
from digest.monitoring.prometheus import RunMetrics, write_metrics
from digest.pipeline.context import RunContext
from digest.system.masking import masked
from digest.system.remedies import remedy, said

logger = logging.getLogger(__name__)

_MOST_RUNS = 500
"""How many runs of the log are read to find a streak of failures or the last good run."""


class Monitor(Protocol):
    """Gets notice of each run."""

    def started(self) -> None:
        """A run begins."""

    def ended(self, context: RunContext, report: Report, *, everybody_served: bool) -> None:
        """A run has ended and is recorded. `everybody_served`: each subscriber whose slot has begun got the
        digest, or there was nothing to send."""

    def audited(self, context: RunContext, report: Report | None = None) -> None:
        """An audit gave a figure, after the run with this report if there was one."""

    def failed(self, reason: str) -> None:
        """A run could not begin or was given up."""

    def unread(self, context: RunContext, inbox: UnreadInbox) -> None:
        """Answers by mail were not read for a day."""

    def close(self) -> None:
        """The program ends."""


class RunMonitor:
    """The Monitor that the configuration describes: health check, metrics file, alerts to the operator."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._settings = config.monitoring
        self._health_check = HealthCheck(self._settings.ping_url) if self._settings.ping_url else None

    def started(self) -> None:
        if self._health_check:
            self._health_check.start()

    def ended(self, context: RunContext, report: Report, *, everybody_served: bool) -> None:
        problems = report.problems.lines
        if problems:
            self.failed("\n".join(problems))
        elif everybody_served and self._health_check:
            self._health_check.success()
        self.audited(context, report)
        self._alert_operator(context)
        self._report_suppressions(context)

    def audited(self, context: RunContext, report: Report | None = None) -> None:
        if report:
            self._write_metrics(context, report)
        audit, operator = context.store.audits.latest(), self._settings.operator
        if audit and operator and is_worth_a_mail(audit, context.store.audits.reported_at()):
            self._send_audit(context, audit, operator)

    def failed(self, reason: str) -> None:
        if self._health_check:
            self._health_check.fail(masked(reason))

    def unread(self, context: RunContext, inbox: UnreadInbox) -> None:
        self.failed(f"answers by mail are not read: {inbox.problem}")
        if not (operator := self._settings.operator):
            return
        try:
            with context.signals_deferred():
                mail = context.mail_builder.build_inbox_notice(inbox, operator, context.clock.now())
                context.transports[0].deliver(mail, lambda: None)
        except DigestError as exc:
            logger.warning("cannot tell the operator that answers are not read: %s", exc)
        else:
            logger.info("sent to the operator: answers are not read")

    def close(self) -> None:
        if self._health_check:
            self._health_check.close()

    def _write_metrics(self, context: RunContext, report: Report) -> None:
        file = self._settings.metrics_file
        if not file:
            return
        try:
            write_metrics(file, self._metrics(context, report))
        except OSError as exc:
            logger.warning("cannot write the metrics file %s: %s (%s)", file, said(exc), remedy(exc))

    def _metrics(self, context: RunContext, report: Report) -> RunMetrics:
        runs = context.store.runs.latest(_MOST_RUNS)
        return RunMetrics(
            config=self._config,
            report=report,
            fetch_statuses=context.store.keywords.fetch_statuses(),
            waiting=len(context.store.mails.has_pending()),
            ended_at=context.clock.now(),
            well_at=next((run.ended_at for run in runs if run.ended_at and not run.failed), None),
            audit=context.store.audits.latest(),
        )

    def _alert_operator(self, context: RunContext) -> None:
        if not self._settings.operator:
            return
        alert = alert_after(
            context.store.runs.latest(_MOST_RUNS),
            raised_at=context.store.runs.alert_raised_at(),
            most_failures=self._settings.failed_runs,
        )
        if alert:
            self._send(context, alert, self._settings.operator)

    def _report_suppressions(self, context: RunContext) -> None:
        """Mail who gets no more mail without having asked for it, whatever stopped it, once."""
        operator, suppressions = self._settings.operator, context.store.suppressions
        labels = {subscriber.email: subscriber.label for subscriber in self._config.subscribers}
        events = suppressions.untold(labels) if operator else ()
        if operator and events:
            now = context.clock.now()
            self._mail_operator(
                context,
                "who gets no more mail",
                lambda: context.mail_builder.build_suppressed(events, operator, now),
                lambda: suppressions.mark_told(events, now),
            )

    def _send_audit(self, context: RunContext, audit: Audit, operator: str) -> None:
        now = context.clock.now()
        self._mail_operator(
            context,
            "the audit's result",
            lambda: context.mail_builder.build_audit_notice(audit, operator, now),
            lambda: context.store.audits.record_report(now),
        )

    def _send(self, context: RunContext, alert: Alert, operator: str) -> None:
        now = context.clock.now()
        self._mail_operator(
            context,
            "all is well again" if alert.over else "runs fail",
            lambda: context.mail_builder.build_alert(alert, operator, now),
            lambda: context.store.runs.record_alert(None if alert.over else now),
        )

    def _mail_operator(
        self, context: RunContext, what: str, build: Callable[[], Mail], record: Callable[[], None]
    ) -> None:
        """Mail it through the transport of the digests. If that fails, it stays due."""
        try:
            with context.signals_deferred():
                context.transports[0].deliver(build(), lambda: None)
                record()
        except DigestError as exc:
            logger.warning("cannot tell the operator: %s (%s)", what, exc)
        else:
            logger.info("sent to the operator: %s", what)
