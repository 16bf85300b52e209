"""Find the part of a file between two markers, each alone on its line, and replace that part only.

Trailing spaces are allowed, indentation is not, so that an example of the markers in a sentence or an
indented block of code does not count. Everything is bytes, since the text around the markers belongs
to a person and may have any encoding.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from pathlib import Path

from digest.errors import ArchiveError

BEGIN = b"<!-- papers:begin -->"

END = b"<!-- papers:end -->"

_MARKER = re.compile(rb"(?:^|\A%b)(?P<marker>%b|%b)[ \t]*(?=\r?$)" % (BOM_UTF8, BEGIN, END), re.MULTILINE)

_LINE_END = re.compile(rb"\r?\n")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A file without the part between its markers: up to the end of the first, and from the second on."""

    before: bytes
    after: bytes
    line_end: bytes

    def with_page(self, page: str) -> bytes:
        """The file's content with this page; `page` has `\\n` as line ends and none at its end."""
        lines = page.encode().split(b"\n")
        return self.line_end.join((self.before, *lines, self.after))


def split_at_markers(content: bytes, file: Path) -> Surroundings:
    """What is around the markers; a file without markers gets them at its end, after a blank line.

    Raises ArchiveError, which names `file`, unless it has one pair of markers in order, or none; and for
    UTF-16, as some programs of Windows write it.
    """
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise ArchiveError(f"{file}: it is UTF-16, and papers are UTF-8", "save it as UTF-8")
    found = list(_MARKER.finditer(content))
    if not found:
        return _appended(content)
    if [marker["marker"] for marker in found] != [BEGIN, END]:
        raise _unclear(content, found, file)
    begin, end = found
    return Surroundings(
        content[: begin.end()], content[end.start("marker") :], _line_end(content[begin.end() :])
    )


def has_marker(page: str) -> bool:
    """Whether a line of the page is a marker, which would count as one of the file's own."""
    content = page.encode()
    return (BEGIN in content or END in content) and _MARKER.search(content) is not None


def _appended(content: bytes) -> Surroundings:
    line_end = _line_end(content)
    gap = b"".join(line_end for missing in (line_end, line_end * 2) if not content.endswith(missing))
    return Surroundings(content + (gap if content else b"") + BEGIN, END + line_end, line_end)


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
