"""Figures for Prometheus' textfile collector. The only module that knows prometheus_client.

Format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.domain.fetching import FetchStatus
from digest.domain.runs import Report
from digest.domain.settings import Config
from digest.system.files import write_atomically

_READABLE_FOR_ALL = 0o644  # the collector is another user; there is no address in it


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told after a run."""

    config: Config
    report: Report
    fetch_statuses: Mapping[str, FetchStatus]
    waiting: int
    """Subscribers for whom a mail is on its way or papers wait."""
    ended_at: datetime
    well_at: datetime | None
    """When the last run without any trouble ended."""


def write_metrics(file: Path, figures: Figures) -> None:
    """Replace the file as a whole. Raises OSError."""
    write_atomically(file, _exposition(figures), _READABLE_FOR_ALL)


def _exposition(figures: Figures) -> bytes:
    # Imported here, since few need it and it takes a tenth of a second.
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()

    def tell(name: str, what: str, value: float) -> None:
        Gauge(f"daily_papers_{name}", what, registry=registry).set(value)

    mails = figures.report.mails
    tell("last_run_timestamp_seconds", "When the last run ended.", figures.ended_at.timestamp())
    if figures.well_at:
        well_at = figures.well_at.timestamp()
        tell("last_success_timestamp_seconds", "When the last run without trouble ended.", well_at)
    tell("subscribers", "Subscribers in the configuration.", len(figures.config.subscribers))
    tell("subscribers_waiting", "Subscribers whose papers or mails wait.", figures.waiting)
    tell("mails_sent", "Mails that the last run delivered.", sum(not mail.problem for mail in mails))
    tell("mails_failed", "Mails that it did not deliver.", sum(bool(mail.problem) for mail in mails))
    tell("papers_sent", "Papers in the mails that it delivered.", sum(mail.papers for mail in mails))
    new = Gauge("daily_papers_new", "New papers in the last run.", ["keyword"], registry=registry)
    good = Gauge(
        "daily_papers_keyword_good_timestamp_seconds",
        "When arXiv last answered for the keyword.",
        ["keyword"],
        registry=registry,
    )
    for outcome in figures.report.keywords:
        new.labels(outcome.keyword.name).set(outcome.new)
    for keyword in figures.config.keywords:
        fetch_status = figures.fetch_statuses.get(keyword.id)
        if fetch_status and fetch_status.last_good_at:
            good.labels(keyword.name).set(fetch_status.last_good_at.timestamp())
    return bytes(generate_latest(registry))
