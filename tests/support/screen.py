"""The lines on a terminal's screen, as far as a progress bar and log lines need it."""

import re

_PIECE = re.compile(r"\x1b\[(?P<codes>[?\d;]*)(?P<command>[A-Za-z])|(?P<text>[^\x1b])", re.DOTALL)


class Screen:
    """Understands line ends, cursor up, erasing a line, hiding the cursor, and colours, which it ignores."""

    def __init__(self, columns: int) -> None:
        self.cursor_shown = True
        self._columns = columns
        self._rows: list[list[str]] = [[]]
        self._row = self._column = 0

    def show(self, written: str) -> None:
        end = 0
        for piece in _PIECE.finditer(written):
            assert piece.start() == end, f"not understood: {written[end : piece.start()]!r}"
            end = piece.end()
            if piece["text"]:
                self._put(piece["text"])
            else:
                self._apply(piece["codes"] + piece["command"])

    @property
    def lines(self) -> list[str]:
        """From top to bottom, without the empty ones at the end."""
        lines = ["".join(row).rstrip() for row in self._rows]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def _put(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._down()
        else:
            if self._column == self._columns:
                self._column = 0
                self._down()
            row = self._rows[self._row]
            row += [" "] * (self._column + 1 - len(row))
            row[self._column] = character
            self._column += 1

    def _down(self) -> None:
        self._row += 1
        if self._row == len(self._rows):
            self._rows.append([])

    def _apply(self, command: str) -> None:
        match command:
            case "1A":
                self._row = max(0, self._row - 1)
            case "2K":
                self._rows[self._row] = []
            case "?25l" | "?25h":
                self.cursor_shown = command.endswith("h")
            case _:
                assert command.endswith("m"), f"not understood: {command}"
