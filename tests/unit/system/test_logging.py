import json
import logging
import os
import sys
from pathlib import Path

import pytest

from digest.system.logging import BARE, formatter, is_journal

SECONDS = 1_782_111_600.25  # 2026-06-22T07:00:00.250Z


def record(level: int, message: str, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("digest.daemon", level, __file__, 1, message, (), None)
    made.created = SECONDS
    made.__dict__.update(more)
    return made


def failed() -> logging.LogRecord:
    """What is logged of an exception."""
    try:
        int("a bug")
    except ValueError:
        caught = sys.exc_info()
    return record(logging.CRITICAL, "given up", exc_info=caught)


def test_a_plain_line_has_time_and_level_unless_it_is_bare() -> None:
    plain = formatter("plain", journal=False)
    line = plain.format(record(logging.INFO, "asking arXiv for 2 keywords"))
    assert line.split(" ", 2)[2] == "INFO asking arXiv for 2 keywords"
    assert plain.format(record(logging.ERROR, "error: no answer", **BARE)) == "error: no answer"


def test_a_line_of_json_has_its_moment_in_utc() -> None:
    line = formatter("json", journal=False).format(record(logging.WARNING, 'odd "words"\nin two lines'))
    assert json.loads(line) == {
        "time": "2026-06-22T07:00:00.250Z",
        "level": "WARNING",
        "logger": "digest.daemon",
        "message": 'odd "words"\nin two lines',
    }
    assert "\n" not in line


def test_a_traceback_is_a_field_of_its_line() -> None:
    line = json.loads(formatter("json", journal=False).format(failed()))
    assert line["message"] == "given up"
    assert line["exception"].startswith("Traceback ")
    assert line["exception"].endswith("base 10: 'a bug'")


@pytest.mark.parametrize(
    ("level", "line"),
    [
        (logging.DEBUG, "<7>a fact"),
        (logging.INFO, "<6>a fact"),
        (logging.WARNING, "<4>a fact"),
        (logging.ERROR, "<3>a fact"),
        (logging.CRITICAL, "<2>a fact"),
        (25, "<6>a fact"),
    ],
)
def test_for_the_journal_a_line_begins_with_its_priority(level: int, line: str) -> None:
    assert formatter("plain", journal=True).format(record(level, "a fact")) == line


def test_for_the_journal_each_line_of_a_traceback_has_its_priority() -> None:
    lines = formatter("plain", journal=True).format(failed()).splitlines()
    assert lines[:2] == ["<2>given up", "<2>Traceback (most recent call last):"]
    assert all(line.startswith("<2>") for line in lines)


def test_json_is_json_for_the_journal_too() -> None:
    assert json.loads(formatter("json", journal=True).format(record(logging.INFO, "a fact")))


def test_the_journal_is_known_by_device_and_inode(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "journal", os.O_CREAT | os.O_WRONLY)
    there = os.fstat(descriptor)
    assert is_journal(descriptor, {"JOURNAL_STREAM": f"{there.st_dev}:{there.st_ino}"})
    assert not is_journal(descriptor, {"JOURNAL_STREAM": f"{there.st_dev}:{there.st_ino + 1}"})
    assert not is_journal(descriptor, {})
    os.close(descriptor)
    assert not is_journal(descriptor, {"JOURNAL_STREAM": f"{there.st_dev}:{there.st_ino}"})
