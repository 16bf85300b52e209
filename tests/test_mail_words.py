"""A digest's small texts."""

from datetime import date

import pytest

from digest.mail.words import amount, authors_line, long_date, repository_url, subject
from digest.models import Digest, Entry, Section
from tests.builders import keyword, paper, subscriber

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
def test_the_subject_tells_how_many_papers_for_what_and_when(
    sections: list[tuple[str, int]], expected: str
) -> None:
    assert subject(digest(*sections)) == expected


def test_the_subject_of_a_first_mail_says_welcome() -> None:
    welcome = digest(("Reward Model", 6), ("Reasoning", 4), entry=WELCOME)
    assert subject(welcome) == "Welcome: 10 papers to begin with · Reward Model, Reasoning · 22 Jun"


def test_a_welcome_without_room_for_names_ends_without_a_dangling_sign() -> None:
    assert subject(digest(("A" * 90, 1), entry=WELCOME)) == "Welcome: 1 paper to begin with · 22 Jun"


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
def test_an_amount_tells_new_papers_from_those_to_begin_with(entries: list[Entry], expected: str) -> None:
    assert amount(entries) == expected


def test_a_date_is_written_in_words() -> None:
    assert long_date(date(2026, 12, 1)) == "Tuesday, 1 December 2026"


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, ""), (2, "A1, A2"), (6, "A1, A2, A3, A4, A5, A6"), (60, "A1, A2, A3, A4, A5 and 55 more")],
    ids=["none", "two", "six", "sixty"],
)
def test_more_than_six_authors_are_cut_to_five_and_a_number(number: int, expected: str) -> None:
    assert authors_line([f"A{n}" for n in range(1, number + 1)]) == expected


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Code: https://github.com/invented/code.", "https://github.com/invented/code"),
        ("see http://www.gitlab.com/a/b-c/tree/main", "https://gitlab.com/a/b-c"),
        (r"\url{https://github.com/a/b\_c}", "https://github.com/a/b_c"),
        ("bitbucket.org/a/b, and more", "https://bitbucket.org/a/b"),
        ("https://huggingface.co/datasets/a/b", "https://huggingface.co/datasets/a/b"),
        ("https://huggingface.co/papers/2606.00001", ""),
        ("https://github.com/invented", ""),
        ("https://github.com.evil.example/a/b", ""),
        ("https://notgithub.com/a/b", ""),
        ('https://github.com/a/"><script>', ""),
        ("https://github.com/topics/x then https://github.com/a/b", "https://github.com/a/b"),
        ("", ""),
    ],
    ids=[
        "full stop",
        "deeper path",
        "TeX",
        "no scheme",
        "dataset",
        "page of a paper",
        "owner only",
        "other host after",
        "other host before",
        "markup",
        "second one",
        "nothing",
    ],
)
def test_a_repository_that_a_text_names_becomes_a_link(text: str, url: str) -> None:
    assert repository_url(text) == url
