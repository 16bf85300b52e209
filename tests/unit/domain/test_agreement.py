"""The matcher and an analyzer of another make, after the description of arXiv's, agree on any text."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.keywords import Match
from digest.domain.matching import Matcher
from tests.support.builders import keyword, paper

STOP_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        """a an and are as at be but by for if in into is it no not of on or such that the their then there
        these they this to was will with""",
    )
)

# Two words, and what may stand between them or at their ends.
WORDS = st.sampled_from(
    ["model", "Models", "topology", "topological", "for", "the", "The", "A", "it", "3", "1", "10", "v2", "x",
     "don", "t", "s", "S", "possibly", "agreed", "grokking", "foo", "bars", "nn", "k"]
)  # fmt: skip
MARKS = st.sampled_from([" ", "  ", "-", ".", ". ", "'", ",", ", ", ":", ": ", "_", "*", "(", ")", "/", "+"])
TEXTS = st.lists(st.tuples(WORDS, MARKS), min_size=1, max_size=7).map(
    lambda pairs: "".join(word + mark for word, mark in pairs)
)


@pytest.fixture(scope="module")
def porter() -> Iterator[sqlite3.Connection]:
    """SQLite's stemmer."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE word USING fts5(text, tokenize = 'porter unicode61')")
        database.execute("CREATE VIRTUAL TABLE term USING fts5vocab(word, row)")
        yield database


def analyzed(text: str, porter: sqlite3.Connection) -> list[tuple[int, str]]:
    """The stems of a text, with their places."""
    words = (re.sub(r"'s$", "", text[start:end].lower()) for start, end in boundaries(text))
    return [(place, stemmed(word, porter)) for place, word in enumerate(words) if word not in STOP_WORDS]


def boundaries(text: str) -> Iterator[tuple[int, int]]:
    """Where words begin and end: the rules WB5 to WB13b of UAX #29, for ASCII."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not joined(text, at):
            if re.search(r"[A-Za-z0-9]", text[start:at]):
                yield start, at
            start = at


def joined(text: str, at: int) -> bool:
    """Whether there is no boundary between the characters before and at this place."""
    before, after = text[at - 1], text[at]
    if is_inside(before) and is_inside(after):
        return True
    if after in ".':,;":
        return at + 1 < len(text) and between(before, after, text[at + 1])
    return before in ".':,;" and at >= 2 and between(text[at - 2], before, after)


def between(left: str, mark: str, right: str) -> bool:
    letters, digits = left.isalpha() and right.isalpha(), left.isdigit() and right.isdigit()
    return (letters and mark in ".':") or (digits and mark in ".',;")


def is_inside(character: str) -> bool:
    return character.isalnum() or character == "_"


@lru_cache(maxsize=10_000)
def stemmed(word: str, porter: sqlite3.Connection) -> str:
    if not word.isalnum():
        return word
    porter.execute("DELETE FROM word")
    porter.execute("INSERT INTO word (text) VALUES (?)", (word,))
    return str(porter.execute("SELECT term FROM term").fetchone()[0])


def finds(phrase: str, text: str, porter: sqlite3.Connection) -> bool:
    wanted, there = analyzed(phrase, porter), set(analyzed(text, porter))
    return bool(wanted) and any(
        all((start + place - wanted[0][0], stem) in there for place, stem in wanted) for start, _ in there
    )


@given(TEXTS, TEXTS, st.data())
def test_matcher_and_reference_find_the_same(
    porter: sqlite3.Connection, text: str, other: str, data: st.DataObject
) -> None:
    begin, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    for phrase in (text[begin:end] or "model", other):
        wanted = keyword(phrase, match=Match.TITLE)
        claimed = bool(Matcher([wanted]).claims(paper(title=text)))
        assert claimed == finds(phrase, text, porter), (phrase, text)
