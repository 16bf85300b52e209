"""A state that was restored from a copy does not know what was mailed since: how that shows, and what a
person may decide to do about it."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select, update

from digest.domain.mails import MailState
from digest.domain.text import moment
from digest.domain.tokens import Signer
from digest.errors import StateRestored
from digest.store.database import Database, wrap_database_errors
from digest.store.queries.runs import BACKUP, FORGONE, last_number, marked_at, set_mark, unmark
from digest.store.queries.subscriptions import LATEST_SIGHTING
from digest.store.queries.suppressions import signing_key
from digest.store.schema import keywords, mails, runs, subscribers, subscriptions, welcomes
from digest.store.store import SqlStore

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


def discard_backlog(connection: Connection, runs_seen: int, now: datetime) -> None:
    """Mail nobody anything that was announced up to the next good answer: it may have been mailed before.

    Keywords begin anew, nothing waits for anybody, no mail is on its way any more, and whoever is enrolled
    next gets no welcome.
    """
    anew = {"baseline": None, "covered": None, "up_to_date_at": None}
    connection.execute(update(keywords).values(anew))
    recorded_run = subscriptions.c.since.is_not(None)
    connection.execute(update(subscriptions).where(recorded_run).values(since=LATEST_SIGHTING))
    connection.execute(update(subscriptions).where(~recorded_run).values(welcome=0))
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
    accept_state(connection, runs_seen, now)


def accept_state(connection: Connection, runs_seen: int, now: datetime) -> None:
    """Be the state from here on: no copy, and ahead of all runs that were seen. What was announced since
    the copy was made is mailed, perhaps again."""
    unmark(connection, BACKUP)
    if last_number(connection) < runs_seen:
        connection.execute(insert(runs).values(number=runs_seen, started_at=now, ended_at=now))


class Witness:
    """The file holds a line: the number of the last run, and the name of the state that it was on."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> tuple[int, str]:
        """Number and name; 0 and nobody's where the file holds neither. Raises StoreError."""
        with wrap_database_errors(self._file):
            text = self._file.read_text("ascii", "replace") if self._file.exists() else ""
        number, _, state = text.strip().partition(" ")
        return (int(number), state) if number.isdecimal() else (0, "")

    def write(self, run: int, state: str) -> None:
        """In place, since the file is a lock. Raises StoreError."""
        line = f"{run} {state}\n".encode()
        with wrap_database_errors(self._file), self._file.open("r+b", buffering=0) as stream:
            stream.write(line)
            stream.truncate()


class WitnessedStore(SqlStore):
    """digest.protocols.Store for runs that send, which a copy that was restored must not do by itself."""

    def __init__(self, database: Database, witness: Witness) -> None:
        super().__init__(database)
        self._witness = witness

    def refuse_restored(self) -> None:
        """Raise StateRestored if nobody has decided yet what is to be mailed."""
        number, state = self._witness.read()  # first: a run that is under way is ahead in the state
        with self._database.transaction() as connection:
            seen = number if state == _name(connection) else 0
            if sign := sign_of_restoration(connection, seen):
                raise StateRestored(self._database.file, sign)

    def settle_restoration(self, now: datetime, *, send: bool) -> str:
        """Take the state as it is from here on, and mail what was announced since it was copied, or not.
        Returns what showed that it was restored; empty, and nothing is changed, if it was not."""
        number, state = self._witness.read()
        with self._database.transaction() as connection:
            seen = number if state == _name(connection) else 0
            if sign := sign_of_restoration(connection, seen):
                (accept_state if send else discard_backlog)(connection, seen, now)
        return sign

    def begin_run(self, now: datetime) -> int:
        """As Store.begin_run; the witness hears of it once it is written down, and so is never ahead."""
        number = super().begin_run(now)
        with self._database.transaction() as connection:
            state = _name(connection)
        self._witness.write(number, state)
        return number


def _name(connection: Connection) -> str:
    """What a state and its copies have in common, and no others: two states may lie in one folder."""
    return Signer(signing_key(connection)).state_name()
