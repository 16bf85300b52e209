from datetime import UTC, datetime

import pytest

from digest.identifiers import announcement_order
from digest.models import Paper
from digest.novelty import first_baseline, sightings
from digest.protocols import Answer, Known, Sighting
from tests.builders import paper

BASELINE = announcement_order("2606.00500")


@pytest.mark.parametrize(
    ("found", "known", "fresh"),
    [
        (paper("2606.00501"), (), True),
        (paper("2607.00001"), (), True),
        (paper("2606.00501", submitted=datetime(2026, 3, 1, tzinfo=UTC)), (), True),
        (paper("2606.00500"), (), False),
        (paper("2401.00001", version=2), (), False),
        (paper("hep-th/9901001"), (), False),
        (paper("2606.00501"), ("2606.00501",), False),
        (paper("2606.00501", version=2), ("2606.00501",), False),
    ],
    ids=[
        "above the baseline", "next month", "waited in moderation", "at the baseline", "an old paper revised",
        "an ancient paper", "known", "a new version of a known paper",
    ],
)  # fmt: skip
def test_new_is_what_was_never_seen_and_announced_since(
    found: Paper, known: tuple[str, ...], fresh: bool
) -> None:
    before = Known(BASELINE, frozenset(known), None)
    assert sightings(Answer((found,), None), before) == (Sighting(found, fresh),)


def test_of_a_first_answer_nothing_is_new() -> None:
    answer = Answer((paper("2606.00501"), paper("2606.00502")), None)
    assert not any(sighting.fresh for sighting in sightings(answer, Known(None, frozenset(), None)))


@pytest.mark.parametrize(
    ("answer", "highest_order", "expected"),
    [
        (Answer((paper("2606.00500"), paper("2606.00007")), None), 0, "2606.00500"),
        (Answer((paper("2606.00500"),), None), announcement_order("2606.00800"), "2606.00800"),
        (Answer((paper("1905.00500"),), datetime(2026, 6, 22, tzinfo=UTC)), 0, "2606.00000"),
        (Answer((), datetime(2026, 7, 2, tzinfo=UTC)), 0, "2606.00000"),
    ],
    ids=[
        "its own highest",
        "the highest of all keywords",
        "this month at least",
        "identifiers turn month late",
    ],
)
def test_a_baseline_is_the_highest_order_that_is_known(
    answer: Answer, highest_order: int, expected: str
) -> None:
    assert first_baseline(answer, highest_order) == announcement_order(expected)


def test_where_nothing_is_known_at_all_the_baseline_is_the_beginning() -> None:
    assert first_baseline(Answer((), None), 0) == 0
