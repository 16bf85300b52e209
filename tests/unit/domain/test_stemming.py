import re

import pytest
import snowballstemmer
from hypothesis import given
from hypothesis import strategies as st

from digest.demo.papers import load_papers
from digest.domain.stemming import stem

SNOWBALL = snowballstemmer.stemmer("porter")

ENDINGS = (
    "", "s", "es", "sses", "ies", "ed", "eed", "ing", "y", "ay", "ational", "tional", "enci", "ency", "anci",
    "izer", "abli", "ably", "bli", "bly", "alli", "ally", "entli", "ently", "eli", "ely", "ousli", "ously",
    "ization", "ation", "ator", "alism", "iveness", "fulness", "ousness", "aliti", "ality", "iviti", "ivity",
    "biliti", "bility", "logi", "logy", "icate", "ative", "alize", "iciti", "icity", "ical", "ful", "ness",
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "sion", "tion",
    "ou", "ism", "ate", "iti", "ity", "ous", "ive", "ize", "e", "l", "ll", "at", "bl", "iz", "tt", "cc", "zz",
)  # fmt: skip
BEGINNINGS = st.text("abcdehilmnorstuvwxyz", max_size=6)
WORDS = st.builds("".join, st.tuples(BEGINNINGS, st.sampled_from(ENDINGS), st.sampled_from(ENDINGS)))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("s", ""),
        ("feed", "feed"), ("agreed", "agre"), ("bled", "bled"), ("motoring", "motor"), ("sing", "sing"),
        ("conflated", "conflat"), ("troubling", "troubl"), ("hopping", "hop"), ("falling", "fall"),
        ("failing", "fail"), ("filing", "file"), ("happy", "happi"), ("sky", "sky"), ("toying", "toi"),
        ("relational", "relat"), ("conditional", "condit"), ("rational", "ration"), ("digitizer", "digit"),
        ("vietnamization", "vietnam"), ("sensibility", "sensibl"), ("triplicate", "triplic"),
        ("hopeful", "hope"), ("goodness", "good"), ("allowance", "allow"), ("replacement", "replac"),
        ("adoption", "adopt"), ("communion", "communion"), ("probate", "probat"), ("rate", "rate"),
        ("cease", "ceas"), ("controlling", "control"), ("rolling", "roll"),
    ],
)  # fmt: skip
def test_a_word_has_the_stem_of_porters_definition(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("one", "other"), [("topology", "topological"), ("possibly", "possible")], ids=["logi", "bli"]
)
def test_porters_later_departures_are_not_part_of_it(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_every_word_of_the_demonstration_has_snowballs_stem() -> None:
    texts = (text for paper in load_papers() for text in (paper.title, paper.abstract, *paper.authors))
    words = {word for text in texts for word in re.findall(r"[^\W_]+", text.casefold())}
    assert len(words) > 500
    assert {word: stem(word) for word in words} == {word: SNOWBALL.stemWord(word) for word in words}


@pytest.mark.exhaustive
def test_every_pair_of_endings_has_snowballs_stem() -> None:
    beginnings = ("", "a", "b", "at", "tr", "tre", "treb", "trebo", "trebol", "y", "ay", "by", "hop", "box")
    words = [first + one + two for first in beginnings for one in ENDINGS for two in ENDINGS]
    assert [stem(word) for word in words] == SNOWBALL.stemWords(words)


@given(WORDS | st.text(max_size=12).map(str.casefold))
def test_any_word_has_snowballs_stem(word: str) -> None:
    assert stem(word) == SNOWBALL.stemWord(word)
