import io
import json
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

import pytest

from digest.system.logging import (
    BARE,
    PRIVATE,
    StandardError,
    configure_logging,
    for_person,
    formatter,
    is_journal,
    is_terminal,
    keep_log,
)

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


def written(*records: logging.LogRecord, log_format: str = "plain", is_log: bool) -> str:
    """What these records are on standard error."""
    handler = StandardError(is_log=is_log)
    handler.setFormatter(formatter(log_format, journal=False))
    with redirect_stderr(io.StringIO()) as stream:
        for one in records:
            handler.emit(one)
    return stream.getvalue()


def with_address() -> logging.LogRecord:
    """A line and a traceback, both with an address and one with a secret URL."""
    try:
        raise ValueError("ada@example.org at https://ping.example.org/5up3r")  # noqa: TRY301
    except ValueError:
        return record(logging.ERROR, "no mail to ada@example.org", exc_info=sys.exc_info(), **BARE)


@pytest.mark.parametrize("log_format", ["plain", "json"])
def test_a_log_has_no_address_and_no_secret(log_format: str) -> None:
    line = with_address()
    text = written(line, log_format=log_format, is_log=True)
    assert ("no mail to <address>" in text, "<address> at https://ping.example.org/<secret>" in text) == (
        True,
        True,
    )
    assert ("ada" in text, "5up3r" in text) == (False, False)
    assert line.getMessage() == "no mail to ada@example.org"


def test_a_person_sees_an_address_but_not_in_a_traceback() -> None:
    text = written(with_address(), is_log=False)
    assert text.startswith("no mail to ada@example.org\nTraceback ")
    assert text.endswith("ValueError: <address> at https://ping.example.org/<secret>\n")


@pytest.mark.parametrize("is_log", [True, False], ids=["a log", "a person"])
def test_a_line_of_another_package_shows_no_address_and_no_secret(is_log: bool) -> None:
    line = record(logging.ERROR, "url=https://ping.example.org/5up3r of ada@example.org", name="urllib3")
    assert written(line, is_log=is_log).endswith("url=https://ping.example.org/<secret> of <address>\n")


def test_a_log_has_another_line_than_a_person() -> None:
    line = record(logging.ERROR, 'no address: "ada"', **for_person(in_log="a mistake"))
    assert written(line, is_log=False) == 'no address: "ada"\n'
    assert written(line, is_log=True) == "a mistake\n"


def test_a_log_has_no_private_line() -> None:
    line = record(logging.ERROR, "it says: 535 no", **PRIVATE)
    assert written(line, is_log=False) == "it says: 535 no\n"
    assert written(line, is_log=True) == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@contextmanager
def configured(stream: io.StringIO, level: int, log_format: str) -> Iterator[StandardError]:
    """The handler after `configure_logging`; all that it changes is put back."""
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(stream):
        patch.setattr(logging.root, "handlers", [])
        changed = ((logging.root, "level"), (logging, "raiseExceptions"), (threading, "excepthook"))
        for place, name in changed:
            patch.setattr(place, name, getattr(place, name))
        configure_logging(level, log_format, {})
        (handler,) = logging.root.handlers
        assert isinstance(handler, StandardError)
        yield handler


@pytest.mark.parametrize(
    ("stream", "level", "log_format", "is_log"),
    [
        (Terminal(), logging.INFO, "plain", False),
        (Terminal(), logging.WARNING, "plain", True),
        (Terminal(), logging.INFO, "json", True),
        (io.StringIO(), logging.INFO, "plain", True),
    ],
    ids=["a terminal", "quiet", "JSON", "no terminal"],
)
def test_a_person_reads_plain_lines_at_a_terminal(
    stream: io.StringIO, level: int, log_format: str, is_log: bool
) -> None:
    with configured(stream, level, log_format) as handler:
        assert handler.is_log is is_log
        keep_log()
        assert handler.is_log


def test_nobody_watches_a_stream_that_is_closed_or_a_file() -> None:
    assert [is_terminal(stream) for stream in (None, io.StringIO(), Terminal())] == [False, False, True]


def test_a_bug_in_a_thread_is_logged_without_addresses() -> None:
    def fail() -> None:
        raise ValueError("ada@example.org")

    stream = io.StringIO()
    with configured(stream, logging.INFO, "plain"):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    assert stream.getvalue().startswith("error: a bug in a thread\nTraceback ")
    assert stream.getvalue().endswith("ValueError: <address>\n")


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
