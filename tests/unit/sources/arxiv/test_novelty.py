from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.fetching import KeywordMatch, KeywordState
from digest.domain.papers import Paper
from digest.sources.arxiv.findings import Discovered
from digest.sources.arxiv.identifiers import announcement_order
from digest.sources.arxiv.novelty import first_baseline, matches_of
from tests.support.builders import keyword, paper

BASELINE = announcement_order("2606.00500")


def result(*papers: Paper, announced: tuple[str, ...] = (), **changes: object) -> Discovered:
    return Discovered(keyword(), papers, frozenset(announced), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "announced", "known", "is_new"),
    [
        (paper("2606.00501"), (), (), True),
        (paper("2607.00001"), (), (), True),
        (paper("2606.00501", submitted=datetime(2026, 3, 1, tzinfo=UTC)), (), (), True),
        (paper("2606.00500"), (), (), False),
        (paper("2401.00001", version=2), (), (), False),
        (paper("hep-th/9901001"), (), (), False),
        (paper("2606.00501"), (), ("2606.00501",), False),
        (paper("2606.00501", version=2), (), ("2606.00501",), False),
        (paper("2605.09999"), ("2605.09999",), (), True),
        (paper("2605.09999"), ("2605.09999",), ("2605.09999",), False),
        (paper("2505.00400"), ("2505.00400",), (), False),
    ],
    ids=[
        "above the baseline", "next month", "waited in moderation", "at the baseline", "an old paper revised",
        "an ancient paper", "known", "a new version of a known paper", "called new by arXiv",
        "called new, but known", "called new, but of years ago",
    ],
)  # fmt: skip
def test_a_paper_is_new_if_it_was_never_found_and_announced_after_the_baseline(
    found: Paper, announced: tuple[str, ...], known: tuple[str, ...], is_new: bool
) -> None:
    before = KeywordState(BASELINE, papers=frozenset(known))
    assert matches_of(result(found, announced=announced), before) == (KeywordMatch(found, is_new),)


def test_in_a_first_fetch_nothing_is_new() -> None:
    first = result(paper("2606.00501"), paper("2606.00502"), announced=("2606.00502",))
    assert not any(match.is_new for match in matches_of(first, KeywordState()))


@pytest.mark.parametrize(
    ("first", "highest_order", "expected"),
    [
        (result(paper("2606.00500"), paper("2606.00007")), 0, "2606.00500"),
        (result(paper("2606.00500")), announcement_order("2606.00800"), "2606.00800"),
        (result(paper("2606.00500"), high_water_mark=announcement_order("2606.00900")), 0, "2606.00900"),
        (result(paper("1905.00500"), asked_at=datetime(2026, 6, 22, tzinfo=UTC)), 0, "2606.00000"),
        (result(asked_at=datetime(2026, 7, 2, tzinfo=UTC)), 0, "2606.00000"),
    ],
    ids=[
        "its own highest", "the highest of all keywords", "the top of the last announcement",
        "this month at least", "ids change month late",
    ],
)  # fmt: skip
def test_a_baseline_is_the_highest_order_that_is_known(
    first: Discovered, highest_order: int, expected: str
) -> None:
    assert first_baseline(first, highest_order) == announcement_order(expected)


def test_without_any_known_paper_the_baseline_is_0() -> None:
    assert first_baseline(result(), 0) == 0


@given(st.lists(st.integers(1, 5), min_size=2, max_size=8), st.data())
def test_each_paper_announced_after_the_first_fetch_is_new_exactly_once(
    batches: list[int], data: st.DataObject
) -> None:
    """Each day arXiv announces some papers; the answer also has earlier ones, in a later version."""
    past: list[str] = []
    known, new = KeywordState(), []
    for size in batches:
        batch = [f"2606.{len(past) + number:05}" for number in range(1, size + 1)]
        surfacing = data.draw(st.lists(st.sampled_from(past), unique=True)) if past else []
        answer = result(*map(paper, batch), *(paper(id, version=2) for id in surfacing))
        new += [match.paper.id for match in matches_of(answer, known) if match.is_new]
        baseline = first_baseline(answer, 0) if known.baseline is None else known.baseline
        known = replace(known, baseline=baseline, papers=known.papers | {p.id for p in answer.papers})
        past += batch
    assert sorted(new) == past[batches[0] :]
