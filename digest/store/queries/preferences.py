"""The table `preferences`: what subscribers changed themselves, with an action in a mail or by a command."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from digest.domain.identity import mailbox_of
from digest.domain.preferences import Action, Preference, Preferences
from digest.store.database import Database
from digest.store.queries.suppressions import is_forgotten, numbers_of
from digest.store.schema import preferences, subscribers


class SqlPreferenceStore:
    """digest.pipeline.preferences.PreferenceStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, emails: Iterable[str]) -> Mapping[str, Preferences]:
        with self._database.transaction() as connection:
            found = {mailbox_of(email): theirs for email, theirs in all_preferences(connection).items()}
        mailboxes = {email: mailbox_of(email) for email in emails}
        return {email: found[mailbox] for email, mailbox in mailboxes.items() if mailbox in found}


def all_preferences(connection: Connection) -> dict[str, Preferences]:
    """By the address of the subscriber, the oldest first; who has none is not there."""
    query = select(subscribers.c.email, preferences).join(preferences)
    found: dict[str, Preferences] = defaultdict(tuple)
    for row in connection.execute(query.order_by(preferences.c.since, preferences.c.about)):
        found[row.email] += (Preference(Action(row.action), row.since, row.about, row.until),)
    return dict(found)


def preferences_of(connection: Connection, email: str) -> Preferences:
    """Those of one mailbox."""
    theirs = (
        found for one, found in all_preferences(connection).items() if mailbox_of(one) == mailbox_of(email)
    )
    return next(theirs, ())


def record_preference(connection: Connection, email: str, preference: Preference) -> None:
    """Record it, in place of one of the same action about the same. The state may not know the subscriber
    yet: a command can be earlier than the first run. Of who is forgotten nothing is kept."""
    if not numbers_of(connection, email) and not is_forgotten(connection, email):
        connection.execute(insert(subscribers).values(email=email, served_at=preference.since))
    changed = {"since": preference.since, "until": preference.until}
    for number in numbers_of(connection, email):
        row = {"subscriber": number, "action": preference.action, "about": preference.about}
        statement = insert(preferences).values(**row, **changed)
        connection.execute(
            statement.on_conflict_do_update(index_elements=list(preferences.primary_key), set_=changed)
        )


def end_pause(connection: Connection, email: str, now: datetime) -> None:
    """Send mail again from the next slot on; an older wish to pause that arrives later does not count."""
    for number in numbers_of(connection, email):
        theirs = (preferences.c.subscriber == number) & (preferences.c.action == Action.PAUSE)
        later = preferences.c.until.is_(None) | (preferences.c.until > now)
        connection.execute(update(preferences).where(theirs, later).values(since=now, until=now))


def clear_preferences(connection: Connection, email: str, now: datetime, since: datetime) -> None:
    """Undo all that was asked for until `since`; what is older and arrives later does not count.

    A slot that was skipped until now brings no mail; the next one does.
    """
    skipped = any(one.action in (Action.PAUSE, Action.WEEKLY) for one in preferences_of(connection, email))
    for number in numbers_of(connection, email):
        theirs = preferences.c.subscriber == number
        connection.execute(delete(preferences).where(theirs, preferences.c.since <= since))
        if skipped:
            this = subscribers.c.number == number
            connection.execute(update(subscribers).where(this).values(served_at=now))
    record_preference(connection, email, Preference(Action.RESET, since))
