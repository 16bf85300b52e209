"""A witness beside the state: the lock file of runs, which knows of how many the last one was."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from digest.errors import StateRestored
from digest.signing import Signer
from digest.store.database import Database, told_as_store_error
from digest.store.restoration import forgo, go_on, sign_of_restoration
from digest.store.sql import SqlStore
from digest.store.suppression import signing_key


class Witness:
    """The file holds a line: the number of the last run, and the name of the state that it was on."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> tuple[int, str]:
        """Number and name; 0 and nobody's where the file holds neither. Raises StoreError."""
        with told_as_store_error(self._file):
            text = self._file.read_text("ascii", "replace") if self._file.exists() else ""
        number, _, state = text.strip().partition(" ")
        return (int(number), state) if number.isdecimal() else (0, "")

    def write(self, run: int, state: str) -> None:
        """In place, since the file is a lock. Raises StoreError."""
        line = f"{run} {state}\n".encode()
        with told_as_store_error(self._file), self._file.open("r+b", buffering=0) as stream:
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
                (go_on if send else forgo)(connection, seen, now)
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
