import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.demo.papers import load_papers
from digest.domain.stemming import stem

ENDINGS = (
    "", "s", "es", "sses", "ies", "ed", "eed", "ing", "y", "ay", "ational", "tional", "enci", "ency", "anci",
    "izer", "abli", "ably", "bli", "bly", "alli", "ally", "entli", "ently", "eli", "ely", "ousli", "ously",
    "ization", "ation", "ator", "alism", "iveness", "fulness", "ousness", "aliti", "ality", "iviti", "ivity",
    "biliti", "bility", "logi", "logy", "icate", "ative", "alize", "iciti", "icity", "ical", "ful", "ness",
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "sion", "tion",
    "ou", "ism", "ate", "iti", "ity", "ous", "ive", "ize", "e", "l", "ll", "at", "bl", "iz", "tt", "cc", "zz",
)  # fmt: skip
# SQLite leaves a word alone that is all ending, and counts two y as Porter does not.
BEGINNINGS = st.text("abcdehilmnorstuvwxyz", min_size=2, max_size=6)
WORDS = st.builds("".join, st.tuples(BEGINNINGS, st.sampled_from(ENDINGS), st.sampled_from(ENDINGS)))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("s", "s"), ("as", "as"),
        ("feed", "feed"), ("agreed", "agre"), ("bled", "bled"), ("motoring", "motor"), ("sing", "sing"),
        ("conflated", "conflat"), ("troubling", "troubl"), ("hopping", "hop"), ("falling", "fall"),
        ("failing", "fail"), ("filing", "file"), ("happy", "happi"), ("sky", "sky"), ("toying", "toi"),
        ("relational", "relat"), ("conditional", "condit"), ("rational", "ration"), ("digitizer", "digit"),
        ("vietnamization", "vietnam"), ("sensibility", "sensibl"), ("triplicate", "triplic"),
        ("hopeful", "hope"), ("goodness", "good"), ("allowance", "allow"), ("replacement", "replac"),
        ("adoption", "adopt"), ("communion", "communion"), ("probate", "probat"), ("rate", "rate"),
        ("cease", "ceas"), ("grokking", "grok"), ("controlling", "control"), ("rolling", "roll"),
    ],
)  # fmt: skip
def test_a_word_has_the_stem_of_porters_definition(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("one", "other"), [("topology", "topological"), ("possibly", "possible")], ids=["logi", "bli"]
)
def test_porters_later_departures_are_part_of_it(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.fixture(scope="module")
def reference() -> Iterator[sqlite3.Connection]:
    """SQLite's Porter stemmer, which has the departures, too."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE word USING fts5(text, tokenize = 'porter unicode61')")
        database.execute("CREATE VIRTUAL TABLE term USING fts5vocab(word, instance)")
        yield database


def stems_of(reference: sqlite3.Connection, words: Iterable[str]) -> dict[str, str]:
    reference.execute("DELETE FROM word")
    listed = sorted(set(words))
    reference.executemany("INSERT INTO word (rowid, text) VALUES (?, ?)", enumerate(listed))
    return {listed[row]: stemmed for row, stemmed in reference.execute("SELECT doc, term FROM term")}


def test_every_word_of_the_demonstration_has_the_stem_of_the_reference(reference: sqlite3.Connection) -> None:
    texts = (text for paper in load_papers() for text in (paper.title, paper.abstract, *paper.authors))
    words = {word for text in texts for word in re.findall(r"[a-z0-9]+", text.casefold())}
    assert len(words) > 500
    assert {word: stem(word) for word in words} == stems_of(reference, words)


@pytest.mark.exhaustive
def test_every_pair_of_endings_has_the_stem_of_the_reference(reference: sqlite3.Connection) -> None:
    beginnings = ("at", "tr", "tre", "treb", "trebo", "trebol", "ay", "by", "hop", "box")
    words = {first + one + two for first in beginnings for one in ENDINGS for two in ENDINGS}
    words = {word for word in words if "yy" not in word}
    assert {word: stem(word) for word in words} == stems_of(reference, words)


@given(st.lists(WORDS.filter(lambda word: "yy" not in word), max_size=5))
def test_any_word_has_the_stem_of_the_reference(reference: sqlite3.Connection, words: list[str]) -> None:
    assert {word: stem(word) for word in words} == stems_of(reference, words)
