from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from digest.domain.auditing import Audit, KeywordFigures, MissedPaper
from digest.domain.fetching import FetchStatus
from digest.domain.runs import ArchiveOutcome, KeywordOutcome, MailOutcome, Report
from digest.monitoring.prometheus import RunMetrics, write_metrics
from tests.support.builders import NOON, config, keyword, subscriber

ODD = keyword('Self "play"\\', any=("self play",))


def written(folder: Path, metrics: RunMetrics) -> dict[tuple[str, str], float]:
    """The samples in the metrics file, by name and keyword."""
    file = folder / "daily_papers.prom"
    write_metrics(file, metrics)
    assert file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in folder.iterdir()] == [file.name]
    families = text_string_to_metric_families(file.read_text())
    return {
        (sample.name, sample.labels.get("keyword", "")): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_run_becomes_metrics(tmp_path: Path) -> None:
    report = Report(
        (KeywordOutcome(ODD, new=3),),
        (MailOutcome("subscribers[0]", papers=3), MailOutcome("subscribers[1]", problem="refused")),
        ArchiveOutcome(),
    )
    settings = config(tmp_path, subscriber("ada@example.org", ODD))
    metrics = RunMetrics(settings, report, {ODD.id: FetchStatus(last_good_at=NOON)}, 1, NOON, NOON)
    assert written(tmp_path, metrics) == {
        ("daily_papers_last_run_timestamp_seconds", ""): NOON.timestamp(),
        ("daily_papers_last_success_timestamp_seconds", ""): NOON.timestamp(),
        ("daily_papers_subscribers", ""): 1,
        ("daily_papers_subscribers_waiting", ""): 1,
        ("daily_papers_mails_sent", ""): 1,
        ("daily_papers_mails_failed", ""): 1,
        ("daily_papers_papers_sent", ""): 3,
        ("daily_papers_new", ODD.name): 3,
        ("daily_papers_keyword_good_timestamp_seconds", ODD.name): NOON.timestamp(),
    }
    assert "ada@example.org" not in (tmp_path / "daily_papers.prom").read_text()


def test_a_keyword_that_is_an_address_is_masked(tmp_path: Path) -> None:
    name = keyword("ada@example.org")
    report = Report((KeywordOutcome(name, new=3),), (), ArchiveOutcome())
    settings = config(tmp_path, subscriber("bob@example.org", name))
    found = written(
        tmp_path, RunMetrics(settings, report, {name.id: FetchStatus(last_good_at=NOON)}, 0, NOON, None)
    )
    assert {label for _, label in found} == {"", "<address>"}


@pytest.mark.parametrize(
    ("matching", "expected"),
    [(8, {"audit_papers": 8, "audit_missed": 2, "audit_recall": 0.75}), (0, {"audit_papers": 0})],
    ids=["some were missed", "nothing to compare"],
)
def test_the_last_audit_becomes_metrics(tmp_path: Path, matching: int, expected: dict[str, float]) -> None:
    missed = tuple(MissedPaper(id, "not shown") for id in ("2606.00001", "2606.00002")[:matching])
    audit = Audit(NOON, NOON.date(), (KeywordFigures("Odd", matching, 0, 0, missed),))
    nothing = Report((), (), ArchiveOutcome())
    found = written(tmp_path, RunMetrics(config(tmp_path), nothing, {}, 0, NOON, None, audit))
    names = {"audit_timestamp_seconds": NOON.timestamp(), "audit_missed": 0.0, **expected}
    assert {name: value for (name, _), value in found.items() if "_audit_" in name} == {
        f"daily_papers_{name}": value for name, value in names.items()
    }


def test_without_a_good_run_there_is_no_last_success(tmp_path: Path) -> None:
    nothing = Report((), (), ArchiveOutcome())
    names = {name for name, _ in written(tmp_path, RunMetrics(config(tmp_path), nothing, {}, 0, NOON, None))}
    assert "daily_papers_last_run_timestamp_seconds" in names
    assert "daily_papers_last_success_timestamp_seconds" not in names
