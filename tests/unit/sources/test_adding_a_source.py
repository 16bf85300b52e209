"""CONTRIBUTING says what to touch to add a source: the example source is added in just that way."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest import bootstrap
from digest.domain.runs import KeywordOutcome, Report
from digest.domain.settings import Config
from digest.pipeline.ports import Source
from digest.pipeline.run import run
from digest.system.clock import Clock
from tests.support.builders import config, keyword, subscriber
from tests.support.example_source.source import ExampleSource
from tests.support.fakes import FakeClock

PROJECT = Path(__file__).parents[3]
ADA = subscriber("ada@example.org", keyword("Reward Model"))
MORNING = datetime(2026, 6, 22, 7, tzinfo=UTC)


@contextmanager
def open_example_source(config: Config, clock: Clock) -> Iterator[Source]:
    """In place of bootstrap.open_source."""
    yield ExampleSource(config.file.with_name("papers.txt"))


def run_on(folder: Path, day: int) -> Report:
    clock = FakeClock(MORNING + timedelta(days=day))
    settings = config(folder, ADA, welcome=1)
    with bootstrap.open_run(settings, clock, nullcontext, open_source=open_example_source) as context:
        return run(context, settings.subscribers)


def mails(folder: Path) -> list[str]:
    return [file.read_text() for file in sorted((folder / "outbox").glob("*.html"))]


def test_a_source_needs_no_other_change_than_its_folder_and_bootstrap(tmp_path: Path) -> None:
    papers = tmp_path / "papers.txt"
    papers.write_text("1 2026-06-21 A reward model of old\n2 2026-06-21 Something else\n")
    first = run_on(tmp_path, 0)
    papers.write_text(f"{papers.read_text()}3 2026-06-22 A new reward model\n")
    second = run_on(tmp_path, 1)
    assert first.keywords == (KeywordOutcome(ADA.keywords[0], past=1),)
    assert second.keywords == (KeywordOutcome(ADA.keywords[0], new=1, last_good_at=MORNING),)
    assert [mail.papers for mail in (*first.mails, *second.mails)] == [1, 1]
    first_mail, second_mail = mails(tmp_path)
    assert "https://papers.example.org/1" in first_mail
    assert "https://papers.example.org/3" in second_mail
    assert "https://papers.example.org/3" in (tmp_path / "README.md").read_text()
    assert "arxiv.org" not in first_mail + second_mail + (tmp_path / "README.md").read_text()


def test_its_announcements_decide_when_it_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "papers.txt").write_text("1 2026-06-21 A reward model\n")
    run_on(tmp_path, 0)
    (again,) = run_on(tmp_path, 0).keywords
    (tomorrow,) = run_on(tmp_path, 1).keywords
    assert (again.up_to_date, tomorrow.up_to_date) == (True, False)


def test_the_list_in_contributing_names_these_files_and_no_others() -> None:
    page = (PROJECT / "CONTRIBUTING.md").read_text()
    section = page.partition("\n## Add a source\n")[2].partition("\n## ")[0]
    files = re.findall(r"^- `([^`]+)`", section, re.MULTILINE)
    assert files == [
        "digest/sources/<name>/source.py",
        "digest/bootstrap.py",
        "setup.cfg",
        "tests/unit/sources/test_contract.py",
    ]
    assert all((PROJECT / file.replace("<name>", "arxiv")).is_file() for file in files)
