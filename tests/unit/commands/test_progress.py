"""What a bar does to a terminal; e2e/test_progress.py watches whole runs."""

import os
import sys
from collections.abc import Callable

import pytest

from digest.commands.progress import bar_on_stderr, shows_bars
from digest.pipeline.progress import Progress
from digest.system.clock import SystemClock
from tests.support.pseudo_terminal import COLUMNS, pseudo_terminal
from tests.support.screen import Screen


def shown_after(act: Callable[[Progress, SystemClock], None], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines on the screen once the bar is gone."""
    clock, screen = SystemClock(), Screen(COLUMNS)
    with pseudo_terminal() as terminal:
        with os.fdopen(terminal.program_end, "w") as stream:
            monkeypatch.setattr(sys, "stderr", stream)
            with bar_on_stderr(clock) as bar:
                act(bar, clock)
            clock.on_wait(2.0)
        screen.show(terminal.read_all())
    assert screen.cursor_shown
    return screen.lines


def test_what_others_write_stays_and_the_bar_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "a line " + "of [bold] 'words' :smile: " * 5

    def act(bar: Progress, clock: SystemClock) -> None:
        bar.begin("sending", 2)
        bar.step()
        sys.stderr.write(long + "\n")
        clock.on_wait(2.5)
        clock.on_wait(0.0)
        sys.stderr.write("begun")

    assert shown_after(act, monkeypatch) == [long[:COLUMNS], long[COLUMNS:].rstrip(), "begun"]


def test_one_stage_follows_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def act(bar: Progress, _clock: SystemClock) -> None:
        for stage in ("asking arXiv", "sending"):
            bar.begin(stage, 1)
            bar.step()
            bar.end()

    assert shown_after(act, monkeypatch) == []


def test_a_stage_without_steps_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def act(bar: Progress, clock: SystemClock) -> None:
        bar.begin("sending", 0)
        bar.step()
        clock.on_wait(1.0)
        bar.end()

    assert shown_after(act, monkeypatch) == []


def test_where_lines_cannot_be_replaced_there_is_no_bar() -> None:
    with pseudo_terminal() as terminal, os.fdopen(terminal.program_end, "w") as stream:
        assert shows_bars(stream, {"TERM": "xterm"})
        assert shows_bars(stream, {})
        assert not shows_bars(stream, {"TERM": "dumb"})
    with open(os.devnull, "w") as nowhere:
        assert not shows_bars(nowhere, {"TERM": "xterm"})
