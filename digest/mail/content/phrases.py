"""The short texts of a mail: subject, amounts, dates, author lists, what comes when."""

from collections.abc import Iterator, Sequence
from datetime import date

from digest.domain.digests import Digest, Entry, Showing
from digest.domain.subscribers import Schedule
from digest.domain.text import counted, listed, one_line

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_SUBJECT_LENGTH = 78  # characters of a header line (RFC 5322, section 2.1.1)
_NAMED_KEYWORDS = 2


def subject(digest: Digest) -> str:
    """Such as `12 new papers: Reward Model, Reasoning and 1 more · 22 Jun`; where there are several mails,
    `1 of 2` comes first. The count is that of all parts.

    Names fewer keywords, or none, where it would be longer than 78 characters.
    """
    lead, end = _lead(digest), f"{digest.date.day} {_MONTHS[digest.date.month - 1][:3]}"
    if digest.parts > 1:
        lead = f"{digest.part} of {digest.parts} · {lead}"
    names = [one_line(section.keyword.name) for section in digest.sections]
    for named in range(min(_NAMED_KEYWORDS, len(names)), 0, -1):
        candidate = f"{lead} {listed(names, named)} · {end}"
        if len(candidate) <= _SUBJECT_LENGTH:
            return candidate
    return f"{lead.rstrip(' :·')} · {end}"


def _lead(digest: Digest) -> str:
    if digest.is_first and digest.entries:
        return f"Welcome: {amount(digest.in_all)} ·"
    return f"{amount(digest.in_all)}:"


def amount(entries: Sequence[Entry]) -> str:
    """`12 new papers`, `10 papers to begin with`, both, or `No new papers`."""
    welcome = sum(entry.welcome for entry in entries)
    new = len(entries) - welcome
    if not welcome:
        return counted(new, "new paper") if new else "No new papers"
    begin = f"{welcome} to begin with" if new else f"{counted(welcome, 'paper')} to begin with"
    return f"{counted(new, 'new paper')} and {begin}" if new else begin


def amount_here(digest: Digest) -> str:
    """`12 new papers`, or of several mails `316 new papers, here 1–158`."""
    whole = amount(digest.in_all)
    if len(digest.entries) == len(digest.in_all):
        return whole
    first, last = digest.before + 1, digest.before + len(digest.entries)
    return f"{whole}, here {first}–{last}" if first < last else f"{whole}, here {first}"


def section_amount(entries: Sequence[Entry], picked: int) -> str:
    """`4 new papers, 2 of them above`: the picks are not repeated in their section."""
    if not picked:
        return amount(entries)
    return f"{amount(entries)}, {'above' if picked == len(entries) else f'{picked} of them above'}"


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


def when(schedule: Schedule) -> str:
    """`every day at 07:00 (Europe/Berlin)`."""
    return f"{_days(schedule.days)} at {schedule.at:%H:%M} ({schedule.timezone.key})"


def _days(days: frozenset[int]) -> str:
    names = [_WEEKDAYS[day] for day in sorted(days)]
    if len(names) == len(_WEEKDAYS):
        return "every day"
    if days == frozenset(range(5)):
        return "from Monday to Friday"
    if len(names) == 1:
        return f"every {names[0]}"
    return f"on {', '.join(names[:-1])} and {names[-1]}"


def long_date(day: date) -> str:
    """`Monday, 22 June 2026`."""
    return f"{_WEEKDAYS[day.weekday()]}, {plain_date(day)}"


def plain_date(day: date) -> str:
    """`22 June 2026`, whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def authors_line(authors: Sequence[str], most: int) -> str:
    """Up to so many authors; where there are more, one fewer, and the number of the others. A line with room
    for one has `Ada Example et al.`"""
    if most == 1 and len(authors) > 1:
        return f"{authors[0]} et al."
    return ", ".join(authors) if len(authors) <= most else listed(authors, max(1, most - 1))
