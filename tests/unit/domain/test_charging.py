"""Whether refused addresses are to blame or we are, and who gets no more mail for them."""

from datetime import date, timedelta

import pytest

from digest.domain.charging import (
    Past,
    RefusalRecord,
    RefusedAddress,
    due_to_us,
    most_at_once,
    next_to_go,
    refused_while_served,
    to_strike_off,
)

MONDAY = date(2026, 6, 22)
DAY = timedelta(days=1)


def certain(*emails: str) -> list[RefusedAddress]:
    return [RefusedAddress(email) for email in emails]


def unclear(*emails: str) -> list[RefusedAddress]:
    return [RefusedAddress(email, is_certain=False) for email in emails]


ONE, TWO, THREE = "a@one.example", "b@two.example", "c@three.example"
ALL, NONE = {ONE, TWO, THREE}, set[str]()
LAB = [f"{number}@one.example" for number in range(5)]
RELAY = [f"{number}@{number % 7}.example" for number in range(40)]


@pytest.mark.parametrize(
    ("refused", "served", "served_before", "ours"),
    [
        (certain(ONE), 0, False, NONE),
        (certain(ONE, TWO), 0, True, {ONE, TWO}),
        (certain(ONE, TWO, THREE), 0, True, ALL),
        (certain(ONE, TWO, THREE), 1, True, NONE),
        (certain(ONE, TWO, THREE), 497, True, NONE),
        (certain(*RELAY), 4, True, set(RELAY)),
        (certain(*RELAY), 5, True, NONE),
        (certain(*LAB[:2]), 0, True, NONE),
        (certain(*LAB[:3]), 0, True, set(LAB[:3])),
        (unclear(ONE), 0, False, {ONE}),
        (unclear(ONE), 0, True, NONE),
        (unclear(ONE, TWO), 0, True, {ONE, TWO}),
        (unclear(ONE, TWO), 1, True, {ONE, TWO}),
        (unclear(ONE, TWO), 2, True, NONE),
        (unclear(ONE, TWO, THREE), 497, True, NONE),
        ([*unclear(ONE, TWO), *certain(THREE)], 1, True, {ONE, TWO}),
        ([], 0, False, NONE),
    ],
    ids=[
        "the only reader is dead",
        "so are both readers, at two domains",
        "three dead at three domains and nobody served are no chance",
        "one served is enough against that",
        "three dead in a lab",
        "hardly anybody served",
        "a few served",
        "two dead at one domain",
        "a whole domain, and nobody else to compare with",
        "unknown words and never a mail accepted",
        "unknown words at one address that got mail before",
        "unknown words at two domains",
        "unknown words for most",
        "unknown words for half",
        "unknown words for three in a lab",
        "unknown words for most, and one dead",
        "nobody refused",
    ],
)
def test_refusals_are_due_to_us(
    refused: list[RefusedAddress], served: int, served_before: bool, ours: set[str]
) -> None:
    others = [f"{number}@{number}.lab.example" for number in range(served)]
    assert due_to_us(refused, others, Past(served_before)) == ours


def test_a_server_that_serves_one_domain_only_proves_nothing_against_others_that_it_refuses() -> None:
    assert due_to_us(unclear(TWO, THREE), LAB) == {TWO, THREE}
    assert due_to_us(unclear(TWO), LAB) == NONE
    assert due_to_us(unclear(ONE, TWO, THREE), LAB) == NONE
    assert due_to_us(certain(TWO, THREE), LAB) == NONE


def test_those_who_were_refused_while_others_were_served_are_no_sign_of_our_own_trouble() -> None:
    refused = certain(ONE, TWO, THREE)
    assert due_to_us(refused, [], Past(refused=frozenset(ALL))) == NONE
    assert due_to_us(refused, [], Past(refused=frozenset({ONE, TWO}))) == ALL


def test_an_address_was_refused_while_others_were_served_if_that_was_on_a_later_day() -> None:
    records = [record(ONE), record(TWO, 1, first=MONDAY + DAY)]
    assert refused_while_served(records, [(THREE, MONDAY + DAY)]) == {ONE}
    assert refused_while_served(records, []) == NONE


def record(email: str, days: int = 5, *, first: date = MONDAY, is_certain: bool = True) -> RefusalRecord:
    return RefusalRecord(email, frozenset(first + day * DAY for day in range(days)), is_certain, "550 no")


OTHERS = [(f"{number}@lab.example", MONDAY + 4 * DAY) for number in range(9)]


@pytest.mark.parametrize(
    ("records", "served", "struck"),
    [
        ([record(ONE, 4)], OTHERS, []),
        ([record(ONE)], [], [ONE]),
        ([record(ONE), record(TWO)], [], []),
        ([record(ONE), record("x@one.example")], [], [ONE, "x@one.example"]),
        ([record(ONE), record(TWO, 4), record(THREE, 4)], [], []),
        ([record(ONE), record(TWO), record(THREE)], OTHERS, [ONE, TWO, THREE]),
        ([record(ONE), record(TWO), record(THREE)], [(THREE, MONDAY)], []),
        ([record(ONE), record(TWO, 1, first=MONDAY - 9 * DAY)], [], [ONE]),
        ([record(ONE, is_certain=False)], [], []),
        ([record(ONE, is_certain=False)], OTHERS, [ONE]),
    ],
    ids=[
        "not on four days",
        "the only reader",
        "not both readers at two domains while nobody is served",
        "both readers at one domain",
        "not while nobody at three domains is served, whoever comes first",
        "three while others are served",
        "not by what was served before the trouble began",
        "an old refusal of somebody else proves nothing",
        "not for unknown words while nobody is served",
        "for unknown words once others are",
    ],
)
def test_who_is_refused_on_five_days_is_struck_off(
    records: list[RefusalRecord], served: list[tuple[str, date]], struck: list[str]
) -> None:
    assert [one.email for one in to_strike_off(records, served)] == struck


@pytest.mark.parametrize(
    ("subscribers", "percent", "most"), [(1, 5, 3), (60, 5, 3), (500, 5, 25), (500, 0, 3), (9, 100, 9)]
)
def test_a_share_of_all_and_three_always_may_go_at_once(subscribers: int, percent: int, most: int) -> None:
    assert most_at_once(subscribers, percent) == most


def test_of_too_many_at_once_those_go_in_time_who_were_certainly_refused_for_twice_as_long() -> None:
    due = [record(ONE, 10), record(TWO, 11), record(THREE, 9), record("d@four.example", 12, is_certain=False)]
    assert [one.email for one in next_to_go(due, 5)] == [TWO, ONE]
    assert [one.email for one in next_to_go(due, 1)] == [TWO]
    assert next_to_go(due, -1) == []
