"""A bar for whoever waits at the terminal for a run."""

import io
import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from typing import TYPE_CHECKING, TextIO

from digest.pipeline.ports import Progress
from digest.system.clock import SystemClock

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Display

_WHAT = {"asking arXiv": "keywords", "sending": "mails"}
"""What the steps of a stage are."""


def shows_bars(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether lines written there can be replaced by others."""
    return stream.isatty() and environment.get("TERM", "") not in ("dumb", "unknown")


@contextmanager
def bar_on_stderr(clock: SystemClock) -> Iterator[Progress]:
    """Shows each stage on the terminal while it lasts, with the pauses of the clock.

    Nothing of it is left behind, whatever ends the block. Lines that others write to sys.stderr
    meanwhile stand above the bar, and stay.
    """
    from rich.console import Console  # only here: rich costs a twentieth of a second

    console = Console(file=sys.stderr)
    bar = _Bar(_display(console))
    before, clock.on_wait = clock.on_wait, bar.wait
    try:
        with _Above(console) as above, redirect_stderr(above):
            yield bar
    finally:
        clock.on_wait = before
        bar.end()


class _Bar(Progress):
    def __init__(self, display: "Display") -> None:
        self._display = display

    def begin(self, stage: str, steps: int) -> None:
        if steps:
            self._display.add_task(stage, total=steps, what=_WHAT.get(stage, "steps"), pause="")
            self._display.start()

    def step(self) -> None:
        for task in self._display.task_ids:
            self._display.advance(task)

    def wait(self, seconds: float) -> None:
        """Show how long the pause still is."""
        pause = f" · next question in {math.ceil(seconds)} s" if seconds else ""
        for task in self._display.task_ids:
            self._display.update(task, pause=pause, refresh=True)

    def end(self) -> None:
        self._display.stop()
        for task in self._display.task_ids:
            self._display.remove_task(task)


class _Above(io.TextIOBase):
    """A stream whose lines stand above what the console shows at the moment."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._console.out(line, highlight=False)
        return len(text)

    def flush(self) -> None:
        recorded_run, self._begun = self._begun, ""
        if recorded_run:
            self._console.out(recorded_run, highlight=False)

    def isatty(self) -> bool:
        return True


def _display(console: "Console") -> "Display":
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Display

    said = "{task.description} {task.completed:.0f} of {task.total:.0f} {task.fields[what]}"
    return Display(
        SpinnerColumn(),
        BarColumn(bar_width=20, complete_style="green"),
        TextColumn(said + "{task.fields[pause]}"),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
