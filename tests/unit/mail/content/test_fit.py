"""What a mail leaves out to stay whole."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.digests import Digest, Entry, Section
from digest.domain.mails import Rendered
from digest.mail.content.fit import DETAIL_STEPS, Detail, most_detail_that_fits, room, shortened, split
from tests.support.builders import keyword, paper, subscriber

TEXT = (
    "We study e.g. models of Smith et al. and show that 3.5 is enough. They are good! Is it? "
    "Yes, see Fig. 3 and more of it."
)


@pytest.mark.parametrize(
    ("characters", "left"),
    [
        (200, TEXT),
        (len(TEXT), TEXT),
        (len(TEXT) - 1, TEXT.partition(" Yes")[0] + "\u00a0…"),
        (75, "We study e.g. models of Smith et al. and show that 3.5 is enough.\u00a0…"),
        (50, "We study e.g. models of Smith et al. and show that\u00a0…"),
        (10, "We study\u00a0…"),
        (1, "W\u00a0…"),
    ],
)
def test_a_text_is_cut_behind_a_sentence_and_if_need_be_behind_a_word(characters: int, left: str) -> None:
    assert shortened(TEXT, characters) == left


@given(st.text(), st.integers(1, 300))
def test_what_is_left_is_a_beginning_of_the_text(text: str, characters: int) -> None:
    left = shortened(text, characters)
    assert left == text or (
        left.endswith("\u00a0…") and text.startswith(left[:-2]) and len(left) <= characters + 2
    )


def test_each_step_of_the_ladder_takes_less_than_the_one_before() -> None:
    def room(detail: Detail) -> tuple[float, float, int]:
        return detail.with_card, detail.with_abstract, detail.abstract_characters or 10_000

    rooms = [room(detail) for detail in DETAIL_STEPS]
    assert rooms == sorted(set(rooms), reverse=True)
    assert (DETAIL_STEPS[0], DETAIL_STEPS[-1].with_card) == (Detail(), 0.0)


@pytest.mark.parametrize("step", range(len(DETAIL_STEPS)))
def test_the_richest_step_that_fits_is_found(step: int) -> None:
    asked: list[Detail] = []

    def fits(detail: Detail) -> bool:
        asked.append(detail)
        return DETAIL_STEPS.index(detail) >= step

    assert most_detail_that_fits(fits) == DETAIL_STEPS[step]
    assert len(asked) <= 6


def test_where_nothing_fits_the_least_is_told() -> None:
    asked: list[Detail] = []

    def fits(detail: Detail) -> bool:
        asked.append(detail)
        return False

    assert most_detail_that_fits(fits) == DETAIL_STEPS[-1]
    assert DETAIL_STEPS[-1] in asked


def test_the_room_is_that_of_the_fuller_of_page_and_message() -> None:
    assert room(Rendered("", "x" * 45_000, "")) == pytest.approx(0.5, abs=0.02)
    assert room(Rendered("", "x" * 90_001, "")) > 1
    assert room(Rendered("", "é" * 30_000, "")) > 1.8
    assert room(Rendered("", "", "x" * 100_000)) > 1


def digest(*counts: int) -> Digest:
    sections = [
        Section(
            keyword(f"Keyword {number}"),
            tuple(Entry(paper(f"2606.{number}{place:04}"), (), welcome=False) for place in range(count)),
        )
        for number, count in enumerate(counts)
    ]
    return Digest(subscriber(), date(2026, 6, 22), tuple(sections))


def test_a_split_digest_has_every_paper_once_and_keeps_its_order() -> None:
    whole = digest(5, 1, 3)
    parts = split(whole, 2)
    assert [[(s.keyword.name, len(s.entries)) for s in part.sections] for part in parts] == [
        [("Keyword 0", 4)],
        [("Keyword 0", 1), ("Keyword 1", 1), ("Keyword 2", 3)],
    ]
    assert sum((part.entries for part in parts), ()) == whole.entries
    assert [(part.part, part.parts) for part in parts] == [(1, 2), (2, 2)]


def test_parts_are_about_as_long_as_each_other() -> None:
    parts = split(digest(7), 3)
    assert [len(part.entries) for part in parts] == [2, 3, 2]


def test_a_digest_without_papers_is_one_part() -> None:
    assert split(digest(), 1) == (digest(),)
