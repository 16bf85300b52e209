"""What every section of subscribers.yaml is made of."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def optional(description: str, example: str = "", **options: Any) -> Any:
    """A key without a default: None if it is left out."""
    return key(None, description, example, options)


def default(value: object, description: str, example: str | None = None, **options: Any) -> Any:
    """A key with a default, in the file's spelling. The default is the example too, unless that is given."""
    example = str(value) if example is None else example
    return key(value, f"{description} Default: {value}.", example, options)


def key(value: object, description: str, example: str, options: dict[str, Any]) -> Any:
    """A key; an empty example is none."""
    return Field(value, description=description, examples=[example] if example else None, **options)


class Section(BaseModel):
    """A section of the file: it accepts its own keys only, and no text for a number or the reverse."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_default=True)
