"""Change what a subscriber prefers, as an action in a mail or a command says; digest.domain.preferences says
what that means.
"""

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from digest.domain.identity import mailbox_of
from digest.domain.keywords import Keyword
from digest.domain.preferences import (
    LONGEST_PAUSE,
    MUTED_FOR,
    Action,
    Preference,
    Preferences,
    holding,
    pause_of,
)
from digest.domain.settings import Config
from digest.domain.subscribers import Subscriber
from digest.mail.inbound.answers import ActionRequest
from digest.store.database import Database, Transaction, exists
from digest.store.queries.papers import paper_numbers
from digest.store.queries.preferences import (
    clear_preferences,
    end_pause,
    preferences_of,
    record_preference,
)
from digest.store.queries.suppressions import is_forgotten
from digest.store.store import SqlStore
from digest.system.clock import Clock


@dataclass(frozen=True, slots=True)
class PreferenceChanges:
    """The preferences in the state. Each method is one short transaction, or a part of the caller's."""

    config: Config
    database: Database
    clock: Clock

    def pause(self, email: str, until: date | None) -> Preference | None:
        """Send them no mail before that day, or (None) until they resume. None if the day is not to come."""
        now = self.clock.now()
        if until and until < now.date():  # over everywhere; years before 1 have no UTC
            return None
        end = _begin_of(until, self._configured(email)) if until else None
        wanted = Preference(Action.PAUSE, now, until=end)
        if not wanted.holds(now):
            return None
        with self.database.transaction() as connection:
            record_preference(connection, email, wanted)
        return wanted

    def resume(self, email: str) -> bool:
        """End a pause. False if there is none."""
        now = self.clock.now()
        with self.database.transaction() as connection:
            paused = pause_of(preferences_of(connection, email), now) is not None
            end_pause(connection, email, now)
        return paused

    def reset(self, email: str) -> bool:
        """Undo all preferences. False if there are none; what is older and arrives later does not count."""
        now = self.clock.now()
        with self.database.transaction() as connection:
            before = preferences_of(connection, email)
            clear_preferences(connection, email, now, now)
        return any(one.action is not Action.RESET for one in before)

    def keywords_of(self, email: str) -> tuple[Keyword, ...]:
        """Those of the subscriber in the configuration with this mailbox."""
        subscriber = self._configured(email)
        return subscriber.keywords if subscriber else ()

    def apply(self, connection: Transaction, asked: ActionRequest, email: str) -> Preference | None:
        """Do what is asked for. Returns what is recorded now; None if nothing changes: it is out of date, or
        about what is not known (any more)."""
        now = self.clock.now()
        wanted = self._wanted(connection, asked, email, min(asked.latest_date or now, now))
        if wanted is None or is_forgotten(connection, email) or not _is_news(connection, wanted, email, now):
            return None
        if wanted.action is Action.RESET:
            clear_preferences(connection, email, now, wanted.since)
        else:
            record_preference(connection, email, wanted)
        return wanted

    def _configured(self, email: str) -> Subscriber | None:
        mailbox = mailbox_of(email)
        return next((one for one in self.config.subscribers if mailbox_of(one.email) == mailbox), None)

    def _wanted(
        self, connection: Transaction, asked: ActionRequest, email: str, since: datetime
    ) -> Preference | None:
        wanted = Preference(asked.action, since)
        match asked.action:
            case Action.MUTE:
                ids = [one.id for one in self.keywords_of(email) if one.id.startswith(asked.about)]
                return replace(wanted, about=ids[0], until=since + MUTED_FOR) if ids else None
            case Action.PAUSE:
                day = date.fromisoformat(asked.about)
                if not since.date() <= day <= (since + LONGEST_PAUSE).date():
                    return None
                return replace(wanted, until=_begin_of(day, self._configured(email)))
            case Action.LIKE:
                return (
                    replace(wanted, about=asked.about) if paper_numbers(connection, [asked.about]) else None
                )
            case _:
                return wanted


def changed_subscribers(config: Config, now: datetime) -> list[tuple[str, Preferences, tuple[Keyword, ...]]]:
    """The configuration's subscribers who changed something that holds now, by label. Raises StoreError."""
    if not exists(config.state):
        return []
    with closing(Database.open_existing(config.state)) as database:
        found = SqlStore.over(database).preferences.of(one.email for one in config.subscribers)
    return [
        (one.label, tuple(holding(found[one.email], now)), one.keywords)
        for one in config.subscribers
        if one.email in found
    ]


def _begin_of(day: date, subscriber: Subscriber | None) -> datetime:
    """When that day begins where they are, in UTC."""
    timezone = subscriber.schedule.timezone if subscriber else UTC
    return datetime.combine(day, time(0), timezone).astimezone(UTC)


def _is_news(connection: Transaction, wanted: Preference, email: str, now: datetime) -> bool:
    """Whether it still counts, and is not older than what they asked for since."""
    about = [(Action.RESET, ""), (wanted.action, wanted.about)]
    same = [one for one in preferences_of(connection, email) if (one.action, one.about) in about]
    return wanted.holds(now) and not any(wanted.since < one.since <= now for one in same)
