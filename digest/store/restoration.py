"""A state that was restored from a copy does not know what was mailed since: how that shows, and what a
person may decide to do about it."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from digest.models import MailState
from digest.plaintext import moment
from digest.store.enrolment import LATEST_SIGHTING
from digest.store.runs import BACKUP, last_number, marked_at, set_mark, unmark
from digest.store.schema import keywords, mails, runs, subscribers, subscriptions, welcomes

FORGONE = "forgone"
"""The mark of a state that is to be enrolled without a welcome: whoever seems new may have been here."""

_PROBLEM = "the state was restored from a copy: it may have arrived since"


def sign_of_restoration(connection: Connection, runs_seen: int) -> str:
    """What shows that the state was restored; empty if nothing does. It is known to have had `runs_seen`
    runs at least. A state without any is a new one."""
    if made_at := marked_at(connection, BACKUP):
        return f"the state was restored from the backup of {moment(made_at)}"
    if 0 < (number := last_number(connection)) < runs_seen:
        began_at = connection.scalar(select(runs.c.started_at).where(runs.c.number == number))
        return f"the state was restored from a copy: it knows of no run after {moment(began_at)}"
    return ""


def forgo(connection: Connection, runs_seen: int, now: datetime) -> None:
    """Mail nobody anything that was announced up to the next good answer: it may have been mailed before.

    Keywords begin anew, nothing waits for anybody, no mail is on its way any more, and whoever is enrolled
    next gets no welcome.
    """
    anew = {"baseline": None, "covered": None, "up_to_date_at": None}
    connection.execute(update(keywords).values(anew))
    begun = subscriptions.c.since.is_not(None)
    connection.execute(update(subscriptions).where(begun).values(since=LATEST_SIGHTING))
    connection.execute(update(subscriptions).where(~begun).values(welcome=0))
    connection.execute(delete(welcomes))
    given_up = {
        "state": MailState.FAILED,
        "unconfirmed": func.max(mails.c.unconfirmed, 1),
        "problem": _PROBLEM,
        "settled_at": now,
        "retry_at": None,
    }
    connection.execute(update(mails).where(mails.c.settled_at.is_(None)).values(given_up))
    connection.execute(update(subscribers).values(served_at=now))
    set_mark(connection, FORGONE, now)
    go_on(connection, runs_seen, now)


def go_on(connection: Connection, runs_seen: int, now: datetime) -> None:
    """Be the state from here on: no copy, and ahead of all runs that were seen. What was announced since
    the copy was made is mailed, perhaps again."""
    unmark(connection, BACKUP)
    if last_number(connection) < runs_seen:
        connection.execute(insert(runs).values(number=runs_seen, started_at=now, ended_at=now))
