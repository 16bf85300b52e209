"""Values that stand in the environment, so that a public file need not hold them: `email: env:READER_ADA`."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from digest.config.yaml_document import Document, Location
from digest.errors import ConfigFault

PREFIX = "env:"

_PEOPLE = ("email", "name")
"""Keys of a subscriber."""
_OTHERS: tuple[Location, ...] = (
    ("mail", "from"),
    ("mail", "reply_to"),
    ("mail", "return_path"),
    ("mail", "inbox"),
    ("monitoring", "operator"),
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def with_variables(document: Document, environment: Mapping[str, str]) -> tuple[Document, list[ConfigFault]]:
    """The document with the values of variables in the place of their names, and a fault for each that is
    not set."""
    named = {location: document.at(location) for location in _locations(document)}
    wanted = {
        location: text.removeprefix(PREFIX).strip()
        for location, text in named.items()
        if isinstance(text, str) and text.startswith(PREFIX)
    }
    if not wanted:
        return document, []
    content: Any = copy.deepcopy(document.content)
    faults = []
    for location, name in wanted.items():
        if value := environment.get(name, "").strip():
            _put(content, location, value)
        else:
            faults.append(document.fault(location, _problem(name)))
    return replace(document, content=content), faults


def _locations(document: Document) -> Iterator[Location]:
    """Where a variable may be named."""
    listed = document.at(("subscribers",))
    for number in range(len(listed) if isinstance(listed, list) else 0):
        yield from (("subscribers", number, key) for key in _PEOPLE)
    yield from _OTHERS


def _put(content: Any, location: Location, value: str) -> None:
    *way, last = location
    for step in way:
        content = content[step]
    content[last] = value


def _problem(name: str) -> str:
    if not _NAME.fullmatch(name):
        return f"`{PREFIX}` needs the name of a variable; write one such as {PREFIX}READER_ADA"
    return f"the environment has no {name}; set it: in a workflow, as a secret and in a line below `env:`"
