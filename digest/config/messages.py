"""Turn the schema's errors into faults: each says what is wrong and what to write instead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.config.quoting import nearest, quoted, suggestion
from digest.config.yaml_document import Document, Location
from digest.errors import ConfigFault

Keys = Mapping[str, str]
"""Keys, each with an example value or an empty text."""

_KEY = "[key]"  # pydantic's mark for an error in a key, not in its value
_FREE_TEXTS = {"keywords", "any", "all", "exclude", "authors", "name"}


@dataclass(frozen=True, slots=True)
class SchemaError:
    """A value that does not fit the schema. `kind` is the type of pydantic's error.

    Source: https://docs.pydantic.dev/latest/errors/validation_errors/
    """

    kind: str
    location: Location
    value: object
    written: str
    """The value as written in the file; empty if it is no scalar."""
    sections: Mapping[str, Keys]
    """The keys of every section, by its name; "" is the whole file."""
    limit: int | float | None
    reason: str
    """The message of our own check; empty for pydantic's checks."""

    @property
    def key(self) -> str:
        """The nearest key above the value."""
        return next((step for step in reversed(self.location) if isinstance(step, str)), "")

    @property
    def keys(self) -> Keys:
        """The keys of the section that holds the value."""
        return self.keys_at(self.location[:-1])

    def keys_at(self, location: Location) -> Keys:
        """The keys of the section there: one in a section, such as `mail.dkim`, or one at the top."""
        inner = ".".join(map(str, location))
        return self.sections.get(inner) or self.sections[str(location[0]) if location else ""]


def schema_faults(
    document: Document, errors: Sequence[Any], sections: Mapping[str, Keys]
) -> list[ConfigFault]:
    """The faults of a document, from pydantic's `errors()`.

    `sections` has the keys that each section accepts, by its name; "" is the whole file.
    """
    return [_fault(document, error, sections) for error in errors if not _is_misspelt(error, errors)]


def _is_misspelt(missing: Any, errors: Sequence[Any]) -> bool:
    """Whether the missing key is there with a typing mistake, which has a fault of its own."""
    if missing["type"] != "missing":
        return False
    *holder, key = missing["loc"]
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    return nearest(key, [name for *where, name in unknown if where == holder]) is not None


def _fault(document: Document, found: Any, sections: Mapping[str, Keys]) -> ConfigFault:
    names_key = found["loc"][-1:] == (_KEY,)
    location = found["loc"][:-1] if names_key else found["loc"]
    context = found.get("ctx", {})
    error = SchemaError(
        kind=found["type"],
        location=location,
        value=found["input"],
        written=document.written.get(location, ""),
        sections=sections,
        limit=context.get("ge", context.get("le")),
        reason=str(context.get("error", "")),
    )
    at_key = names_key or error.kind == "extra_forbidden"
    return document.fault(location, _PROBLEMS[error.kind](error), at_key=at_key)


def _own_check(error: SchemaError) -> str:
    return error.reason


def _missing(error: SchemaError) -> str:
    example = error.keys[error.key]
    return f"missing; add a line such as {error.key}: {example}"


def _unknown_key(error: SchemaError) -> str:
    homes = [name for name, keys in error.sections.items() if name and error.key in keys]
    known = ", ".join(sorted(error.keys))
    otherwise = f"it belongs under {' or '.join(homes)}" if homes else f"the keys known here are {known}"
    return f"unknown key; {suggestion(error.key, error.keys, otherwise)}"


def _not_text(error: SchemaError) -> str:
    what, quotable = _described(error)
    example = error.keys[error.key]
    if example and error.key not in _FREE_TEXTS:
        return f"{what}, not a text; write one such as {example}"
    return f"{what}, not a text; {'put it in quotes' if quotable else 'write a text'}{quotable}"


def _described(error: SchemaError) -> tuple[str, str]:
    """What the value is instead of a text, and the value in quotes if quotes make it a text."""
    match error.value:
        case bool():
            return f"{error.written} means true or false", f": {quoted(error.written)}"
        case int() | float():
            return f"{error.written} is a number", f": {quoted(error.written)}"
        case dict():
            return "keys and values (because of a colon or braces)", " if it is one"
        case _:
            return "a list", ""


def _not_a_list(error: SchemaError) -> str:
    if error.key in _FREE_TEXTS and isinstance(error.value, int | float):
        return _not_text(error)
    example = error.keys[error.key] or "[one, two]"
    return f"not a list; write one such as {example}"


def _not_keys(error: SchemaError) -> str:
    if not error.location:
        return 'keys and values are needed; begin with the line "subscribers:"'
    keys = error.keys_at(error.location)
    line = next(f"{key}: {example}" for key, example in keys.items() if example)
    by_name = error.location == ("keywords",)
    return f"keys and values are needed; write lines such as {f'Name: {{{line}}}' if by_name else line}"


def _not_a_number(error: SchemaError) -> str:
    return f"a number is needed; write one such as {error.keys[error.key]}, without quotes"


def _not_a_switch(error: SchemaError) -> str:
    what = quoted(error.written) if error.written else _described(error)[0]
    return f"{what}: write true or false, without quotes"


def _too_small(error: SchemaError) -> str:
    return f"{error.written} is too small; write {error.limit:g} or more"


def _too_large(error: SchemaError) -> str:
    return f"{error.written} is too large; write {error.limit:g} or less"


def _too_short(error: SchemaError) -> str:
    return f"an empty list; write one such as {error.keys[error.key]}"


_PROBLEMS: dict[str, Callable[[SchemaError], str]] = {
    "value_error": _own_check,
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "string_type": _not_text,
    "list_type": _not_a_list,
    "tuple_type": _not_a_list,
    "dict_type": _not_keys,
    "model_type": _not_keys,
    "int_type": _not_a_number,
    "float_type": _not_a_number,
    "bool_type": _not_a_switch,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "too_short": _too_short,
}
