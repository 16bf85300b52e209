import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import AnswerRejected
from digest.sources.arxiv.gaps import IdRange, find_gaps, ranges_between
from digest.sources.arxiv.identifiers import announcement_order, month_of, month_order


def order(paper_id: str) -> int:
    return announcement_order(paper_id)


def span(first: str, last: str | None) -> IdRange:
    return IdRange(order(first), order(last) if last else None)


@pytest.mark.parametrize(
    ("high_water_mark", "start", "ranges"),
    [
        pytest.param("2606.00007", "2606.00008", (), id="nothing between"),
        pytest.param("2606.00007", "2606.00009", (span("2606.00008", "2606.00008"),), id="one"),
        pytest.param("2606.00007", "2606.00005", (), id="begins before"),
        pytest.param(
            "2606.00007", "2607.00001", (span("2606.00008", None),), id="from the next month's first on"
        ),
        pytest.param(
            "2606.00007",
            "2607.00003",
            (span("2606.00008", None), span("2607.00001", "2607.00002")),
            id="next month",
        ),
        pytest.param(
            "2612.00007",
            "2701.00003",
            (span("2612.00008", None), span("2701.00001", "2701.00002")),
            id="next year",
        ),
        pytest.param(
            "2611.00007",
            "2702.00003",
            (
                span("2611.00008", None),
                span("2612.00001", None),
                span("2701.00001", None),
                span("2702.00001", "2702.00002"),
            ),
            id="months",
        ),
    ],
)
def test_the_ranges_between_two_ids_are_those_of_each_month(
    high_water_mark: str, start: str, ranges: tuple[IdRange, ...]
) -> None:
    assert ranges_between(order(high_water_mark), order(start)) == ranges


def test_two_years_are_bridged() -> None:
    ranges = ranges_between(order("2606.00007"), order("2806.00001"))
    assert (len(ranges), ranges[-1]) == (24, span("2805.00001", None))


def test_an_identifier_that_is_years_ahead_is_refused_by_name() -> None:
    with pytest.raises(AnswerRejected) as rejected:
        ranges_between(order("2606.00007"), order("2807.00001"))
    assert (rejected.value.reason, str(rejected.value)) == (
        "an id of the future",
        "an id of the future: 2807.00001 is years after all that is known",
    )


SHOWN = [order(f"2606.{number:05}") for number in (3, 12, 13, 15, 20, 21)]


@pytest.mark.parametrize(
    ("high_water_mark", "top", "shown", "tolerated", "ranges"),
    [
        pytest.param(11, 13, (12, 13), 0, (), id="all there"),
        pytest.param(11, 13, (3, 12, 13), 0, (), id="one with an early identifier"),
        pytest.param(10, 13, (12, 13), 0, ((11, 11),), id="the last announcement was missed"),
        pytest.param(8, 13, (10, 12, 13), 0, ((9, 9), (11, 11)), id="a late one within what was missed"),
        pytest.param(11, 21, (12, 13, 15, 20, 21), 0, ((14, 14), (16, 19)), id="with find_gaps"),
        pytest.param(11, 21, (12, 13, 15, 20, 21), 1, ((16, 19),), id="small find_gaps tolerated"),
        pytest.param(10, 21, (12, 13, 15, 20, 21), 4, ((11, 11),), id="but none at the beginning"),
        pytest.param(11, 13, (), 0, ((12, 13),), id="nothing shown"),
        pytest.param(13, 13, (12, 13), 0, (), id="all high_water_mark"),
    ],
)
def test_a_gap_is_above_the_high_water_mark_and_not_shown(
    high_water_mark: int,
    top: int,
    shown: tuple[int, ...],
    tolerated: int,
    ranges: tuple[tuple[int, int], ...],
) -> None:
    june = month_order(2026, 6)
    found = find_gaps(
        june + high_water_mark, june + top, [june + number for number in shown], tolerated=tolerated
    )
    assert found == tuple(IdRange(june + first, june + last) for first, last in ranges)


def test_an_announcement_may_have_identifiers_of_two_months() -> None:
    shown = [order("2606.00012"), order("2607.00001")]
    assert find_gaps(order("2606.00011"), shown[-1], shown, tolerated=0) == (span("2606.00013", None),)


@given(st.integers(0, 60), st.integers(1, 60), st.sets(st.integers(1, 60)))
def test_each_id_of_a_month_is_known_or_shown_or_in_one_gap(
    high_water_mark: int, top: int, shown: set[int]
) -> None:
    june, top = month_order(2026, 6), max(top, high_water_mark)
    ranges = find_gaps(june + high_water_mark, june + top, [june + number for number in shown], tolerated=0)
    asked = [order - june for span in ranges for order in range(span.first, (span.last or 0) + 1)]
    assert asked == sorted(set(range(high_water_mark + 1, top + 1)) - shown)


ORDERS = st.builds(
    lambda year, month, number: month_order(year, month) + number,
    st.integers(2026, 2027),
    st.integers(1, 12),
    st.integers(1, 99),
)


@given(ORDERS, ORDERS, ORDERS)
def test_each_id_between_is_in_one_range_and_no_other_id_in_any(
    high_water_mark: int, start: int, other: int
) -> None:
    around = [
        span
        for span in ranges_between(high_water_mark, start)
        if span.first <= other <= (span.last or month_of(span.first) + 999_999)
    ]
    assert len(around) == (high_water_mark < other < start)
