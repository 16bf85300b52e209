"""Whose fault a refusal is, by what the mail server says: its codes and its words. Pure.

Codes alone do not tell: servers refuse their own users, a blocked machine and a message that is too large
with the code of an address that does not exist. Words alone do not tell either: each server has its own. So
words that are known decide over codes, and an address counts as gone only if neither speaks against it.

The same holds for the reply during delivery and for the report that comes back later. The words are in
digest.domain.fault_words and digest.domain.address_words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from digest.domain import address_words as theirs
from digest.domain import fault_words as ours


class Fault(StrEnum):
    """Whose fault a refusal is."""

    OURS = "ours"
    """Our sender, account or machine is refused, or all that we send, whoever the mail is for."""
    MESSAGE = "message"
    """This message is refused: its size, its form. That tells nothing of the address."""
    GONE = "gone"
    """The address does not exist: the code says so, and no words speak against it."""
    ADDRESS = "address"
    """This address is refused or cannot be reached; perhaps for good."""
    LATER = "later"
    """The address takes no mail for now: its mailbox is full, or it gets too much at once."""
    UNCLEAR = "unclear"
    """Neither code nor words tell."""


class Trouble(StrEnum):
    """What is wrong with us, where a refusal is our fault."""

    BLOCKLIST = "blocklist"
    RELAYING = "relaying"
    SENDER = "sender"
    LOGIN = "login"
    QUOTA = "quota"
    """Of the account that sends."""
    AUTHENTICATION = "authentication"
    """SPF, DKIM or DMARC of the sender's domain."""
    SPAM = "spam"
    POLICY = "policy"


REMEDIES: Mapping[Trouble, str] = {
    Trouble.BLOCKLIST: "the sending machine is blocked: ask the mail server's operator, or use another",
    Trouble.RELAYING: "use a mail server that sends to other domains for you; most want user and password",
    Trouble.SENDER: "let the mail server send as the address under mail.from, or change mail.from",
    Trouble.LOGIN: "put user and password into the SMTP URL: the mail server wants a login",
    Trouble.QUOTA: "the sending account has reached its limit or is stopped: wait, or ask its provider",
    Trouble.AUTHENTICATION: "set up SPF, DKIM and DMARC for the domain of mail.from",
    Trouble.SPAM: "mails are taken for spam: set up SPF, DKIM and DMARC, or ask the mail server's operator",
    Trouble.POLICY: "check that the mail server may send for the address under mail.from",
}
"""What to do about each."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Whose fault a refusal is, and how that is known."""

    fault: Fault
    trouble: Trouble | None = None
    """For our own fault."""
    by_words: bool = False
    """The words say so, not the code alone."""

    @property
    def is_certain(self) -> bool:
        """Whether it is known; a code alone is not enough, except for an address that does not exist."""
        return self.by_words or self.fault is Fault.GONE


def fault_of(enhanced: str, words: str) -> Fault:
    """Whose fault a refusal is. `enhanced` is its code (RFC 3463), such as `5.1.1`, or empty."""
    return cause_of(enhanced, words).fault


def cause_of(enhanced: str, words: str) -> Cause:
    """The same, with what is known of it."""
    by_code, by_words = _by_code(enhanced), _by_words(words)
    if by_words is None:
        return _cause(by_code, by_words=False)
    is_ours = isinstance(by_code, Trouble) and by_code is not Trouble.POLICY
    if is_ours and by_words in (Fault.GONE, Fault.ADDRESS):
        return _cause(by_code, by_words=False)
    if by_words is Fault.GONE and by_code is not Fault.GONE:
        return Cause(Fault.ADDRESS, by_words=True)
    return _cause(by_words, by_words=True)


def _cause(found: Fault | Trouble, *, by_words: bool) -> Cause:
    if isinstance(found, Trouble):
        return Cause(Fault.OURS, found, by_words)
    return Cause(found, by_words=by_words)


