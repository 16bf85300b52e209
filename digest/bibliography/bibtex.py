"""Read titles and abstracts from BibTeX, in one pass.

Why no library: the only fields wanted are two, files come from many programs and are often half right, and
one broken entry must cost neither the others nor much time. (bibtexparser 2.1 took 20 seconds and logged a
million lines for two megabytes of `@a{`.)
Source: https://ctan.org/pkg/btxdoc, "The BibTeX database file".
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from digest.bibliography.records import LibraryFault

_ENTRY = re.compile(r"^[ \t]*@[ \t]*(?P<kind>[A-Za-z]+)[ \t]*[{(]", re.MULTILINE)
_NO_PAPERS = {"comment", "preamble", "string"}
_FIELD = re.compile(r"(?<![\w-])(?P<name>[\w-]{1,40})\s*=\s*(?P<open>[{\"])|[{}]")
_SIGN = re.compile(r"\\.|[{}\"]", re.DOTALL)
_WANTED = ("title", "abstract")


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of an entry by their names in lower case, with their TeX; the line where it begins."""

    line: int
    fields: dict[str, str]


class Malformed(Exception):
    """An entry that ends before its braces do."""


def records(text: str) -> Iterator[Record | LibraryFault]:
    """Each entry of the file, or what is wrong with it. An entry begins a line, whatever is open before."""
    ends = [end.start() for end in re.finditer("\n", text)]
    found = [entry for entry in _ENTRY.finditer(text) if entry["kind"].lower() not in _NO_PAPERS]
    starts = [entry.start() for entry in _ENTRY.finditer(text)] + [len(text)]
    for entry in found:
        line = bisect_right(ends, entry.start() + _indent(entry)) + 1
        end = starts[bisect_right(starts, entry.start())]
        try:
            yield Record(line, _fields(text[entry.end() : end]))
        except Malformed as exc:
            yield LibraryFault(line, str(exc))


def _indent(entry: re.Match[str]) -> int:
    return entry[0].index("@")


def _fields(entry: str) -> dict[str, str]:
    """The wanted fields of an entry, without what stands around them. Raises Malformed."""
    fields: dict[str, str] = {}
    at = 0
    while found := _FIELD.search(entry, at):
        if found["name"] is None:
            if found[0] == "}":
                return fields
            raise Malformed("a brace that belongs to no field; write it as name = {value}")
        at = _end_of_value(entry, found)
        if found["name"].lower() in _WANTED:
            fields.setdefault(found["name"].lower(), entry[found.end() : at - 1])
    if not entry.rstrip().endswith(")"):
        raise Malformed("the entry has no end; close it with }")
    return fields


def _end_of_value(entry: str, field: re.Match[str]) -> int:
    """The place after the brace or quote that closes the value. Raises Malformed."""
    depth = 0
    for sign in _SIGN.finditer(entry, field.end()):
        closes = "}" if field["open"] == "{" else '"'
        if sign[0] == closes and depth == 0:
            return sign.end()
        depth += (sign[0] == "{") - (sign[0] == "}")
    raise Malformed(f"the field {field['name']} has no end; close its brace or quote")
