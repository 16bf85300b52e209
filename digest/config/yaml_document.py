"""Parse YAML into plain data with the position of every key and value. The only module that knows yaml.

Keys are always text; anchors, aliases and merge keys work. Only plain decimal numbers are numbers: YAML 1.1
would read 12:00 as 720 and 010 as 8.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import cast

import yaml

from digest.config.quoting import visible
from digest.errors import ConfigError, ConfigFault

Location = tuple[str | int, ...]
"""The steps from the top of the document to a value, such as ("subscribers", 3, "keywords")."""

MAX_VALUES = 250_000

MAX_DEPTH = 20

_TOO_MANY = f"more than {MAX_VALUES:,} values once aliases are expanded; use fewer aliases"
_BEFORE_A_VALUE = ",:-?[{\n"  # one of them stands before each key and value but the first
_VALUE_EVENTS = (yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent, yaml.AliasEvent)
_TAG = "tag:yaml.org,2002:"
_SCALARS = {f"{_TAG}{kind}" for kind in ("str", "int", "float", "bool", "null", "merge")}
_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a key or value begins; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data, and the position of each key and value."""

    name: str
    content: object
    keys: Mapping[Location, Position]
    values: Mapping[Location, Position]
    written: Mapping[Location, str]
    """Scalars as written in the file: `no` where the content has False."""

    def at(self, location: Location) -> object:
        """The value there, or None."""
        value = self.content
        for step in location:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def texts(self, location: Location) -> Iterator[tuple[Location, str]]:
        """The texts of a list, or the one text in place of a list, each with its location."""
        value = self.at(location)
        if isinstance(value, str):
            yield location, value
        for number, item in enumerate(value if isinstance(value, list) else ()):
            if isinstance(item, str):
                yield (*location, number), item

    def fault(self, location: Location, problem: str, *, at_key: bool = False) -> ConfigFault:
        """A fault in the value there, or in its key.

        A value that is not in the file has the position of what holds it.
        """
        while location and isinstance(location[-1], int) and location not in self.values:
            location = location[:-1]  # an item of one text in place of a list has no position of its own
        holder = location
        while holder and holder not in self.values:
            holder = holder[:-1]
        position = self.keys[location] if at_key else self.values.get(holder)
        line, column = (position.line, position.column) if position else (None, None)
        return ConfigFault(self.name, line, column, spelled(location), problem)


def spelled(location: Location) -> str:
    """`subscribers[3].keywords` for ("subscribers", 3, "keywords")."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{visible(step)}" for step in location]
    return "".join(steps).removeprefix(".")


def parse(name: str, text: str) -> tuple[Document, list[ConfigFault]]:
    """The document, and the faults of its keys. `name` is the file's name in faults.

    Raises ConfigError if the text is not YAML, or larger or deeper than any configuration needs.
    """
    if unreadable := _NOT_IN_YAML.search(text):
        raise ConfigError([_unreadable(name, text, unreadable.start())])
    loader = _Loader(text)
    try:
        if sum(map(text.count, _BEFORE_A_VALUE)) > MAX_VALUES:
            _refuse_large(name, text)
        node = loader.get_single_node()
        builder = _Builder(name, loader)
        return builder.document(node), builder.faults
    except yaml.MarkedYAMLError as exc:
        raise ConfigError([_syntax_fault(name, text, exc)]) from exc
    finally:
        loader.dispose()


def _refuse_large(name: str, text: str) -> None:
    """Raise ConfigError if there are more values than any configuration needs, before they take memory."""
    values = (event for event in yaml.parse(text, yaml.CSafeLoader) if isinstance(event, _VALUE_EVENTS))
    if excess := next(islice(values, MAX_VALUES, None), None):
        position = _position(cast(yaml.Mark, excess.start_mark))
        raise ConfigError([ConfigFault(name, position.line, position.column, "", _TOO_MANY)])


def _unreadable(name: str, text: str, position: int) -> ConfigFault:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    problem = f"the invisible character U+{ord(text[position]):04X}; delete it"
    return ConfigFault(name, line, column, "", problem)


def _syntax_fault(name: str, text: str, error: yaml.MarkedYAMLError) -> ConfigFault:
    position = _position(error.problem_mark or error.context_mark)
    line = text.splitlines()[position.line - 1 : position.line]
    character = line[0][position.column - 1 : position.column] if line else ""
    return ConfigFault(name, position.line, position.column, "", explain(error.problem or "", character))


def _position(mark: yaml.Mark | None) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)


class _Loader(yaml.CSafeLoader):
    """Reads YAML's safe types, but no sexagesimal or octal numbers and no dates."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag.removeprefix(_TAG) in {"bool", "null", "merge"}]
    for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}

_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"(0|-?[1-9][0-9]{0,17})\Z"), list("-0123456789"))

_Loader.add_implicit_resolver(
    f"{_TAG}float", re.compile(r"-?[0-9]{0,17}\.[0-9]{1,17}\Z"), list("-.0123456789")
)


def _plain_tag(text: str) -> str:
    """The tag of a scalar without an explicit tag or quotes."""
    rules = _Loader.yaml_implicit_resolvers.get(text[:1], [])
    return next((tag for tag, pattern in rules if pattern.match(text)), f"{_TAG}str")


