"""The short texts of a mail: subject, amounts, dates, author lists, what is left out."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from digest.domain.digests import Digest, Entry, Showing
from digest.domain.text import counted, listed, one_line
from digest.mail.content.fit import DetailLevel

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_SUBJECT_LENGTH = 78  # characters of a header line (RFC 5322, section 2.1.1)
_NAMED_KEYWORDS = 2
_ALL_AUTHORS = 6
_FIRST_AUTHORS = 5


def subject(digest: Digest) -> str:
    """Such as `12 new papers: Reward Model, Reasoning and 1 more · 22 Jun (1 of 2)`.

    Names fewer keywords, or none, where it would be longer than 78 characters.
    """
    lead, end = _lead(digest.entries), f"{digest.date.day} {_MONTHS[digest.date.month - 1][:3]}"
    if digest.parts > 1:
        end += f" ({digest.part} of {digest.parts})"
    names = [one_line(section.keyword.name) for section in digest.sections]
    for named in range(min(_NAMED_KEYWORDS, len(names)), 0, -1):
        candidate = f"{lead} {listed(names, named)} · {end}"
        if len(candidate) <= _SUBJECT_LENGTH:
            return candidate
    return f"{lead.rstrip(' :·')} · {end}"


def amount(entries: Sequence[Entry]) -> str:
    """`12 new papers`, `10 papers to begin with`, both, or `No new papers`."""
    welcome = sum(entry.welcome for entry in entries)
    new = len(entries) - welcome
    if not welcome:
        return counted(new, "new paper") if new else "No new papers"
    begin = f"{welcome} to begin with" if new else f"{counted(welcome, 'paper')} to begin with"
    return f"{counted(new, 'new paper')} and {begin}" if new else begin


def left_out(levels: Collection[DetailLevel]) -> str:
    """What a mail leaves out that shows its papers at these levels; empty if that is nothing."""
    found = set(levels)
    if found <= {DetailLevel.FULL}:
        return ""
    titles_only = found == {DetailLevel.TITLE_ONLY}
    fact = "Only titles are shown" if titles_only else _left_out_in_part(found)
    return (
        f"{fact}, because mail programs cut off long mails. "
        "Click a title for the abstract, or ask for narrower keywords."
    )


def not_in_full(showing: Showing) -> str:
    """What a mail leaves out of a paper that the mail server refused."""
    shown = "its title" if showing is Showing.TITLE else "its number"
    return f"The mail server refused a mail with this paper, so here is only {shown}, with a link."


def missing(waiting: int, given_up: int) -> Iterator[str]:
    """A sentence for papers that wait for the next digests, and one for papers that are not sent at all."""
    if waiting:
        yield f"{counted(waiting, 'more paper')} will come with the next digests: this is enough for one day."
    if given_up:
        yield (
            f"{counted(given_up, 'paper')} could not be sent, because the mail server refused every attempt. "
            "The person who runs this digest can say which."
        )


def _left_out_in_part(levels: Collection[DetailLevel]) -> str:
    missing = DetailLevel.NO_ABSTRACT in levels or DetailLevel.TITLE_ONLY in levels
    kept = DetailLevel.FULL in levels or DetailLevel.SHORTENED in levels
    changes = ["shortened"] * (DetailLevel.SHORTENED in levels) + ["left out"] * missing
    what = "Some abstracts" if missing and kept else "Abstracts"
    titles = ", and some papers are shown by title only" if DetailLevel.TITLE_ONLY in levels else ""
    return f"{what} are {' or '.join(changes)}{titles}"


def long_date(day: date) -> str:
    """`Monday, 22 June 2026`."""
    return f"{_WEEKDAYS[day.weekday()]}, {plain_date(day)}"


def plain_date(day: date) -> str:
    """`22 June 2026`, whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def authors_line(authors: Sequence[str]) -> str:
    """Up to six authors, or the first five and the number of the others."""
    if len(authors) <= _ALL_AUTHORS:
        return ", ".join(authors)
    return listed(authors, _FIRST_AUTHORS)


def _lead(entries: Sequence[Entry]) -> str:
    if entries and all(entry.welcome for entry in entries):
        return f"Welcome: {amount(entries)} ·"
    return f"{amount(entries)}:"
