"""Lists of numbers, some of which cannot be fetched."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import AnswerFailed, SourceUnavailable
from digest.sources.arxiv.isolation import Isolation

FAILURE = AnswerFailed("no answer", "500 Internal Server Error")


class Numbers:
    """Fetches numbers; `bad` ones fail, and everything does while it is `down`."""

    def __init__(self, *bad: int, down: bool = False) -> None:
        self.bad, self.down = bad, down
        self.requests = 0

    def fetch(self, part: Sequence[int], tries: int) -> Sequence[int]:
        if self.down or set(part).intersection(self.bad):
            self.requests += tries
            raise FAILURE
        self.requests += 1
        return part

    def probe(self) -> None:
        self.requests += 1
        if self.down:
            raise SourceUnavailable("no answer at all")

    def isolate(self, count: int, hopeless_after: int = 7) -> tuple[set[int], set[int]]:
        """The numbers that came, and the culprits."""
        isolation = Isolation(self.fetch, halves, self.probe, hopeless_after)
        found = isolation.run(range(count))
        came = {number for answer in found.answers for number in answer}
        return came, {culprit.part[0] for culprit in found.culprits}


def halves(part: Sequence[int]) -> Sequence[Sequence[int]]:
    return (part[::2], part[1::2]) if len(part) > 1 else ()


@given(st.integers(1, 2_000), st.data())
def test_one_culprit_costs_at_most_two_requests_a_halving(count: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, count - 1))
    numbers = Numbers(bad)
    assert numbers.isolate(count) == (set(range(count)) - {bad}, {bad})
    assert numbers.requests <= 2 * math.ceil(math.log2(count)) + 2 + 2 + 1


@given(st.integers(50, 500), st.sets(st.integers(0, 49), max_size=4))
def test_a_few_culprits_are_all_found(count: int, bad: set[int]) -> None:
    assert Numbers(*bad).isolate(count, hopeless_after=100) == (set(range(count)) - bad, bad)


def test_without_a_culprit_one_request_is_enough() -> None:
    numbers = Numbers()
    assert (numbers.isolate(9), numbers.requests) == ((set(range(9)), set()), 1)


@pytest.mark.parametrize("count", [1, 2, 500])
def test_nobody_is_blamed_while_nothing_answers(count: int) -> None:
    numbers = Numbers(down=True)
    with pytest.raises(SourceUnavailable):
        numbers.isolate(count)
    assert numbers.requests <= 7


@pytest.mark.parametrize("bad", [range(100), range(0, 100, 3)], ids=["all", "many"])
def test_many_culprits_are_a_failure_of_the_whole(bad: range) -> None:
    with pytest.raises(AnswerFailed):
        Numbers(*bad).isolate(100)
