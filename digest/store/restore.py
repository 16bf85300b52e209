"""A state that was restored from a copy does not know what was mailed after the copy was made.

A file by `digest backup` is marked as a copy. A run on it is refused until a person decides whether what was
announced since then is mailed, perhaps again, or not at all.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, func, update

from digest.domain.mails import MailState
from digest.domain.text import moment
from digest.errors import StateRestored
from digest.store.database import Database
from digest.store.queries.pending import LATEST_MATCH
from digest.store.queries.runs import BACKLOG_DISCARDED, BACKUP, clear_timestamp, set_timestamp, timestamp
from digest.store.schema import keywords, mails, subscribers, subscriptions, welcomes

_PROBLEM = "the state was restored from a copy: it may have arrived since"


def refuse_restored(database: Database) -> None:
    """Raise StateRestored if the state is a backup and nobody has decided yet what to mail."""
    with database.transaction() as connection:
        if evidence := _backup_evidence(connection):
            raise StateRestored(database.file, evidence)


def accept_restored(database: Database, now: datetime, *, send: bool) -> str:
    """Make a restored state the real one, and mail what was announced since it was copied, or not.

    Returns of when the backup is. A state without the mark of a backup stays as it is, and the result is
    empty: asking twice discards nothing.
    """
    with database.transaction() as connection:
        evidence = _backup_evidence(connection)
        if evidence and not send:
            discard_backlog(connection, now)
        clear_timestamp(connection, BACKUP)
    return evidence


def discard_backlog(connection: Connection, now: datetime) -> None:
    """Mail nobody what is announced up to the next good fetch: it may have been mailed before.

    Keywords start over, nothing waits for anybody, no mail is queued, and the next sync welcomes nobody.
    """
    start_over = {"baseline": None, "covered": None, "up_to_date_at": None}
    connection.execute(update(keywords).values(start_over))
    started = subscriptions.c.since.is_not(None)
    connection.execute(update(subscriptions).where(started).values(since=LATEST_MATCH))
    connection.execute(update(subscriptions).where(~started).values(welcome=0))
    connection.execute(delete(welcomes))
    failed = {
        "state": MailState.FAILED,
        "unconfirmed": func.max(mails.c.unconfirmed, 1),
        "problem": _PROBLEM,
        "settled_at": now,
        "retry_at": None,
    }
    connection.execute(update(mails).where(mails.c.settled_at.is_(None)).values(failed))
    connection.execute(update(subscribers).values(served_at=now))
    set_timestamp(connection, BACKLOG_DISCARDED, now)


def _backup_evidence(connection: Connection) -> str:
    """That the state is a backup, and of when; empty if it is none."""
    made_at = timestamp(connection, BACKUP)
    return f"the state was restored from the backup of {moment(made_at)}" if made_at else ""
