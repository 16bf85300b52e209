"""`digest backup`, as a person or a timer calls it."""

import re
import sqlite3
from contextlib import closing

import pytest

from digest.demo.server import Reply
from tests.support.home import Home


@pytest.mark.exhaustive
def test_a_backup_is_made_and_its_size_printed(home: Home) -> None:
    home.digest("run")
    for _ in range(2):
        done = home.digest("backup", "copy.sqlite3")
        assert (done.returncode, done.stderr) == (0, "")
        assert re.fullmatch(r"copy\.sqlite3: 0\.\d MB\n", done.stdout)
    assert (home.folder / "copy.sqlite3").stat().st_mode & 0o777 == 0o600


@pytest.mark.exhaustive
def test_a_backup_beside_a_run_has_what_that_has_written_so_far(home: Home) -> None:
    backups = []

    def meanwhile(reply: Reply) -> Reply:
        backups.append(home.digest("backup", "copy.sqlite3").returncode)
        return reply

    home.arxiv.misbehave(meanwhile)
    assert (home.digest("run").returncode, backups) == (0, [0])
    with closing(sqlite3.connect(home.folder / "copy.sqlite3")) as connection:
        assert connection.execute("SELECT count(*), count(ended_at) FROM runs").fetchone() == (1, 0)


@pytest.mark.exhaustive
def test_a_file_that_is_no_backup_is_not_replaced(home: Home) -> None:
    home.digest("run")
    (home.folder / "notes.txt").write_text("no backup")
    done = home.digest("backup", "notes.txt")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: notes.txt: this is no earlier backup, and is not replaced",
        "hint: name a file that is not there yet, or an earlier backup",
    ]


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("subscribers.yaml", "the configuration"),
        ("state/../state/digest.sqlite3", "the state"),
        ("state/digest.sqlite3-wal", "digest.sqlite3-wal of the state"),
        ("outbox/copy.sqlite3", "in the outbox"),
        ("README.md", "the archive"),
    ],
)
def test_a_backup_never_takes_the_place_of_what_the_configuration_names(
    home: Home, target: str, name: str
) -> None:
    done = home.digest("backup", target)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        f"Error: {target} is {name}; name another file",
    )
