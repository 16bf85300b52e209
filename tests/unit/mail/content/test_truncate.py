"""How long titles, abstracts, names and comments may be, and where they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.text import shortened
from digest.mail.content.truncate import truncate_at_sentence, truncate_list, truncate_paper
from tests.support.builders import paper

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
def test_a_text_is_cut_after_a_sentence_or_else_after_a_word(characters: int, left: str) -> None:
    assert truncate_at_sentence(TEXT, characters) == left


@given(st.text(), st.integers(1, 300))
def test_what_is_left_is_the_beginning_of_the_text(text: str, characters: int) -> None:
    left = truncate_at_sentence(text, characters)
    assert left == text or (
        left.endswith("\u00a0…") and text.startswith(left[:-2]) and len(left) <= characters + 2
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("eight ch", "eight ch"),
        ("nine char", "nine ch…"),
        ("a b c d e f", "a b c d…"),
        ("abcdefg hij", "abcdefg…"),
    ],
    ids=["fits", "too long", "within a word", "at a space"],
)
def test_a_text_is_cut_to_eight_characters(text: str, left: str) -> None:
    assert shortened(text, 8) == left


def test_a_title_is_cut_to_600_characters() -> None:
    assert truncate_paper(paper(title="t" * 600)).title == "t" * 600
    assert truncate_paper(paper(title="t" * 601)).title == "t" * 599 + "…"


def test_a_paper_without_a_title_shows_its_identifier() -> None:
    assert truncate_paper(paper("2606.00001", title="")).title == "arXiv:2606.00001"


@pytest.mark.parametrize(
    ("items", "shown"),
    [
        ((), ()),
        (("Reasoning",), ("Reasoning",)),
        (("a" * 40,), ("a" * 40,)),
        (("a" * 8, "b" * 8), ("a" * 8, "b" * 8)),
        (("a" * 8, "b" * 8, "c"), ("a" * 8, "b" * 8, "and 1 more")),
        (("a" * 40, "b", "c"), ("a" * 40, "and 2 more")),
    ],
    ids=["nothing", "one", "one that is too long", "just fits", "one too many", "the first is always shown"],
)
def test_a_long_list_names_its_first_items_and_counts_the_others(
    items: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    assert truncate_list(items, 20) == shown
