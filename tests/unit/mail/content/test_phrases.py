"""The short texts of a mail."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from digest.domain.digests import Digest, Entry, Section
from digest.mail.content.phrases import (
    amount,
    authors_line,
    long_date,
    section_amount,
    subject,
    when,
)
from tests.support.builders import keyword, paper, schedule, subscriber

NEW = Entry(paper(), (), welcome=False)
WELCOME = Entry(paper(), (), welcome=True)


def digest(*sections: tuple[str, int], entry: Entry = NEW) -> Digest:
    return Digest(
        subscriber=subscriber(),
        date=date(2026, 6, 22),
        sections=tuple(Section(keyword(name), (entry,) * papers) for name, papers in sections),
    )


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ([("Agents", 1)], "1 new paper: Agents · 22 Jun"),
        ([("Agents", 1), ("Reasoning", 2)], "3 new papers: Agents, Reasoning · 22 Jun"),
        (
            [("Reward Model", 7), ("Reasoning", 4), ("Agents", 1)],
            "12 new papers: Reward Model, Reasoning and 1 more · 22 Jun",
        ),
        ([("A" * 40, 1), ("B" * 40, 1)], f"2 new papers: {'A' * 40} and 1 more · 22 Jun"),
        ([("A" * 90, 1)], "1 new paper · 22 Jun"),
        ([], "No new papers · 22 Jun"),
        ([("two\nlines", 1)], "1 new paper: two lines · 22 Jun"),
    ],
    ids=["one", "two keywords", "three keywords", "long names", "too long a name", "none", "unclean name"],
)
def test_the_subject_names_how_many_papers_for_what_and_when(
    sections: list[tuple[str, int]], expected: str
) -> None:
    assert subject(digest(*sections)) == expected


def test_the_subject_of_a_first_mail_says_welcome() -> None:
    welcome = digest(("Reward Model", 6), ("Reasoning", 4), entry=WELCOME)
    assert subject(welcome) == "10 papers to begin with: Reward Model, Reasoning · 22 Jun"
    assert (
        subject(replace(welcome, is_first=True))
        == "Welcome: 10 papers to begin with · Reward Model, Reasoning · 22 Jun"
    )


def test_a_welcome_without_room_for_names_ends_without_a_dangling_sign() -> None:
    first = replace(digest(("A" * 90, 1), entry=WELCOME), is_first=True)
    assert subject(first) == "Welcome: 1 paper to begin with · 22 Jun"


def test_the_subject_says_which_of_several_mails_it_is() -> None:
    second = replace(digest(("Reward Model", 7), ("Reasoning", 4)), part=2, parts=3)
    assert subject(second) == "2 of 3 · 11 new papers: Reward Model, Reasoning · 22 Jun"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], "No new papers"),
        ([NEW], "1 new paper"),
        ([NEW, NEW], "2 new papers"),
        ([WELCOME], "1 paper to begin with"),
        ([NEW, WELCOME, WELCOME], "1 new paper and 2 to begin with"),
    ],
    ids=["none", "one", "two", "welcome", "both"],
)
def test_an_amount_counts_new_and_first_papers_apart(entries: list[Entry], expected: str) -> None:
    assert amount(entries) == expected


def test_a_date_is_written_in_words() -> None:
    assert long_date(date(2026, 12, 1)) == "Tuesday, 1 December 2026"


@pytest.mark.parametrize(
    ("number", "most", "expected"),
    [
        (0, 6, ""),
        (2, 6, "A1, A2"),
        (6, 6, "A1, A2, A3, A4, A5, A6"),
        (60, 6, "A1, A2, A3, A4, A5 and 55 more"),
        (1, 1, "A1"),
        (3, 1, "A1 et al."),
    ],
    ids=["none", "two", "six", "sixty", "room for one", "one of three"],
)
def test_authors_are_named_as_there_is_room(number: int, most: int, expected: str) -> None:
    assert authors_line([f"A{n}" for n in range(1, number + 1)], most) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (range(7), "every day at 07:00 (Europe/Berlin)"),
        (range(5), "from Monday to Friday at 07:00 (Europe/Berlin)"),
        ([0], "every Monday at 07:00 (Europe/Berlin)"),
        ([0, 2, 4], "on Monday, Wednesday and Friday at 07:00 (Europe/Berlin)"),
    ],
    ids=["daily", "working days", "weekly", "three days"],
)
def test_a_schedule_is_told_in_words(days: Iterable[int], expected: str) -> None:
    assert when(schedule(timezone="Europe/Berlin", days=frozenset(days))) == expected


@pytest.mark.parametrize(
    ("picked", "expected"),
    [(0, "2 new papers"), (1, "2 new papers, 1 of them above"), (2, "2 new papers, above")],
)
def test_a_section_says_how_many_of_its_papers_are_among_the_picks(picked: int, expected: str) -> None:
    assert section_amount([NEW, NEW], picked) == expected
