"""What becomes of subscriptions when the configuration changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from digest.domain.subscriptions import KEPT_WHILE_ABSENT, SubscriptionChanges, subscription_changes
from tests.support.builders import NOON

ADA, BO = "ada@example.org", "bo@example.org"
HOUR = timedelta(hours=1)
NOTHING = SubscriptionChanges(*(frozenset[Any]() for _ in range(7)))


def test_what_is_stored_and_wanted_stays() -> None:
    assert subscription_changes({(ADA, 1): None}, {(ADA, 1)}, set(), NOON) == NOTHING


def test_a_first_subscription_makes_a_subscriber() -> None:
    assert subscription_changes({(ADA, 1): None}, {(ADA, 1), (ADA, 2), (BO, 1)}, set(), NOON) == replace(
        NOTHING, joined=frozenset({BO}), begun=frozenset({(ADA, 2), (BO, 1)})
    )


def test_what_is_missing_becomes_absent() -> None:
    stored = {(ADA, 1): None, (ADA, 2): None, (BO, 1): None}
    assert subscription_changes(stored, {(ADA, 1)}, set(), NOON) == replace(
        NOTHING, absent=frozenset({(ADA, 2), (BO, 1)}), missing=frozenset({BO})
    )


def test_what_is_absent_rests_until_it_is_back() -> None:
    stored = {(ADA, 1): NOON - KEPT_WHILE_ABSENT + HOUR, (BO, 1): NOON - HOUR}
    assert subscription_changes(stored, {(BO, 1)}, set(), NOON) == replace(
        NOTHING, returned=frozenset({(BO, 1)})
    )


def test_what_is_absent_for_long_ends_and_begins_anew_if_it_is_wanted_again() -> None:
    stored = {(ADA, 1): NOON - KEPT_WHILE_ABSENT, (BO, 1): NOON - KEPT_WHILE_ABSENT}
    assert subscription_changes(stored, {(ADA, 1)}, set(), NOON) == replace(
        NOTHING,
        ended=frozenset(stored),
        left=frozenset({ADA, BO}),
        joined=frozenset({ADA}),
        begun=frozenset({(ADA, 1)}),
    )


def test_who_wants_no_mail_ends_at_once() -> None:
    stored = {(ADA, 1): None, (BO, 1): NOON - HOUR}
    assert subscription_changes(stored, set(), {ADA, BO}, NOON) == replace(
        NOTHING, ended=frozenset(stored), left=frozenset({ADA, BO})
    )


def test_an_absence_in_the_future_begins_now() -> None:
    stored = {(ADA, 1): NOON + timedelta(days=900)}
    assert subscription_changes(stored, set(), set(), NOON) == replace(NOTHING, absent=frozenset({(ADA, 1)}))
