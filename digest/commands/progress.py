"""A progress bar, shown while a person waits at the terminal for a run. The only module that uses rich."""

import io
import math
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from typing import TYPE_CHECKING, TextIO

from digest.commands.context import CommandContext
from digest.pipeline.progress import NullProgress, Progress
from digest.system.clock import SystemClock

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Display

_STEPS = {"asking arXiv": "keywords", "sending": "mails"}
"""What the steps of each stage are."""


def shows_bars(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether lines written there can be replaced by others."""
    return stream.isatty() and environment.get("TERM", "") not in ("dumb", "unknown")


@contextmanager
def progress_of(command: CommandContext) -> Iterator[Progress]:
    """The bar where a person waits at a terminal; elsewhere nothing is shown."""
    is_plain = command.log_format == "plain" and not command.quiet
    if is_plain and shows_bars(sys.stderr, os.environ):
        with bar_on_stderr(command.clock) as bar:
            yield bar
    else:
        yield NullProgress()


@contextmanager
def bar_on_stderr(clock: SystemClock) -> Iterator[Progress]:
    """Show each stage on the terminal while it lasts, with the pauses of the clock.

    The bar is removed when the block ends, whatever ends it. Lines that are written to sys.stderr meanwhile
    appear above the bar, and stay.
    """
    from rich.console import Console  # only here: importing rich takes a twentieth of a second

    console = Console(file=sys.stderr)
    bar = _Bar(_display(console))
    before, clock.on_wait = clock.on_wait, bar.wait
    try:
        with _LinesAbove(console) as above, redirect_stderr(above):
            yield bar
    finally:
        clock.on_wait = before
        bar.end()


class _Bar(Progress):
    """pipeline.ports.Progress on the terminal."""

    def __init__(self, display: "Display") -> None:
        self._display = display

    def begin(self, stage: str, steps: int) -> None:
        if steps:
            self._display.add_task(stage, total=steps, what=_STEPS.get(stage, "steps"), pause="")
            self._display.start()

    def step(self) -> None:
        for task in self._display.task_ids:
            self._display.advance(task)

    def alive(self) -> None:
        """The bar's sign turns by itself."""

    def wait(self, seconds: float) -> None:
        """Show how many seconds of a pause are left; 0 at its end."""
        pause = f" · goes on in {math.ceil(seconds)} s" if seconds else ""
        for task in self._display.task_ids:
            self._display.update(task, pause=pause, refresh=True)

    def end(self) -> None:
        self._display.stop()
        for task in self._display.task_ids:
            self._display.remove_task(task)


class _LinesAbove(io.TextIOBase):
    """A stream whose lines appear above what the console shows at the moment."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._unfinished = ""

    def write(self, text: str) -> int:
        *lines, self._unfinished = (self._unfinished + text).split("\n")
        for line in lines:
            self._console.out(line, highlight=False)
        return len(text)

    def flush(self) -> None:
        line, self._unfinished = self._unfinished, ""
        if line:
            self._console.out(line, highlight=False)

    def isatty(self) -> bool:
        return True


def _display(console: "Console") -> "Display":
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Display

    count = "{task.description} {task.completed:.0f} of {task.total:.0f} {task.fields[what]}"
    return Display(
        SpinnerColumn(),
        BarColumn(bar_width=20, complete_style="green"),
        TextColumn(count + "{task.fields[pause]}"),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
