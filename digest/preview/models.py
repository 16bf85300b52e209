"""What there is to look at: a tab for each subscriber, with finished messages or why there are none."""

from dataclasses import dataclass, field

from digest.errors import DigestError


class PreviewError(DigestError):
    """The preview cannot be shown; no mail is concerned."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Tab:
    """What one subscriber would get: finished messages (RFC 5322), in order, mostly one."""

    name: str = field(repr=False)
    """The subscriber's name or address: the page is for the keeper's own eyes."""
    mails: tuple[bytes, ...] = field(default=(), repr=False)
    note: str = ""
    """What these mails are, if not just what would go out."""
    problem: str = ""
    """Why a mail could not be made, with the template's file and line."""


@dataclass(frozen=True, slots=True)
class Preview:
    """`notes` concern all tabs, such as what arXiv did not answer; so does `problem`."""

    tabs: tuple[Tab, ...]
    notes: tuple[str, ...] = ()
    problem: str = ""
    hint: str = ""

    @property
    def failures(self) -> tuple[str, ...]:
        """Why mails could not be made, each reason once."""
        return tuple(dict.fromkeys(tab.problem for tab in self.tabs if tab.problem))
