"""Read what authors say in the comment of a paper: where it was accepted, and how many pages it has.

A badge states a fact: the authors say that the paper was accepted, will appear or was published there. What
is submitted, under review, rejected, or only has a venue's format gets none.
"""

import re
from dataclasses import dataclass

from digest.domain.venues import Venue, find_venue

_ACCEPTED = re.compile(
    r"\b(?:accept(?:ed|ance)?\b|appear(?:s|ed|ing)?\b|published|to be (?:published|presented)|forthcoming"
    r"|camera[- ]ready|presented|in press|in (?:the )?proc(?:eedings\b|\.)|proceedings of|oral|spotlight"
    r"|highlight|poster|best paper|main conference|findings(?!:))",
    re.IGNORECASE,
)
_AT = re.compile(r"^\s*(?:at|in)\s", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:(?:re)?submi(?:t|ts|tted|tting|ssion)|under (?:\w+[- ])?review|in (?:peer )?review|being reviewed"
    r"|review(?:ed|ers?)? (?:at|by|for)|under consideration|formats?|formatted|templates?|style(?:file)?"
    r"|(?:desk[- ])?reject\w*|withdrawn|retracted"
    r"|not (?:\w+ )?(?:accepted|published|presented)|never|unpublished|previously"
    r"|(?:extended|longer|full|journal) version of"
    r"|(?:prior|previous|preceding|preliminary|initial|earlier|short(?:er)?) (?:version|work)"
    r"|extends|builds (?:up)?on|follow-up|plan(?:ned|s)?"
    r"|if accepted|would|hope(?:s|d|fully)?|maybe|perhaps|conditional(?:ly)?|for consideration|preparation"
    r"|papers (?:\w+ )?accepted|accepted (?:\S+ ){0,2}papers"
    r"|intended|prepar(?:ed|ing) for|target(?:ed|ing|s)?|accepted for review|provisional(?:ly)?"
    r"|challenge|competition|shared task)\b",
    re.IGNORECASE,
)
# What is said of a venue ends here.
_CLAUSE = re.compile(
    r"[;|]|(?<=[a-z\d)]{2})(?<!Phys)(?<!Rev)(?<!Lett)(?<!Proc)(?<!Nat)(?<!Sci)(?<!Trans)(?<!Conf)(?<!Int)"
    r"(?<!Ann)(?<!Mon)(?<!Not)(?<!Astron)\.\s+(?=[A-Z(\d])|(?<=[!?])\s|\(extended"
    r"|,\s*(?=(?:code|project|data|submitted|under|formerly)\b)",
    re.IGNORECASE,
)
_WORKSHOP = re.compile(r"\bworkshops?\b|\bWS\b|\bco-?located\b", re.IGNORECASE)
_READ = 1_000
"""So many characters of a comment are read."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PIECE = re.compile(r"\s*(?:[;,|]|\.(?=\s|$))\s*")
_COUNTED = _words(
    "page pages pp pg p figure figures figs fig table tables tab algorithm algorithms equation"
    " equations reference references ref refs appendix appendices supplementary supplement"
    " supplemental material materials main text body paper content in total with plus including"
    " excluding incl excl of the and for a an long short color colour double single column columns"
    " words section sections listings theorem theorems pdf latex revtex each videos video movies"
    " movie ancillary file files one two three four five six seven eight nine ten eleven twelve no"
    " none"
)
_NUMBERS = _words("one two three four five six seven eight nine ten eleven twelve no none")
_COUNTS = _words("page pages pp pg p figure figures figs fig table tables tab words algorithm algorithms")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Badge:
    """A venue that has accepted the paper."""

    venue: str
    year: int | None = None
    is_workshop: bool = False

    @property
    def text(self) -> str:
        """`NeurIPS 2026`, `ICML 2026 workshop`, `Nature Physics`."""
        words = (self.venue, str(self.year or ""), "workshop" if self.is_workshop else "")
        return " ".join(word for word in words if word)


def badge(comment: str, journal_ref: str = "") -> Badge | None:
    """Where the paper was accepted, by its comment or its journal reference; None if neither says so.

    Both are one line, without TeX.
    """
    for clause in _CLAUSE.split(comment[:_READ]):
        if found := _accepted(clause):
            return found
    venue = None if _DENIED.search(journal_ref[:_READ]) else find_venue(journal_ref[:_READ])
    return _badge(venue, journal_ref[:_READ]) if venue else None


def _accepted(clause: str) -> Badge | None:
    says_so = _ACCEPTED.search(clause) or _AT.search(clause)
    venue = None if not says_so or _DENIED.search(clause) else find_venue(clause)
    return _badge(venue, clause) if venue else None


def _badge(venue: Venue, text: str) -> Badge:
    return Badge(venue.name, venue.year, bool(_WORKSHOP.search(text)))


def without_counts(comment: str) -> str:
    """The comment without how many pages, figures and tables the paper has."""
    if not any(map(_is_count, _PIECE.split(comment))):
        return comment
    kept, at, separator = "", 0, ""
    for end in (*_PIECE.finditer(comment), None):
        piece = comment[at : end.start() if end else None]
        if piece and not _is_count(piece):
            kept += f"{separator if kept else ''}{piece}"
            separator = end[0] if end else ""
        at = end.end() if end else at
    closing = comment.rstrip()[-1:] if kept and comment.rstrip().endswith(".") else ""
    return f"{kept}{closing}".strip()


def _is_count(piece: str) -> bool:
    """Whether it says how many: a number, and nothing but words of counting."""
    words = {word.lower() for word in _WORD.findall(piece)}
    has_number = bool(_NUMBERS & words) or any(sign.isdigit() for sign in piece)
    return has_number and words <= _COUNTED and bool(_COUNTS & words)
