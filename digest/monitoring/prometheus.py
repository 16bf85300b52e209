"""Write the metrics file for Prometheus' textfile collector. The only module that knows prometheus_client.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.domain.auditing import Audit
from digest.domain.fetching import FetchStatus
from digest.domain.runs import Report
from digest.domain.settings import Config
from digest.system.files import remove_unfinished, write_atomically
from digest.system.masking import masked

_READABLE_FOR_ALL = 0o644  # the collector runs as another user; the file holds no address


@dataclass(frozen=True, slots=True)
class RunMetrics:
    """What the metrics of a run are made from. Times are in UTC."""

    config: Config
    report: Report
    fetch_statuses: Mapping[str, FetchStatus]
    """By keyword id."""
    waiting: int
    """Subscribers with queued mail or pending papers."""
    ended_at: datetime
    well_at: datetime | None
    """When the last run without a problem ended; None if there was none."""
    audit: Audit | None = None
    """The last audit that gave a figure."""


def write_metrics(file: Path, metrics: RunMetrics) -> None:
    """Replace the metrics file as a whole. Raises OSError."""
    remove_unfinished(file.parent, re.escape(file.name))
    write_atomically(file, _exposition(metrics), _READABLE_FOR_ALL)


def _exposition(metrics: RunMetrics) -> bytes:
    # Imported here: it takes a tenth of a second, and few configurations name a metrics file.
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    for name, (description, value) in _values(metrics).items():
        Gauge(f"daily_papers_{name}", description, registry=registry).set(value)
    new = Gauge("daily_papers_new", "New papers in the last run.", ["keyword"], registry=registry)
    for outcome in metrics.report.keywords:
        new.labels(masked(outcome.keyword.name)).set(outcome.new)
    good = Gauge(
        "daily_papers_keyword_good_timestamp_seconds",
        "When arXiv last answered for the keyword.",
        ["keyword"],
        registry=registry,
    )
    for name, answered_at in _last_answers(metrics).items():
        good.labels(masked(name)).set(answered_at.timestamp())
    return bytes(generate_latest(registry))


def _values(metrics: RunMetrics) -> dict[str, tuple[str, float]]:
    """Description and value of each metric without a label, by its name."""
    mails = metrics.report.mails
    values = {
        "last_run_timestamp_seconds": ("When the last run ended.", metrics.ended_at.timestamp()),
        "subscribers": ("Subscribers in the configuration.", len(metrics.config.subscribers)),
        "subscribers_waiting": ("Subscribers with queued mail or pending papers.", metrics.waiting),
        "mails_sent": ("Mails that the last run delivered.", sum(not mail.problem for mail in mails)),
        "mails_failed": ("Mails that the last run did not deliver.", sum(bool(m.problem) for m in mails)),
        "papers_sent": ("Papers in the mails that it delivered.", sum(mail.papers for mail in mails)),
    }
    if metrics.well_at:
        description = "When the last run without a problem ended."
        values["last_success_timestamp_seconds"] = (description, metrics.well_at.timestamp())
    return values | _audit_values(metrics.audit)


def _audit_values(audit: Audit | None) -> dict[str, tuple[str, float]]:
    """There is no recall where no announced paper matches."""
    if audit is None:
        return {}
    values = {
        "audit_timestamp_seconds": ("When the last audit was made.", audit.audited_at.timestamp()),
        "audit_papers": ("Announced papers that match, by the last audit.", float(audit.matching)),
        "audit_missed": ("Papers of these that were missed.", float(audit.missed)),
    }
    if audit.recall is not None:
        values["audit_recall"] = ("The share of these papers that was not missed.", audit.recall)
    return values


def _last_answers(metrics: RunMetrics) -> dict[str, datetime]:
    """When arXiv last gave a good answer, by the keyword's name."""
    statuses = ((keyword.name, metrics.fetch_statuses.get(keyword.id)) for keyword in metrics.config.keywords)
    return {name: status.last_good_at for name, status in statuses if status and status.last_good_at}
