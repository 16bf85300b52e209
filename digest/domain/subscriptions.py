"""Decide what becomes of subscriptions when the configuration has changed. Pure.

A configuration may be cut off for a moment (an editor, a copy over the network, a full disk), so who is
missing in it is not gone yet: their subscriptions are absent. An absent subscription brings no mail, and goes
on where it was if it is back in time.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT_WHILE_ABSENT = timedelta(days=7)
"""How long what waits for an absent subscription is kept."""

Subscription = tuple[str, int]
"""An address, and the number of a keyword in the store."""


@dataclass(frozen=True, slots=True)
class SubscriptionChanges:
    """What a sync changes, in this order: what ends, who leaves, who joins, what begins."""

    ended: frozenset[Subscription]
    left: frozenset[str]
    """The addresses without any subscription after that."""
    joined: frozenset[str]
    """The addresses that have their first subscription, or their first one again."""
    begun: frozenset[Subscription]
    returned: frozenset[Subscription]
    """Absent so far; they go on where they were."""
    absent: frozenset[Subscription]
    """Absent from now on."""
    missing: frozenset[str]
    """The addresses whose last subscription is absent from now on."""


def subscription_changes(
    stored: Mapping[Subscription, datetime | None],
    wanted: Set[Subscription],
    dropped: Set[str],
    now: datetime,
) -> SubscriptionChanges:
    """What turns the stored subscriptions, each with the time since when it is absent, into the wanted ones.

    The addresses in `dropped` want no mail: what they have ends at once.
    """
    ended = {one for one, since in stored.items() if one[0] in dropped or _is_over(since, now)}
    kept = {one: since for one, since in stored.items() if one not in ended}
    present = {one for one, since in kept.items() if since is None}
    # An absence in the future was recorded by a clock that was wrong: it begins again.
    absent = {one for one, since in kept.items() if since is None or since > now} - wanted
    return SubscriptionChanges(
        ended=frozenset(ended),
        left=_addresses(ended) - _addresses(kept),
        joined=_addresses(wanted) - _addresses(kept),
        begun=frozenset(wanted - kept.keys()),
        returned=frozenset(wanted & (kept.keys() - present)),
        absent=frozenset(absent),
        missing=_addresses(absent & present) - _addresses(wanted),
    )


def _is_over(absent_since: datetime | None, now: datetime) -> bool:
    return absent_since is not None and absent_since <= now - KEPT_WHILE_ABSENT


def _addresses(subscriptions: Iterable[Subscription]) -> frozenset[str]:
    return frozenset(email for email, _ in subscriptions)
