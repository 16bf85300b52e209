"""Read titles and abstracts from RIS: a line for each field, with a tag of two characters.

Source: https://en.wikipedia.org/wiki/RIS_(file_format); programs differ in the tags of title and abstract.
"""

import re
from collections.abc import Iterator

from digest.bibliography.bibtex import Record
from digest.bibliography.records import LibraryFault

_FIELD = re.compile(r"(?P<tag>[A-Z][A-Z0-9])  -(?: (?P<value>.*))?")
_NAMES = {"TI": "title", "T1": "title", "AB": "abstract", "N2": "abstract"}
_ENOUGH_CHARACTERS = 3_000
_BEGIN, _END = "TY", "ER"


def records(text: str) -> Iterator[Record | LibraryFault]:
    """Each entry of the file. One that does not end, ends where the next one begins."""
    record: Record | None = None
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        field = _FIELD.fullmatch(line.rstrip())
        tag = field["tag"] if field else ""
        if tag in (_BEGIN, _END):
            if record:
                yield record
            record = Record(number, {}) if tag == _BEGIN else None
        elif record is not None:
            name = _new_field(record, tag) if field else name
            _add(record, name, (field["value"] or "") if field else line)
    if record:
        yield record


def _new_field(record: Record, tag: str) -> str:
    """The name of the field that begins, if it is wanted. Some programs write one text under two tags."""
    name = _NAMES.get(tag, "")
    return "" if record.fields.get(name) else name


def _add(record: Record, name: str, text: str) -> None:
    """A line without a tag goes on with the field before it."""
    if name and len(record.fields.get(name, "")) < _ENOUGH_CHARACTERS:
        record.fields[name] = f"{record.fields.get(name, '')} {text}".strip()
