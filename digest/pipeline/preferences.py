"""What subscribers changed themselves, in a run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING, Protocol

from digest.domain.preferences import Preferences, is_weekly, weekly_schedule
from digest.domain.schedule import is_due
from digest.domain.subscribers import Subscriber

if TYPE_CHECKING:
    from digest.pipeline.context import RunContext


class PreferenceStore(Protocol):
    def of(self, emails: Iterable[str]) -> Mapping[str, Preferences]:
        """Those of the subscribers with these addresses who have some. Raises StoreError."""


class NoPreferences:
    """Nobody changed anything."""

    def of(self, emails: Iterable[str]) -> Mapping[str, Preferences]:
        return {}


def preferences_of(context: "RunContext", subscribers: Iterable[Subscriber]) -> Mapping[str, Preferences]:
    """By address. Raises StoreError."""
    return context.preferences.of(subscriber.email for subscriber in subscribers)


def split_by_day(
    context: "RunContext", subscribers: Sequence[Subscriber]
) -> tuple[list[Subscriber], list[Subscriber]]:
    """Those who get what is new today, and those who asked for one mail a week and had it. A single run knows
    no hours: the day alone counts. Raises StoreError."""
    preferences = preferences_of(context, subscribers)
    if not preferences:
        return list(subscribers), []
    served_at, now = context.store.subscriptions.last_served_at(), context.clock.now()

    def had_it(subscriber: Subscriber) -> bool:
        day = replace(weekly_schedule(subscriber.schedule), at=time(0))
        served = served_at.get(subscriber.email)
        weekly = is_weekly(preferences.get(subscriber.email, ()))
        return weekly and served is not None and not is_due(day, now, served_at=served)

    due: list[Subscriber] = []
    done: list[Subscriber] = []
    for subscriber in subscribers:
        (done if had_it(subscriber) else due).append(subscriber)
    return due, done
