"""Papers like those that a subscriber named come first."""

import pytest

from digest.domain.interests import Frequencies, Interest, InterestIndex, Nearness

BACKGROUND = ["We train reward models.", "We prove a bound.", "We study graphs.", "We train graphs."]


def nearness(text: str, *interests: Interest) -> Nearness:
    return InterestIndex(interests, Frequencies(BACKGROUND)).nearness(text, "")


def test_the_same_text_is_as_near_as_possible() -> None:
    found = nearness("Reward hacking", Interest("Reward hacking"))
    assert (round(found.degree, 6), found.name) == (1.0, "Reward hacking")


def test_a_text_without_a_common_word_is_not_near() -> None:
    assert nearness("Galaxies", Interest("Reward hacking")) == Nearness()


@pytest.mark.parametrize("text", ["", "the of and", "…"])
def test_a_text_without_words_is_near_to_nothing(text: str) -> None:
    assert nearness(text, Interest("Reward hacking"), Interest(text)) == Nearness()


def test_nobody_without_interests_has_something_near() -> None:
    assert nearness("Reward hacking") == Nearness()


def test_the_nearest_is_named_and_of_equal_ones_the_first() -> None:
    interests = [Interest("Graphs"), Interest("Rewards", "hacking"), Interest("Reward", "hacking")]
    assert nearness("Reward hacking", *interests).name == "Rewards"


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    assert nearness("We bound", Interest("bound")).degree > nearness("We bound", Interest("we")).degree


def test_words_side_by_side_count_more_than_apart() -> None:
    own = Interest("reward hacking")
    assert nearness("reward hacking", own).degree > nearness("hacking reward", own).degree


def test_a_word_counts_in_all_its_forms() -> None:
    assert nearness("Trained graphs", Interest("Training a graph")).degree > 0.5


def test_the_nearest_three_count_and_no_others() -> None:
    near = [Interest("Reward hacking")] * 3
    alone = nearness("Reward hacking", *near).degree
    assert nearness("Reward hacking", *near, Interest("Graphs")).degree == alone
    assert nearness("Reward hacking", *near[:2], Interest("Graphs")).degree == pytest.approx(alone * 2 / 3)
