"""Tells health check, metrics and operator how a run went. Nothing here ends or delays a run."""

import logging
from typing import Protocol

from digest.domain.runs import Report
from digest.domain.settings import Config
from digest.errors import DigestError
from digest.monitoring.alerts import alert_after
from digest.monitoring.healthcheck import HealthCheck
from digest.monitoring.prometheus import Figures, write_metrics
from digest.pipeline.context import RunContext

logger = logging.getLogger(__name__)

_RUNS_TO_JUDGE_BY = 500


class Monitor(Protocol):
    """Whoever wants to know how runs go."""

    def started(self) -> None:
        """A run begins."""

    def ended(self, context: RunContext, report: Report, *, everybody_served: bool) -> None:
        """A run is over and written down. `everybody_served`: whoever's hour has come got their digest,
        or truly had nothing."""

    def failed(self, reason: str) -> None:
        """A run could not be done at all; the reason has no address."""

    def close(self) -> None:
        """The program ends."""


class RunMonitor:
    """Those whom the configuration names."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._settings = config.monitoring
        self._pings = HealthCheck(self._settings.ping_url) if self._settings.ping_url else None

    def started(self) -> None:
        if self._pings:
            self._pings.start()

    def ended(self, context: RunContext, report: Report, *, everybody_served: bool) -> None:
        trouble = report.problems.lines
        if trouble:
            self.failed("\n".join(trouble))
        elif everybody_served and self._pings:
            self._pings.success()
        self._write_metrics(context, report)
        self._tell_operator(context)

    def failed(self, reason: str) -> None:
        if self._pings:
            self._pings.fail(reason)

    def close(self) -> None:
        if self._pings:
            self._pings.close()

    def _write_metrics(self, context: RunContext, report: Report) -> None:
        if not self._settings.metrics_file:
            return
        runs = context.store.runs.latest(_RUNS_TO_JUDGE_BY)
        figures = Figures(
            config=self._config,
            report=report,
            fetch_statuses=context.store.keywords.fetch_statuses(),
            waiting=len(context.store.mails.has_pending()),
            ended_at=context.clock.now(),
            well_at=next((run.ended_at for run in runs if run.ended_at and not run.failed), None),
        )
        try:
            write_metrics(self._settings.metrics_file, figures)
        except OSError as exc:
            logger.warning("the metrics cannot be written: %s", exc.strerror)

    def _tell_operator(self, context: RunContext) -> None:
        """By the transport that carries the digests. What cannot be told now is told after the next run."""
        if not self._settings.operator:
            return
        alarm = alert_after(
            context.store.runs.latest(_RUNS_TO_JUDGE_BY),
            raised_at=context.store.runs.alert_raised_at(),
            most_failures=self._settings.failed_runs,
        )
        if alarm is None:
            return
        now = context.clock.now()
        try:
            with context.signals_deferred():
                mail = context.mail_builder.build_alert(alarm, self._settings.operator, now)
                context.transports[0].deliver(mail, lambda: None)
                context.store.runs.record_alert(None if alarm.over else now)
        except DigestError as exc:
            logger.warning("the operator could not be told: %s", exc)
        else:
            logger.info("the operator was told that %s", "all is well again" if alarm.over else "runs fail")
