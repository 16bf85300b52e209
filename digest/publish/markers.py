"""Where the archive stands in its file: between two markers, each alone on its line.

Trailing spaces are allowed, indentation is not: so an example of the markers, in a sentence or an
indented block of code, is none. Everything here is bytes, since the words around the markers are a
person's, in whatever encoding.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from digest.errors import ArchiveError

BEGIN = b"<!-- papers:begin -->"

END = b"<!-- papers:end -->"

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_MARKER = re.compile(
    rb"(?:^|\A%b)(?P<marker>%b|%b)[ \t]*(?=\r?$)" % (_BYTE_ORDER_MARK, BEGIN, END), re.MULTILINE
)

_LINE_END = re.compile(rb"\r?\n")


@dataclass(frozen=True, slots=True)
class Frame:
    """A file without its archive: up to and including the one marker, and from the other on."""

    before: bytes
    after: bytes
    line_end: bytes

    def around(self, page: str) -> bytes:
        """The file's content with the page in it; `page` has `\\n` for its line ends and none at its end."""
        lines = page.encode().split(b"\n")
        return self.line_end.join((self.before, *lines, self.after))


def frame(content: bytes, file: Path) -> Frame:
    """What stands around the archive. Where there are no markers, they are appended, after a blank line.

    Raises ArchiveError, which names `file`, unless there is one pair of markers in order, or none.
    """
    found = list(_MARKER.finditer(content))
    if not found:
        return _appended(content)
    if [marker["marker"] for marker in found] != [BEGIN, END]:
        raise _unclear(content, found, file)
    begin, end = found
    return Frame(content[: begin.end()], content[end.start("marker") :], _line_end(content[begin.end() :]))


def has_marker(page: str) -> bool:
    """Whether a marker stands alone on a line of the page, where it would be taken for the file's own."""
    content = page.encode()
    return (BEGIN in content or END in content) and _MARKER.search(content) is not None


def _appended(content: bytes) -> Frame:
    line_end = _line_end(content)
    gap = b"".join(line_end for missing in (line_end, line_end * 2) if not content.endswith(missing))
    return Frame(content + (gap if content else b"") + BEGIN, END + line_end, line_end)


def _line_end(content: bytes) -> bytes:
    first = _LINE_END.search(content)
    return first[0] if first else b"\n"


def _unclear(content: bytes, found: list[re.Match[bytes]], file: Path) -> ArchiveError:
    lines = [content.count(b"\n", 0, marker.start()) + 1 for marker in found]
    markers = (
        f"{marker['marker'].decode()} in line {line}" for line, marker in zip(lines, found, strict=True)
    )
    return ArchiveError(
        f"{file}:{lines[0]}: one pair of markers is wanted; there is {', '.join(markers)}",
        hint=f"keep one {BEGIN.decode()} and, below it, one {END.decode()}; without any, they are appended",
    )
