"""The state's own work is killed wherever it matters: its creation, a migration, a backup, compaction, and
`digest inbox`. The next command works, nothing is lost, and no unfinished file is left behind.
"""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from digest.demo.scenario import DAYS
from digest.store.database import Database
from digest.store.migrations import MIGRATIONS
from tests.e2e.test_crashes import sabotaged
from tests.e2e.test_unsubscribe import ADA, BO, checked, fed, receivers, request
from tests.support.home import Home
from tests.support.variations import variations

pytestmark = pytest.mark.exhaustive

_DUMP = Path(__file__).parents[1] / "support" / "data" / "state_of_schema_3.sql"
_OF_SCHEMA_1 = """
INSERT INTO schema_version VALUES (1);
INSERT INTO subscribers VALUES (1, 'ada@example.org', '2026-06-22T12:00:00Z');
INSERT INTO papers VALUES (1, '2606.00001', 202606000001, 1, 'T', 'A', '[]', '[]', '',
    '2026-06-20T08:00:00Z', '2026-06-20T08:00:00Z', '2026-06-20T08:00:00Z');
INSERT INTO mails VALUES (1, '<1@example.org>', 1, 'digest@example.org', x'00', 0, 'unknown', 1,
    '2026-06-22T12:00:00Z', '2026-06-22T12:00:00Z', 'lost');
INSERT INTO deliveries VALUES (1, 1, 1);
"""


def state_of(home: Home) -> Path:
    return home.folder / "state" / "digest.sqlite3"


def killed(home: Home, point: str, *arguments: str) -> None:
    died = sabotaged(home, point, *arguments)
    assert died.returncode == -signal.SIGKILL, died.stderr


def names(folder: Path) -> set[str]:
    """What lies there, but for SQLite's log of the state, which belongs there after a kill."""
    return {path.name for path in folder.iterdir()} - {"digest.sqlite3-wal", "digest.sqlite3-shm"}


@pytest.mark.parametrize(
    "point", variations(["before creation", "after creation", "after rename"], ["after creation"])
)
def test_a_killed_beginning_is_begun_again(home: Home, point: str) -> None:
    killed(home, point)
    assert home.digest("run").returncode == 0
    assert len(list(home.mails())) == 1
    assert names(state_of(home).parent) == {"digest.sqlite3", "run.lock", "arxiv.lock"}


def old_state(version: int) -> str:
    """The statements that make a state of this schema."""
    with closing(sqlite3.connect(":memory:")) as connection:
        start = 3 if version >= 3 else 1
        connection.executescript(_DUMP.read_text() if start == 3 else f"{MIGRATIONS[0]}{_OF_SCHEMA_1}")
        for step in MIGRATIONS[start:version]:
            if isinstance(step, str):
                connection.executescript(step)
        connection.execute("UPDATE schema_version SET version = ?", (version,))
        connection.commit()
        return "\n".join(connection.iterdump())


def write(file: Path, statements: str) -> Path:
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(statements)
    return file


def content(file: Path) -> list[str]:
    """All rows and tables, once the schema is up to date; but for the key that is made with the first use."""
    Database.open(file).close()
    with closing(sqlite3.connect(file)) as connection:
        return [line for line in connection.iterdump() if not line.startswith('INSERT INTO "secrets"')]


MIGRATION_POINTS = ["before statement 4", "after statement 9", "before commit", "after commit"]


@pytest.mark.parametrize("point", variations(MIGRATION_POINTS, ["before commit"]))
@pytest.mark.parametrize("version", variations([1, 2, 3, 5], ["3"]))
def test_a_killed_migration_is_made_again(home: Home, tmp_path: Path, point: str, version: int) -> None:
    statements = old_state(version)
    file = write(state_of(home), statements)
    (home.folder / "message").write_bytes(b"Subject: lunch?\n\n")
    killed(home, point, "inbox", "message")
    assert content(file) == content(write(tmp_path / "undisturbed" / "state", statements))
    assert home.digest("status").returncode == 0


BACKUP_POINTS = ["before copy", "after copy", "before replace", "after replace"]


@pytest.mark.parametrize("point", variations(BACKUP_POINTS, ["before copy", "before replace"]))
def test_a_killed_backup_leaves_the_earlier_one_and_the_next_command_tidies_up(
    served: Home, point: str
) -> None:
    folder = served.folder / "backups"
    folder.mkdir()
    served.digest("backup", "backups/copy")
    before = (folder / "copy").read_bytes()
    served.at(DAYS[1])
    killed(served, point, "backup", "backups/copy")
    assert (names(folder) == {"copy"}) == (point == "after replace")
    assert served.digest("status").returncode == 0
    assert names(folder) == {"copy"}
    assert (before == (folder / "copy").read_bytes()) == (point != "after replace")
    with closing(sqlite3.connect(folder / "copy")) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    assert served.digest("backup", "backups/copy").returncode == 0


@pytest.mark.parametrize("point", variations(["during vacuum", "during vacuum 20"], ["during vacuum 20"]))
def test_a_killed_compaction_loses_nothing(served: Home, point: str) -> None:
    killed(served, point, "forget", ADA)
    with closing(Database.open_existing(state_of(served))) as database:
        assert database.damage() == ""
    assert served.digest("forget", ADA).returncode == 0
    assert ADA.encode() not in state_of(served).read_bytes()
    served.at(DAYS[1])
    assert receivers(served) == [BO]


INBOX_POINTS = [f"{when} commit {number}" for number in (1, 2, 3) for when in ("before", "after")]
"""The third transaction is the one that acts on the message."""


@pytest.mark.parametrize("point", variations(INBOX_POINTS, ["before commit 3"]))
def test_a_killed_inbox_is_read_again_and_each_message_counts_once(served: Home, point: str) -> None:
    message = request(served)
    (served.folder / "message").write_bytes(message)
    killed(served, point, "inbox", "message")
    assert fed(served, message)[-1] == (
        "1 message: 0 acted on, 1 acted on before, 0 not understood"
        if point == "after commit 3"
        else "1 message: 1 acted on, 0 acted on before, 0 not understood"
    )
    assert checked(served)[0].startswith("subscribers[0] gets no mail since")
    served.at(DAYS[1])
    assert receivers(served) == [BO]
