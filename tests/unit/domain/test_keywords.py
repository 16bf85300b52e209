import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.analyzer import searchable
from digest.domain.keywords import Keyword, Match, distinct
from tests.support.builders import keyword


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("Reward Model", "Reward Model"),
        ("  Q-learning ", "Q learning"),
        ("C++", "C"),
        ("Bayes's theorem", "Bayes's theorem"),
        ("Bayes’s theorem", "Bayes's theorem"),
        ("nai\u0308ve", "naïve"),
        ("snake_case AND (x)", "snake_case AND x"),
        ("Llama 3.1, GPT-3.5", "Llama 3.1 GPT 3.5"),
        ("naïve Φ-divergence", "naïve Φ divergence"),
        ("'' -- ''", ""),
    ],
)
def test_a_phrase_is_searched_by_its_words_without_punctuation(phrase: str, words: str) -> None:
    assert searchable(phrase) == words


def test_of_keywords_with_one_id_the_first_is_kept() -> None:
    first, again = keyword("Reward Model"), keyword("RM", any=("reward model",))
    assert distinct([first, again, keyword("Reasoning")]) == (first, keyword("Reasoning"))


def test_an_id_is_32_hexadecimal_digits_and_never_changes() -> None:
    assert keyword("Reward Model").id == "7a724f125b2427605fed5aefc47b91cf"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (keyword("Reward Model"), keyword("RM", any=("Reward Model",))),
        (keyword("Reward Model"), keyword("x", any=("reward MODEL",))),
        (keyword("x", any=("a b", "c d")), keyword("x", any=("c d", "a b"))),
        (keyword("x", any=("a b", "a b")), keyword("x", any=("a b",))),
        (keyword("x", any=("Q-learning rate",)), keyword("x", any=("Q learning, rate",))),
        (keyword("x", any=("a b",)), keyword("x", any=(), all=("a b",))),
        (keyword("x", any=("a b",), all=("c d",)), keyword("x", any=("c d",), all=("a b",))),
        (keyword("x", any=("a b",)), keyword("x", any=("a b",), match=Match.TITLE_OR_ABSTRACT)),
        (keyword("x", any=("a",)), keyword("x", any=("a",), match=Match.TITLE_AND_ABSTRACT)),
        (keyword("x", authors=("Ada Example",)), keyword("x", authors=("ada  example",))),
        (keyword("x", categories=("cs.LG", "cs.*")), keyword("x", categories=("cs.*", "cs.LG"))),
    ],
    ids=[
        "another name", "case", "order", "a phrase twice", "punctuation", "any of one phrase is all",
        "any of one phrase, with another", "the default match of several words",
        "the default match of one word", "case and spaces of an author", "order of categories",
    ],
)  # fmt: skip
def test_keywords_with_the_same_conditions_have_the_same_id(one: Keyword, other: Keyword) -> None:
    assert one.id == other.id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (keyword("x", any=("a b",)), keyword("x", any=("b a",))),
        (keyword("x", any=("a b", "c d")), keyword("x", any=(), all=("a b", "c d"))),
        (keyword("x", any=("a b",)), keyword("x", any=("a b",), match=Match.TITLE)),
        (keyword("x", any=("a b",)), keyword("x", any=("a", "b"))),
        (keyword("x", any=("a b",)), keyword("x", any=("a b",), exclude=("c",))),
        (keyword("x", any=("a b",), exclude=("c",)), keyword("x", any=("a b", "c"))),
        (keyword("x", any=("a b",)), keyword("x", any=("a b",), categories=("cs.LG",))),
        (keyword("x", any=(), authors=("cs",)), keyword("x", any=(), categories=("cs",))),
        (keyword("x", any=("naive bayes",)), keyword("x", any=("naïve bayes",))),
    ],
    ids=[
        "the order of words", "any and all", "match", "two words and a phrase", "exclude",
        "exclude and any", "a category", "an author and a category", "an accent",
    ],
)  # fmt: skip
def test_keywords_with_other_conditions_have_other_ids(one: Keyword, other: Keyword) -> None:
    assert one.id != other.id


PHRASES = st.lists(
    st.sampled_from(["reward model", "Reasoning", "Q-learning", "C++"]), min_size=1, max_size=4
)


@given(PHRASES, PHRASES, st.randoms())
def test_neither_order_nor_case_nor_repetition_changes_an_id(
    wanted: list[str], excluded: list[str], dice: random.Random
) -> None:
    def shuffled(phrases: list[str]) -> tuple[str, ...]:
        changed = [phrase.upper() for phrase in phrases] + phrases[:1]
        return tuple(dice.sample(changed, len(changed)))

    one = keyword("x", any=tuple(wanted), exclude=tuple(excluded))
    assert keyword("x", any=shuffled(wanted), exclude=shuffled(excluded)).id == one.id
