"""The short texts of a mail."""

from dataclasses import replace
from datetime import date

import pytest

from digest.domain.digests import Digest, Entry, Section
from digest.mail.content.fit import DetailLevel
from digest.mail.content.phrases import (
    Repository,
    amount,
    authors_line,
    left_out,
    long_date,
    repository,
    subject,
)
from tests.support.builders import keyword, paper, subscriber

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
    assert subject(welcome) == "Welcome: 10 papers to begin with · Reward Model, Reasoning · 22 Jun"


def test_a_welcome_without_room_for_names_ends_without_a_dangling_sign() -> None:
    assert subject(digest(("A" * 90, 1), entry=WELCOME)) == "Welcome: 1 paper to begin with · 22 Jun"


def test_the_subject_says_which_of_several_mails_it_is() -> None:
    second = replace(digest(("Reward Model", 7), ("Reasoning", 4)), part=2, parts=3)
    assert subject(second) == "11 new papers: Reward Model, Reasoning · 22 Jun (2 of 3)"


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
    ("number", "expected"),
    [(0, ""), (2, "A1, A2"), (6, "A1, A2, A3, A4, A5, A6"), (60, "A1, A2, A3, A4, A5 and 55 more")],
    ids=["none", "two", "six", "sixty"],
)
def test_more_than_six_authors_are_cut_to_five_and_a_number(number: int, expected: str) -> None:
    assert authors_line([f"A{n}" for n in range(1, number + 1)]) == expected


WHY = (
    "because mail programs cut off long mails. Click a title for the abstract, or ask for narrower keywords."
)


FULL, SHORTENED, NO_ABSTRACT, TITLE_ONLY = DetailLevel


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        (set(), ""),
        ({FULL}, ""),
        ({FULL, SHORTENED}, f"Abstracts are shortened, {WHY}"),
        ({SHORTENED, NO_ABSTRACT}, f"Some abstracts are shortened or left out, {WHY}"),
        ({FULL, NO_ABSTRACT}, f"Some abstracts are left out, {WHY}"),
        ({NO_ABSTRACT}, f"Abstracts are left out, {WHY}"),
        (
            {NO_ABSTRACT, TITLE_ONLY},
            f"Abstracts are left out, and some papers are shown by title only, {WHY}",
        ),
        ({TITLE_ONLY}, f"Only titles are shown, {WHY}"),
    ],
    ids=[
        *("no paper", "everything", "shortened", "some without", "some without, others whole", "none with"),
        *("some titles", "titles"),
    ],
)
def test_the_mail_says_what_it_leaves_out(levels: set[DetailLevel], sentence: str) -> None:
    assert left_out(levels) == sentence


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Code: https://github.com/invented/code.", "https://github.com/invented/code"),
        ("see http://www.gitlab.com/a/b-c/tree/main", "https://gitlab.com/a/b-c"),
        (r"\url{https://github.com/a/b\_c}", "https://github.com/a/b_c"),
        ("bitbucket.org/a/b, and more", "https://bitbucket.org/a/b"),
        ("https://github.com/topics/x then https://github.com/a/b", "https://github.com/a/b"),
        (f"github.com/a/{'b' * 100}", f"https://github.com/a/{'b' * 100}"),
    ],
    ids=["full stop", "deeper path", "TeX", "no scheme", "second one", "longest name"],
)
def test_a_repository_that_a_text_names_becomes_a_link(text: str, url: str) -> None:
    found = repository(text)
    assert found == Repository("Code", "/".join(url.split("/")[-2:]), url)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("huggingface.co/a/b", Repository("Model", "a/b", "https://huggingface.co/a/b")),
        ("huggingface.co/datasets/a/b", Repository("Data", "a/b", "https://huggingface.co/datasets/a/b")),
        ("huggingface.co/spaces/a/b", Repository("Demo", "a/b", "https://huggingface.co/spaces/a/b")),
    ],
    ids=["model", "data", "demo"],
)
def test_what_lies_in_a_repository_is_named(text: str, found: Repository) -> None:
    assert repository(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "https://huggingface.co/papers/2606.00001",
        "https://github.com/invented",
        "https://github.com.evil.example/a/b",
        "https://notgithub.com/a/b",
        'https://github.com/a/"><script>',
        f"https://github.com/a/{'b' * 101}",
        "",
    ],
    ids=[
        "page of a paper",
        "owner only",
        "other host after",
        "other host before",
        "markup",
        "endless name",
        "nothing",
    ],
)
def test_what_is_no_repository_becomes_no_link(text: str) -> None:
    assert repository(text) is None
