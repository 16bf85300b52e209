"""What a run writes to standard error, for cron, for the journal and for programs that read JSON."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from digest.demo.scenario import DAYS
from tests.support.home import TWO, Home


@pytest.mark.exhaustive
def test_a_good_run_logs_ten_lines_at_most(home: Home) -> None:
    home.write(TWO)
    for day in DAYS:
        home.at(day)
        lines = home.digest("run").stderr.splitlines()
        assert 1 <= len(lines) <= 10
        assert all(" INFO " in line for line in lines)


@pytest.mark.exhaustive
def test_log_lines_may_be_json(home: Home) -> None:
    entries = [json.loads(line) for line in home.digest("--log-format", "json", "run").stderr.splitlines()]
    assert 1 <= len(entries) <= 10
    assert {entry["level"] for entry in entries} == {"INFO"}
    a_minute_ago = datetime.now(UTC) - timedelta(minutes=1)
    assert all(datetime.fromisoformat(entry["time"]) > a_minute_ago for entry in entries)
    home.environment["DIGEST_LOG_FORMAT"] = "json"
    home.at(DAYS[1])
    assert json.loads(home.digest("run").stderr.splitlines()[0]).keys() == entries[0].keys()


def test_errors_are_json_too(home: Home) -> None:
    home.environment |= {"DIGEST_LOG_FORMAT": "json", "DIGEST_ARXIV_API": "http://127.0.0.1:9/api/query"}
    entries = [json.loads(line) for line in home.digest("--quiet", "run").stderr.splitlines()]
    assert (entries[-2]["level"], entries[-2]["message"][:26]) == ("ERROR", "error: 2 keywords failed (")
    assert (entries[-1]["level"], entries[-1]["message"][:6]) == ("WARNING", "hint: ")
    home.write("subscribers:\n  - email: ada\n    keyword: [Reasoning]\n")
    faults = [json.loads(line) for line in home.digest("run").stderr.splitlines()]
    assert [fault["message"][:18] for fault in faults[:2]] == ["subscribers.yaml:2", "subscribers.yaml:3"]


@pytest.mark.exhaustive
def test_the_journal_gets_priorities_and_no_times(home: Home) -> None:
    reading, writing = os.pipe()
    pipe = os.fstat(writing)
    home.environment["JOURNAL_STREAM"] = f"{pipe.st_dev}:{pipe.st_ino}"
    home.digest("run", stderr=writing)
    home.environment["DIGEST_ARXIV_FEED"] = "http://127.0.0.1:9/atom"
    home.at(DAYS[1])
    home.digest("run", stderr=writing)
    os.close(writing)
    with open(reading) as stream:
        lines = stream.read().splitlines()
    assert lines[0] == "<6>asking arXiv for 2 keywords"
    assert {line[:3] for line in lines} == {"<6>", "<4>", "<3>"}
    assert next(line for line in lines if line.startswith("<3>")).startswith("<3>error: 2 keywords failed")
