"""Subscribers who are one mailbox come together: nobody gets a paper twice, and nobody misses one."""

import sqlite3
from contextlib import closing
from pathlib import Path

from digest.store.database import Database
from digest.store.migrations import MIGRATIONS
from digest.store.twins import merge_twins

_MOMENT = "2026-06-22T07:00:00Z"
_LATER = "2026-06-23T07:00:00Z"


def _old_state(file: Path) -> None:
    """`ada@` got papers 1 and 2 and has 3 in the queue; `Ada@` got 2 and 4 and has 5 and 6 in the queue.

    6 may have arrived.
    """
    Database.open(file).close()
    with closing(sqlite3.connect(file)) as state:
        state.execute("UPDATE schema_version SET version = ?", [MIGRATIONS.index(merge_twins)])
        state.executescript(
            "DROP TABLE announcements; DROP TABLE preferences; DROP TABLE suppression_events;"
            "ALTER TABLE refusals DROP COLUMN certain;"
            "ALTER TABLE refusals DROP COLUMN detail; ALTER TABLE runs DROP COLUMN announced"
        )
        state.executemany(
            "INSERT INTO subscribers VALUES (?, ?, ?)",
            [
                (1, "ada@example.org", _MOMENT),
                (2, "bo@example.org", _MOMENT),
                (3, "Ada@example.org", _LATER),
            ],
        )
        state.executemany(
            "INSERT INTO keywords (number, key, name) VALUES (?, ?, ?)", [(1, "a", "A"), (2, "b", "B")]
        )
        for number in range(1, 7):
            row = (number, f"2606.0000{number}", number, *["{}"] * 2, *["[]"] * 2, "", *[_MOMENT] * 3, "", "")
            state.execute("INSERT INTO papers VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        state.executemany(
            "INSERT INTO subscriptions (subscriber, keyword, since, welcome) VALUES (?, ?, ?, 10)",
            [(1, 1, 9), (2, 1, 9), (3, 1, 4), (3, 2, None)],
        )
        state.executemany("INSERT INTO welcomes VALUES (?, ?, ?)", [(1, 1, 3), (3, 1, 3), (3, 1, 5)])
        state.executemany("INSERT INTO refusals VALUES (?, ?)", [(1, "2026-06-20"), (3, "2026-06-20")])
        state.executemany(
            "INSERT INTO mails (number, message_id, subscriber, sender, through, state, created_at,"
            " settled_at, unconfirmed, content) VALUES (?, ?, ?, 's', 9, ?, ?, ?, ?, x'00')",
            [
                (1, "<1@x>", 1, "sent", _MOMENT, _MOMENT, 0),
                (2, "<2@x>", 1, "pending", _MOMENT, None, 0),
                (3, "<3@x>", 3, "sent", _MOMENT, _MOMENT, 0),
                (4, "<4@x>", 3, "pending", _MOMENT, None, 0),
                (5, "<5@x>", 3, "unknown", _MOMENT, None, 1),
            ],
        )
        state.executemany(
            "INSERT INTO deliveries VALUES (?, ?, ?)",
            [(1, 1, 1), (1, 2, 1), (1, 3, 2), (3, 2, 3), (3, 4, 3), (3, 5, 4), (3, 6, 5)],
        )
        state.commit()


def test_twins_of_an_older_state_are_merged(tmp_path: Path) -> None:
    file = tmp_path / "digest.sqlite3"
    _old_state(file)
    Database.open(file).close()
    with closing(sqlite3.connect(file)) as state:
        found = {
            table: state.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3").fetchall()
            for table, columns in {
                "subscribers": "number, email, served_at",
                "subscriptions": "subscriber, keyword, since",
                "welcomes": "subscriber, keyword, paper",
                "refusals": "subscriber, day, 0",
                "mails": "number, subscriber, state, settled_at IS NULL",
                "deliveries": "subscriber, paper, mail",
            }.items()
        }
    assert found == {
        "subscribers": [(1, "ada@example.org", _LATER), (2, "bo@example.org", _MOMENT)],
        "subscriptions": [(1, 1, 4), (1, 2, None), (2, 1, 9)],
        "welcomes": [(1, 1, 3), (1, 1, 5)],
        "refusals": [(1, "2026-06-20", 0)],
        "mails": [
            (1, 1, "sent", 0),
            (2, 1, "pending", 1),
            (3, 1, "sent", 0),
            (4, 1, "failed", 0),
            (5, 1, "failed", 0),
        ],
        "deliveries": [(1, 1, 1), (1, 2, 1), (1, 3, 2), (1, 4, 3), (1, 6, 5)],
    }
