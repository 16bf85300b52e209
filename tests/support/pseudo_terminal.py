"""A terminal that a program is watched at: Linux gives the program one end, and the test the other."""

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager

COLUMNS = 100


class PseudoTerminal:
    """`program_end` is a descriptor; `written` is all that was read of what came there."""

    def __init__(self) -> None:
        self._our_end, self.program_end = pty.openpty()
        fcntl.ioctl(self.program_end, termios.TIOCSWINSZ, struct.pack("HHHH", 25, COLUMNS, 0, 0))
        self.written = ""

    def read_until(self, text: str) -> None:
        while text not in self.written:
            assert self._read(), f"the program ended without {text!r}: {self.written!r}"

    def read_all(self) -> str:
        """Until the program ends."""
        while self._read():
            pass
        return self.written

    def hand_over(self) -> None:
        """The program has its end, and is to be the only one."""
        os.close(self.program_end)

    def close(self) -> None:
        os.close(self._our_end)

    def _read(self) -> bool:
        try:
            piece = os.read(self._our_end, 65536)
        except OSError:  # EIO: nobody has the other end any more
            return False
        self.written += piece.decode()
        return True


@contextmanager
def pseudo_terminal() -> Iterator[PseudoTerminal]:
    terminal = PseudoTerminal()
    yield terminal
    terminal.close()
