"""What a person sees at the terminal while a run goes on."""

import re
import signal
import subprocess
from dataclasses import replace

import pytest

from digest.demo.server import Reply
from tests.support.home import Home
from tests.support.pseudo_terminal import COLUMNS, PseudoTerminal, pseudo_terminal
from tests.support.screen import Screen
from tests.support.variations import variations

_ESCAPES = re.compile(r"\x1b\[[?\d;]*[A-Za-z]")


def watched(home: Home, terminal: PseudoTerminal, *arguments: str) -> subprocess.Popen[str]:
    """A running command, with the terminal as its standard error."""
    process = home.start(*arguments, stderr=terminal.program_end)
    terminal.hand_over()
    return process


def shown(written: str) -> Screen:
    screen = Screen(COLUMNS)
    screen.show(written)
    return screen


def busy(reply: Reply) -> Reply:
    return replace(reply, status=503, body=b"")


@pytest.mark.exhaustive
@pytest.mark.parametrize("options", variations([[], ["--dry-run"]], ["a run"], ids=["a run", "a dry run"]))
def test_a_bar_shows_the_progress_of_a_run_and_vanishes(home: Home, options: list[str]) -> None:
    home.environment["DIGEST_ARXIV_INTERVAL"] = "1"
    with pseudo_terminal() as terminal:
        process = watched(home, terminal, "run", *options)
        seen = _ESCAPES.sub("", terminal.read_all())
        results, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "asking arXiv 0 of 2 keywords · goes on in 1 s" in seen
    assert re.search(r"asking arXiv [12] of 2 keywords", seen)
    assert "Reward Model  16 papers so far" in results
    assert "asking" not in results
    screen = shown(terminal.written)
    assert screen.cursor_shown
    assert [line.split(" ", 3)[2:] for line in screen.lines] == [["INFO", "asking arXiv for 2 keywords"]]


def test_log_lines_appear_whole_above_the_bar(home: Home) -> None:
    home.arxiv.misbehave(busy, busy, None, busy)
    with pseudo_terminal() as terminal:
        process = watched(home, terminal, "--verbose", "run")
        terminal.read_all()
        process.communicate(timeout=30)
    screen = shown(terminal.written)
    assert screen.cursor_shown
    assert screen.lines.count("") == 0
    lines = [line.split(" ", 2)[2] for line in screen.lines]
    assert sum("; next try in 0 s" in line for line in lines) == 3
    assert all(re.match("(DEBUG|INFO|WARNING) ", line) for line in lines)


def test_an_interrupt_leaves_no_bar_and_shows_the_cursor(home: Home) -> None:
    home.environment["DIGEST_ARXIV_INTERVAL"] = "2"
    with pseudo_terminal() as terminal:
        process = watched(home, terminal, "run")
        terminal.read_until("goes on in 2 s")
        process.send_signal(signal.SIGINT)
        terminal.read_all()
        results, _ = process.communicate(timeout=30)
    assert (process.returncode, results) == (130, "")
    screen = shown(terminal.written)
    assert screen.cursor_shown
    assert [line.split(" ", 3)[2:] for line in screen.lines] == [["INFO", "asking arXiv for 2 keywords"]]


@pytest.mark.parametrize(
    ("options", "term"),
    variations(
        [(["--quiet"], "xterm"), (["--log-format", "json"], "xterm"), ([], "dumb")],
        ["JSON"],
        ids=["quiet", "JSON", "a simple terminal"],
    ),
)
def test_there_is_no_bar_for_scripts_and_simple_terminals(home: Home, options: list[str], term: str) -> None:
    home.environment["TERM"] = term
    with pseudo_terminal() as terminal:
        process = watched(home, terminal, *options, "run")
        terminal.read_all()
        process.communicate(timeout=30)
    assert "\x1b" not in terminal.written
    assert "of 2 keywords" not in terminal.written


@pytest.mark.exhaustive
def test_no_colour_is_respected(home: Home) -> None:
    home.environment |= {"NO_COLOR": "1", "TERM": "xterm-256color"}
    with pseudo_terminal() as terminal:
        process = watched(home, terminal, "run")
        terminal.read_all()
        process.communicate(timeout=30)
    assert "of 2 keywords" in terminal.written
    assert not re.search(r"\x1b\[[\d;]*3\d[;\d]*m", terminal.written)


def test_where_standard_error_is_no_terminal_there_is_no_bar(home: Home) -> None:
    done = home.digest("run")
    assert "\x1b" not in done.stderr + done.stdout
    assert "of 2 keywords" not in done.stderr
