"""Output that cannot be encoded or written; e2e/test_output.py has whole commands."""

import errno
import io
import os
import threading
from collections.abc import Iterator

import pytest

from digest.system.output import Descriptor, lost_output, tolerant_stream


@pytest.fixture
def full() -> Iterator[int]:
    number = os.open("/dev/full", os.O_WRONLY)
    yield number
    os.close(number)


def test_what_can_be_written_is(capfd: pytest.CaptureFixture[str]) -> None:
    stream = tolerant_stream(1, "utf-8")
    stream.write("✓ well\n")
    stream.flush()
    assert capfd.readouterr().out == "✓ well\n"


def test_characters_that_the_encoding_lacks_are_written_by_number(capfd: pytest.CaptureFixture[str]) -> None:
    stream = tolerant_stream(1, "latin-1")
    stream.write("✓ well\n")
    stream.flush()
    assert capfd.readouterr().out == "\\u2713 well\n"


def test_what_cannot_be_written_is_dropped_and_the_first_reason_is_kept(full: int) -> None:
    raw = Descriptor(full)
    stream = io.TextIOWrapper(io.BufferedWriter(raw))
    for _ in range(3):
        stream.write("lost")
        stream.flush()
    assert raw.problem
    assert raw.problem.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (None, ""),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), ""),
    ],
    ids=["none", "full disk", "a reader that has enough"],
)
def test_lost_output_has_a_reason(
    monkeypatch: pytest.MonkeyPatch, problem: OSError | None, told: str
) -> None:
    stream = tolerant_stream(1, "utf-8")
    stream.buffer.raw.problem = problem  # type: ignore[attr-defined]
    monkeypatch.setattr("sys.stdout", stream)
    assert lost_output() == told


def test_another_stream_than_ours_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert lost_output() == ""


def test_a_terminal_that_another_program_made_non_blocking_is_waited_for() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    os.write(write, b"x" * 65_536)
    raw = Descriptor(write)
    reader = io.FileIO(read)
    threading.Timer(0.01, lambda: reader.read(65_536)).start()
    assert raw.write(b"late") == 4
    assert raw.problem is None
    os.close(write)
    reader.close()
