"""What subscribers changed themselves, with an action in a mail: layered over the configuration. Pure.

An action is a mail that is already written: digest.mail.content.actions writes it, and digest.mail.inbound
reads it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from digest.domain.interests import Interests
from digest.domain.subscribers import Schedule, Subscriber

MUTED_FOR = timedelta(days=7)
PAUSED_FOR = timedelta(days=14)
"""What a mail offers; its reader may write another day."""
LONGEST_PAUSE = timedelta(days=3 * 366)
_A_MOMENT = timedelta.resolution


class Action(StrEnum):
    """What a subscriber can change."""

    MUTE = "mute"
    """No papers of one keyword for a week."""
    WEEKLY = "weekly"
    """One mail a week."""
    PAUSE = "pause"
    """No mail until some day."""
    LIKE = "more"
    """More like one paper."""
    RESET = "reset"
    """As the configuration has it. Kept too, so that nothing older counts that arrives later."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What one subscriber changed; `about` is the id of a keyword (MUTE) or of a paper (LIKE).

    `since` is when they asked for it. `until` None: until it is undone.
    """

    action: Action
    since: datetime
    about: str = ""
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


Preferences = tuple[Preference, ...]
"""Those of one subscriber, one for each action and what it is about."""


def receiving(
    subscribers: Iterable[Subscriber], preferences: Mapping[str, Preferences], now: datetime
) -> list[Subscriber]:
    """The subscribers who get mail now, each as they prefer it; `preferences` by address."""
    return [
        preferred(subscriber, theirs, now)
        for subscriber in subscribers
        if gets_mail(subscriber, theirs := preferences.get(subscriber.email, ()), now)
    ]


def gets_mail(subscriber: Subscriber, preferences: Preferences, now: datetime) -> bool:
    """Whether they neither pause nor mute all that they have."""
    return not pause_of(preferences, now) and bool(preferred(subscriber, preferences, now).keywords)


def preferred(subscriber: Subscriber, preferences: Preferences, now: datetime) -> Subscriber:
    """The subscriber as they prefer it now; the same for one who is so already."""
    held = list(holding(preferences, now))
    muted = {preference.about for preference in held if preference.action is Action.MUTE}
    liked = tuple(preference.about for preference in held if preference.action is Action.LIKE)
    weekly = any(preference.action is Action.WEEKLY for preference in held)
    return replace(
        subscriber,
        keywords=tuple(keyword for keyword in subscriber.keywords if keyword.id not in muted),
        schedule=weekly_schedule(subscriber.schedule) if weekly else subscriber.schedule,
        interests=subscriber.interests + Interests(papers=liked),
        has_preferences=bool(held),
    )


def holding(preferences: Preferences, now: datetime) -> Iterator[Preference]:
    """Those that change something now."""
    yield from (one for one in preferences if one.holds(now) and one.action is not Action.RESET)


def pause_of(preferences: Preferences, now: datetime) -> Preference | None:
    """The pause that holds now."""
    pauses = (one for one in preferences if one.action is Action.PAUSE and one.holds(now))
    return next(pauses, None)


def is_weekly(preferences: Preferences) -> bool:
    return any(preference.action is Action.WEEKLY for preference in preferences)


def weekly_schedule(schedule: Schedule) -> Schedule:
    """On the first of their days only: on Monday, if that is one."""
    return replace(schedule, days=frozenset([min(schedule.days)]))


def slots_done_at(served_at: datetime, preferences: Preferences, now: datetime) -> datetime:
    """Up to when a subscriber's slots are done: a slot of a pause brings no mail when the pause ends. One at
    its very end, such as midnight, does."""
    ends = [one.until for one in preferences if one.action is Action.PAUSE and one.until]
    return max([served_at, *(end - _A_MOMENT for end in ends if end <= now)])