_Pairs = dict[str, tuple[yaml.Node, yaml.Node]]


class _Builder:
    """Builds data from nodes, and records positions and duplicate keys.

    Values that an alias repeats count each time, so a few lines cannot expand into billions of values.
    """

    def __init__(self, name: str, loader: _Loader) -> None:
        self.faults: list[ConfigFault] = []
        self._name = name
        self._loader = loader
        self._keys: dict[Location, Position] = {}
        self._values: dict[Location, Position] = {}
        self._written: dict[Location, str] = {}
        self._pairs_of: dict[int, _Pairs] = {}
        self._merged_keys = 0

    def document(self, node: yaml.Node | None) -> Document:
        content = self._value(node, ()) if node else None
        return Document(self._name, content, self._keys, self._values, self._written)

    def _value(self, node: yaml.Node, location: Location) -> object:
        self._refuse_excess(node, location)
        self._values[location] = _position(node.start_mark)
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self._value(item, (*location, number)) for number, item in enumerate(node.value)]
        return self._scalar(node, location)

    def _scalar(self, node: yaml.Node, location: Location) -> object:
        plain = isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS
        if not plain or node.tag not in (f"{_TAG}str", _plain_tag(node.value)):
            problem = "a YAML tag, which has no meaning here; delete the word that begins with !"
            raise ConfigError([*self.faults, self._fault_at(node, location, problem)])
        self._written[location] = node.value
        return self._loader.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, object]:
        pairs = self._pairs(node, location)
        for name, (key, _) in pairs.items():
            self._keys[(*location, name)] = _position(key.start_mark)
        return {name: self._value(value, (*location, name)) for name, (_, value) in pairs.items()}

    def _pairs(self, node: yaml.MappingNode, location: Location) -> _Pairs:
        """A mapping's keys and values with the merged ones; its own keys win."""
        if id(node) not in self._pairs_of:
            self._pairs_of[id(node)] = {}  # for a mapping that merges itself
            own = self._own_pairs(node, location)
            merged = own.pop("<<", None)
            inherited = self._merged(merged[1], (*location, "<<")) if merged else {}
            self._pairs_of[id(node)] = inherited | own
        return self._pairs_of[id(node)]

    def _own_pairs(self, node: yaml.MappingNode, location: Location) -> _Pairs:
        pairs: _Pairs = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                problem = "a key must be text; put a text that begins with [ or { in quotes"
                self.faults.append(self._fault_at(key, location, problem))
            elif key.value in pairs:
                first = _position(pairs[key.value][0].start_mark).line
                problem = f"this key is already on line {first}; delete one of the two"
                self.faults.append(self._fault_at(key, (*location, key.value), problem))
            else:
                pairs[key.value] = (key, value)
        return pairs

    def _merged(self, node: yaml.Node, location: Location) -> _Pairs:
        """The keys and values that `<<` merges. Of several mappings the first with a key wins."""
        pairs: _Pairs = {}
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            self._refuse_excess(source, location)
            if isinstance(source, yaml.MappingNode):
                pairs = self._pairs(source, location) | pairs
                self._merged_keys += len(pairs)
            else:
                problem = "only an alias of keys and values can be merged, such as <<: *name"
                self.faults.append(self._fault_at(source, location, problem))
        return pairs

    def _refuse_excess(self, node: yaml.Node, location: Location) -> None:
        if len(self._values) + self._merged_keys >= MAX_VALUES:
            raise ConfigError([self._fault_at(node, (), _TOO_MANY)])
        if len(location) > MAX_DEPTH:
            problem = f"nested more than {MAX_DEPTH} deep; does an alias contain itself?"
            raise ConfigError([self._fault_at(node, (), problem)])

    def _fault_at(self, node: yaml.Node, location: Location, problem: str) -> ConfigFault:
        position = _position(node.start_mark)
        return ConfigFault(self._name, position.line, position.column, spelled(location), problem)


_PROBLEMS = {
    "did not find expected ',' or ']'": "a list in brackets is not closed before this; write [one, two]",
    "did not find expected ',' or '}'": "keys in braces are not closed before this; write {key: value}",
    "found unexpected end of stream": "a quote was opened and never closed; close it",
    "found undefined alias": 'a text that begins with "*" is an alias, and nothing has that name; '
    "if a text is meant, put it in quotes",
    "but found another document": 'a second document begins here; delete the line "---"',
    "did not find expected '-' indicator": "this line does not line up with the list above; "
    "indent it like its neighbours",
    "mapping values are not allowed in this context": "a colon is not possible here; put a text with "
    "a colon in quotes, and give keys of one level the same indentation",
    "did not find expected key": "this does not line up with the keys above, or follows a closed quote; "
    "indent it like its neighbours",
    "could not find expected ':'": 'the text before this has no colon; write "key: value"',
    "found unknown escape character": "a backslash in double quotes has a special meaning; use single quotes",
}


def explain(phrase: str, character: str) -> str:
    """The problem and its remedy, for libyaml's phrase and the character where it stopped."""
    if character == "\t":
        return "a tab; indent with spaces"
    if phrase == "found character that cannot start any token":
        return f'a text cannot begin with "{character}"; put it in quotes'
    return _PROBLEMS.get(phrase, f"not YAML ({phrase}); put texts with special characters in quotes")
