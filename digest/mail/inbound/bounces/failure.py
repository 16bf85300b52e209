"""The final failure that a report tells, as its author wrote it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Failure:
    """A mail was given up."""

    recipients: tuple[str, ...] = field(repr=False)
    """The addresses that the report names, each once: the failed one first. May be empty."""
    status: str
    """The code in the report's own field, such as `5.1.1` (RFC 3463); empty if it has none."""
    words: str = field(repr=False)
    """What the mail server said, with its codes; empty if it said nothing."""
