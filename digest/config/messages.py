"""What is wrong with a value that does not fit the file's form, in words that say what to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.config.quoting import nearest, quoted, suggestion
from digest.config.yaml_document import Document, Location
from digest.errors import ConfigFault

Keys = Mapping[str, str]
"""Keys, each with an example value or an empty text."""

_KEY = "[key]"  # how pydantic says that it means the key, not the value

_EXAMPLES = {
    "subscribers": "email: you@example.org",
    "keywords": "any: [one phrase, another]",
    "schedule": "at: 07:00",
    "mail": "when_empty: send",
    "archive": "papers: 50",
    "arxiv": "interval: 5",
    "monitoring": "operator: you@example.org",
}

_FREE_TEXTS = {"keywords", "any", "all", "exclude", "authors", "name"}


@dataclass(frozen=True, slots=True)
class SchemaError:
    """A value that does not fit. `kind` is one of pydantic's names of validation errors.

    Source: https://docs.pydantic.dev/latest/errors/validation_errors/
    """

    kind: str
    location: Location
    value: object
    written: str
    """The value as it stands in the file, if it is a scalar."""
    keys: Keys
    """The keys that are known where the value stands."""
    elsewhere: Mapping[str, Keys]
    """The keys of every section of the file, by the name of the section."""
    limit: int | float | None
    said: str
    """What our own check said, if it was one."""

    @property
    def key(self) -> str:
        """The nearest key above the value."""
        return next((step for step in reversed(self.location) if isinstance(step, str)), "")


def schema_faults(document: Document, errors: Sequence[Any], keys: Mapping[str, Keys]) -> list[ConfigFault]:
    """The faults of a document, from pydantic's `errors()` about it.

    `keys` has those that each section of the file knows, by the name of the section; the top's is "".
    """
    return [_fault(document, error, keys) for error in errors if not _is_misspelt(error, errors)]


def _is_misspelt(missing: Any, errors: Sequence[Any]) -> bool:
    """Whether a missing key is there under a wrong name, which has a fault of its own."""
    if missing["type"] != "missing":
        return False
    *holder, key = missing["loc"]
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    return nearest(key, [name for *where, name in unknown if where == holder]) is not None


def _fault(document: Document, error: Any, keys: Mapping[str, Keys]) -> ConfigFault:
    names_key = error["loc"][-1:] == (_KEY,)
    location = error["loc"][:-1] if names_key else error["loc"]
    limits = error.get("ctx", {})
    error = SchemaError(
        kind=error["type"],
        location=location,
        value=error["input"],
        written=document.written.get(location, ""),
        keys=keys[location[0] if len(location) > 1 else ""],
        elsewhere=keys,
        limit=limits.get("ge", limits.get("le")),
        said=str(limits.get("error", "")),
    )
    at_key = names_key or error.kind == "extra_forbidden"
    return document.fault(location, _PROBLEMS[error.kind](error), at_key=at_key)


def _said(error: SchemaError) -> str:
    return error.said


def _missing(error: SchemaError) -> str:
    example = error.keys[error.key]
    return f"missing; add a line such as {error.key}: {example}"


def _unknown_key(error: SchemaError) -> str:
    homes = [section for section, keys in error.elsewhere.items() if section and error.key in keys]
    known = ", ".join(sorted(error.keys))
    otherwise = f"it belongs under {' or '.join(homes)}" if homes else f"known here are {known}"
    return f"unknown key; {suggestion(error.key, error.keys, otherwise)}"


def _not_text(error: SchemaError) -> str:
    what, quotable = _described(error)
    example = error.keys[error.key]
    if example and error.key not in _FREE_TEXTS:
        return f"{what}, not a text; write one such as {example}"
    return f"{what}, not a text; {'put it in quotes' if quotable else 'write a text'}{quotable}"


def _described(error: SchemaError) -> tuple[str, str]:
    """What a value is that should be a text, and how it looks in quotes if that would make it one."""
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
    top = str(error.location[0])
    example = "Name: {any: [one phrase, another]}" if error.location == ("keywords",) else _EXAMPLES[top]
    return f"keys and values are needed; write lines such as {example}"


def _not_a_number(error: SchemaError) -> str:
    return f"a number is needed; write one such as {error.keys[error.key]}, without quotes"


def _too_small(error: SchemaError) -> str:
    return f"{error.written} is too small; write {error.limit:g} or more"


def _too_large(error: SchemaError) -> str:
    return f"{error.written} is too large; write {error.limit:g} or less"


def _too_short(error: SchemaError) -> str:
    return f"an empty list; write one such as {error.keys[error.key]}"


_PROBLEMS: dict[str, Callable[[SchemaError], str]] = {
    "value_error": _said,
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "string_type": _not_text,
    "list_type": _not_a_list,
    "tuple_type": _not_a_list,
    "dict_type": _not_keys,
    "model_type": _not_keys,
    "int_type": _not_a_number,
    "float_type": _not_a_number,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "too_short": _too_short,
}
