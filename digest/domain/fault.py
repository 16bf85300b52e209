"""Whose fault a refusal is, by what the mail server says: its codes and its words. Pure.

Codes alone do not tell: servers refuse their own users, a blocked machine and a message that is too large
with the code of an address that does not exist. Words alone do not tell either: each server has its own. So
words that are known decide over codes, and an address counts as gone only if neither speaks against it.

The same holds for the reply during delivery and for the report that comes back later.
"""

import re
from enum import StrEnum


class Fault(StrEnum):
    """Whose fault a refusal is."""

    OURS = "ours"
    """Our sender, account or machine is refused, whoever the mail is for."""
    MESSAGE = "message"
    """This message is refused: its size, its form, what it says. That tells nothing of the address."""
    GONE = "gone"
    """The address does not exist: the code says so, and no words speak against it."""
    ADDRESS = "address"
    """This address is refused or cannot be reached; perhaps for good."""
    LATER = "later"
    """The address takes no mail for now: its mailbox is full, or it gets too much at once."""
    UNCLEAR = "unclear"
    """Neither code nor words tell."""


def fault_of(enhanced: str, words: str) -> Fault:
    """Whose fault a refusal is. `enhanced` is its code (RFC 3463), such as `5.1.1`, or empty."""
    by_code, by_words = _by_code(enhanced), _by_words(words)
    if by_words is None:
        return by_code
    if by_words is not Fault.GONE:
        return by_words
    return Fault.GONE if by_code is Fault.GONE else Fault.ADDRESS


def _by_words(words: str) -> Fault | None:
    text = " ".join(words.split())[:_MOST_CHARACTERS]
    return next((fault for pattern, fault in _WORDS if pattern.search(text)), None)


def _by_code(enhanced: str) -> Fault:
    subject = enhanced.partition(".")[2]
    return _CODES.get(subject) or _CODES.get(subject.partition(".")[0]) or Fault.UNCLEAR


_MOST_CHARACTERS = 2_000

# By subject and detail, or by subject alone: RFC 3463, section 3; RFC 5248; RFC 7372; RFC 7505.
_CODES = {
    "1": Fault.ADDRESS,
    "1.1": Fault.GONE,  # no such mailbox
    "1.6": Fault.GONE,  # moved, with no forwarding address
    "1.7": Fault.OURS,  # the sender's address
    "1.8": Fault.OURS,
    "1.10": Fault.GONE,  # no such recipient, says Exchange; a domain that takes no mail (null MX)
    "2": Fault.ADDRESS,
    "2.2": Fault.LATER,  # mailbox full
    "2.3": Fault.MESSAGE,  # larger than this mailbox takes
    "3": Fault.UNCLEAR,
    "3.4": Fault.MESSAGE,  # larger than this server takes
    "4": Fault.ADDRESS,
    "4.5": Fault.OURS,  # our quota of mails is used up
    "5": Fault.UNCLEAR,
    "6": Fault.MESSAGE,
    "7": Fault.OURS,
}


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# The first row that matches decides. Our own trouble comes first: who is struck off for it is lost.
_WORDS: tuple[tuple[re.Pattern[str], Fault], ...] = (
    (
        _any(  # our machine
            r"\b(?:block|black|deny)[- ]?list",
            r"\bblocked using\b",
            r"\b(?:rbl|dnsbl|spamhaus|spamcop|barracuda|sorbs|uceprotect)\b",
            r"\breputation\b",
            r"\b(?:client host|sending (?:host|server|ip)|your (?:ip|host|server|network))\b.{0,80}"
            r"\b(?:blocked|rejected|denied|listed|banned|not allowed)\b",
            r"\breverse (?:dns|hostname|lookup)\b|\bptr record\b",
        ),
        Fault.OURS,
    ),
    (
        _any(  # our account, our sender, a relay that does not know us
            r"\brelay(?:ing)? (?:access )?(?:denied|not (?:allowed|permitted)|prohibited)",
            r"\bremote domains not supported\b",
            r"\bsend ?as ?denied\b",
            r"\bsender (?:address )?(?:rejected|denied|not (?:allowed|verified|permitted))",
            r"\bauthentication (?:is )?required\b|\bmust (?:log ?in|authenticate)\b",
            r"\b(?:spf|dkim|dmarc)\b",
            r"\b(?:daily|hourly|sending) (?:user )?(?:sending )?(?:limit|quota)\b",
        ),
        Fault.OURS,
    ),
    (
        _any(  # the same, as bounces tell it
            r"\b(?:denied by|not permitted by|security) polic|\bfor policy reasons\b|\bpolicy violation\b",
            r"\bunauthenticated senders?\b|\bunroutable sender\b|\bsender rejected\b|\bdomain of sender\b",
            r"\bemail address is not verified\b|\bfrom: domain is invalid\b",
            r"\brdns\b|\bdns ptr\b|\bmismatch(?:es)? client ip\b|\binvalid ip for sending\b",
            r"\bhost network not allowed\b|\bopen relay\b|\binsecure mail relay\b|\brelay quota\b",
            r"\btoo many (?:unwanted messages|recipients this)\b|\bblocked (?:by|for|due to|because)\b",
            r"\b(?:mail rejected|service refused)\b.{0,60}\bofr_",
        ),
        Fault.OURS,
    ),
    (
        _any(
            r"\bmessage (?:size|is too large)|\btoo (?:large|big)\b|(?<!mailbox )\bsize limit\b",
            r"\bspam\b|\bvirus\b|\bmalware\b|\bcontent (?:rejected|refused)\b",
        ),
        Fault.MESSAGE,
    ),
    (
        _any(r"\bover ?quota\b|\bquota exceeded\b|\b(?:mailbox|inbox) (?:is )?full\b|\bgr[ae]ylist"),
        Fault.LATER,
    ),
    (
        _any(
            r"\binsufficient (?:disk space|system (?:storage|resources))",
            r"\breceiving mail (?:at a rate|too quickly)",
        ),
        Fault.LATER,
    ),
    (
        _any(  # M365 has no other words for who does not exist; a mailbox that is closed may be opened again
            r"\brecipient address(?:es)? rejected ?: access denied\b|\bdisabled recipient\b",
            r"\brecipient address rejected: .{0,80}\b(?:disabled|locked|suspended|inactive)\b",
        ),
        Fault.ADDRESS,
    ),
    (
        _any(
            r"\b(?:user|recipient|mailbox|address|account|addressee) (?:is )?(?:unknown|not found|invalid)\b",
            r"\b(?:unknown|no such|invalid) (?:local )?(?:user|recipient|mailbox|address|account)\b",
            r"\bdoes ?n[o']t (?:exist|have an account)\b|\bdoes not exist\b",
        ),
        Fault.GONE,
    ),
)
