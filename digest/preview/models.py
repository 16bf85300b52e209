"""What a preview shows: a tab for each subscriber, with finished messages or the reason for none."""

from dataclasses import dataclass, field

from digest.errors import DigestError


class PreviewError(DigestError):
    """The preview cannot be shown."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Tab:
    """What one subscriber would get: finished messages (RFC 5322), in order, mostly one."""

    name: str = field(repr=False)
    """The subscriber's name or address: only the operator sees the page."""
    mails: tuple[bytes, ...] = field(default=(), repr=False)
    note: str = ""
    """What these mails are, if they are not those that would go out now."""
    problem: str = ""
    """Why a mail could not be built, with the template's file and line."""


@dataclass(frozen=True, slots=True)
class Preview:
    """`notes` are about all tabs, such as keywords that could not be fetched; so is `problem`."""

    tabs: tuple[Tab, ...]
    notes: tuple[str, ...] = ()
    problem: str = ""
    hint: str = ""

    @property
    def failures(self) -> tuple[str, ...]:
        """Why mails could not be built, each reason once."""
        return tuple(dict.fromkeys(tab.problem for tab in self.tabs if tab.problem))