def _by_words(words: str) -> Fault | Trouble | None:
    """The first row of the table that matches. Addresses are no words: they may be called spam@."""
    text = " ".join(_ADDRESS.sub(" ", words[:_MOST_CHARACTERS]).split())
    return next((found for pattern, found in _table() if pattern.search(text)), None)


def _by_code(enhanced: str) -> Fault | Trouble:
    subject = enhanced.partition(".")[2]
    return _CODES.get(subject) or _CODES.get(subject.partition(".")[0]) or Fault.UNCLEAR


_MOST_CHARACTERS = 2_000
_ADDRESS = re.compile(r"(?<![^\s<>()\"',;:])[^\s<>()\"',;:@]*+@[^\s<>()\"',;:]*+")

# By subject and detail, or by subject alone: RFC 3463, section 3; RFC 5248; RFC 7372; RFC 7505; and those
# that Microsoft 365 gives.
_CODES: dict[str, Fault | Trouble] = {
    "1": Fault.ADDRESS,
    "1.1": Fault.GONE,  # no such mailbox
    "1.6": Fault.GONE,  # moved, with no forwarding address
    "1.7": Trouble.SENDER,
    "1.8": Trouble.SENDER,
    "1.10": Fault.GONE,  # no such recipient, says Exchange; a domain that takes no mail (null MX)
    "1.90": Trouble.QUOTA,
    "2": Fault.ADDRESS,
    "2.2": Fault.LATER,  # mailbox full
    "2.3": Fault.MESSAGE,  # larger than this mailbox takes
    "2.251": Trouble.SENDER,
    "2.252": Trouble.SENDER,
    "3": Fault.UNCLEAR,
    "3.4": Fault.MESSAGE,  # larger than this server takes
    "4": Fault.ADDRESS,
    "4.5": Trouble.QUOTA,
    "5": Fault.UNCLEAR,
    "6": Fault.MESSAGE,
    "7": Trouble.POLICY,
    **dict.fromkeys(("7.20", "7.21", "7.22", "7.23", "7.24", "7.26"), Trouble.AUTHENTICATION),
    "7.25": Trouble.BLOCKLIST,  # no reverse name
    "7.27": Trouble.SENDER,
    "7.28": Trouble.QUOTA,
    "7.57": Trouble.LOGIN,
    "7.60": Trouble.SENDER,
    "7.64": Trouble.RELAYING,
    "7.509": Trouble.AUTHENTICATION,
    "7.515": Trouble.AUTHENTICATION,
    **dict.fromkeys(("7.511", "7.606", "7.708"), Trouble.BLOCKLIST),
    "7.750": Trouble.SENDER,
}


@cache
def _table() -> tuple[tuple[re.Pattern[str], Fault | Trouble], ...]:
    """Compiled when first needed: it takes longer than most commands."""
    return tuple((re.compile("|".join(patterns), re.IGNORECASE), found) for patterns, found in _WORDS)


# The first row that matches decides. Our own trouble comes first: who is struck off for it is lost.
_WORDS: tuple[tuple[tuple[str, ...], Fault | Trouble], ...] = (
    (theirs.ASK_AGAIN, Fault.LATER),
    (theirs.THIS_RECIPIENT, Fault.ADDRESS),
    (ours.RELAYING, Trouble.RELAYING),
    (ours.AUTHENTICATION, Trouble.AUTHENTICATION),
    (ours.BLOCKLIST, Trouble.BLOCKLIST),
    (ours.LOGIN, Trouble.LOGIN),
    (ours.QUOTA, Trouble.QUOTA),
    (ours.SENDER, Trouble.SENDER),
    (theirs.MESSAGE, Fault.MESSAGE),
    (ours.SPAM, Trouble.SPAM),
    (theirs.MAILBOX_FULL, Fault.LATER),
    (theirs.NO_SUCH_ADDRESS, Fault.GONE),
    (ours.POLICY, Trouble.POLICY),
    (theirs.ADDRESS_REFUSED, Fault.ADDRESS),
)
