"""How many papers fit on a page."""

from bisect import bisect
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.publish.fit import LIMIT_BYTES, papers_that_fit

ROWS = st.lists(st.sampled_from([20, 1_700, 9_000, 100_000]), max_size=40)
WORDS = st.sampled_from([300, 200_000, LIMIT_BYTES - 1, LIMIT_BYTES, LIMIT_BYTES + 1])


@given(WORDS, ROWS, st.integers(1, 50))
def test_it_is_the_highest_number_within_the_limit(words: int, rows: list[int], guess: int) -> None:
    lengths = [words, *accumulate(rows, initial=words)][1:]
    assert papers_that_fit(len(rows), lengths.__getitem__, guess) == bisect(lengths, LIMIT_BYTES) - 1


@pytest.mark.parametrize(("papers", "tries"), [(100, 1), (281, 2), (5_000, 3)])
def test_a_page_that_grows_evenly_takes_few_tries(papers: int, tries: int) -> None:
    asked: list[int] = []

    def length(count: int) -> int:
        asked.append(count)
        return 1_000 + 1_700 * count

    assert papers_that_fit(papers, length) == min(papers, 281)
    assert len(asked) <= tries + 1
